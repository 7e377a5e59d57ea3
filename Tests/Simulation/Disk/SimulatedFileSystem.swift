import CSQLite
import Glibc
import Synchronization

/// SQLite's view of simulated disks: a file system (`sqlite3_vfs`) under which the real engine runs
/// unchanged. One connection at a time opens a file, as every replica in a simulation has one.
enum SimulatedFileSystem {
    private static let name = "simulated"

    private struct Table {
        var disks: [Int: SimulatedDisk] = [:]
        var next = 1
        var isRegistered = false
    }

    /// A simulation stays on one thread; the lock only orders simulations that run side by side.
    private final class Registry: Sendable {
        struct Unchecked: @unchecked Sendable { var table = Table() }
        let state = Mutex(Unchecked())
    }

    private static let registry = Registry()

    /// Makes a disk known, and gives the number that its addresses name.
    static func mount(_ disk: SimulatedDisk) -> Int {
        registry.state.withLock { state in
            if !state.table.isRegistered {
                register()
                state.table.isRegistered = true
            }
            let number = state.table.next
            state.table.next += 1
            state.table.disks[number] = disk
            return number
        }
    }

    /// Forgets a disk.
    static func unmount(_ number: Int) {
        registry.state.withLock { $0.table.disks[number] = nil }
    }

    /// The address under which SQLite opens a file of a disk.
    static func address(of file: String, on number: Int) -> String {
        "file:/\(number)/\(file)?vfs=\(name)"
    }

    /// The disk and the file that a path names.
    fileprivate static func find(_ path: UnsafePointer<CChar>) -> (SimulatedDisk, String)? {
        let text = String(cString: path)
        let parts = text.split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let number = Int(parts[0]) else { return nil }
        let disk = registry.state.withLock { $0.table.disks[number] }
        return disk.map { ($0, String(parts[1])) }
    }

    // MARK: - The file system

    private static func register() {
        let system = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        system.initialize(to: sqlite3_vfs())
        system.pointee.iVersion = 1
        system.pointee.szOsFile = Int32(MemoryLayout<OpenFile>.size)
        system.pointee.mxPathname = 512
        name.withCString { system.pointee.zName = UnsafePointer(strdup($0)) }
        system.pointee.xOpen = open
        system.pointee.xDelete = { _, path, _ in
            guard let path, let (disk, name) = SimulatedFileSystem.find(path) else {
                return DiskCode.remove
            }
            return disk.exists(name) ? disk.remove(name) : DiskCode.nothingToRemove
        }
        system.pointee.xAccess = { _, path, _, result in
            guard let path, let (disk, name) = SimulatedFileSystem.find(path) else {
                return DiskCode.access
            }
            result?.pointee = disk.exists(name) ? 1 : 0
            return SQLITE_OK
        }
        system.pointee.xFullPathname = { _, path, count, output in
            guard let path, let output, strlen(path) < Int(count) else { return SQLITE_CANTOPEN }
            strcpy(output, path)
            return SQLITE_OK
        }
        // Names of temporary files and salts: the same in every run.
        system.pointee.xRandomness = { _, count, output in
            guard let output else { return 0 }
            for index in 0..<Int(count) {
                output[index] = CChar(truncatingIfNeeded: index &* 37 &+ 11)
            }
            return count
        }
        system.pointee.xSleep = { _, microseconds in microseconds }
        system.pointee.xCurrentTime = { _, days in
            days?.pointee = 2_460_000
            return SQLITE_OK
        }
        system.pointee.xGetLastError = { _, _, _ in 0 }
        sqlite3_vfs_register(system, 0)
    }

    private static let open:
        @convention(c) (
            UnsafeMutablePointer<sqlite3_vfs>?, UnsafePointer<CChar>?,
            UnsafeMutablePointer<sqlite3_file>?, Int32, UnsafeMutablePointer<Int32>?
        ) -> Int32 = { _, path, file, flags, outFlags in
            guard let file else { return SQLITE_CANTOPEN }
            file.pointee.pMethods = nil
            guard let path, let (disk, name) = SimulatedFileSystem.find(path) else {
                return SQLITE_CANTOPEN
            }
            if flags & SQLITE_OPEN_CREATE != 0 {
                let code = disk.create(name)
                guard code == SQLITE_OK else { return code }
            }
            guard disk.exists(name), !disk.isDown else { return SQLITE_CANTOPEN }
            let handle = OpenFile.Handle(
                disk: disk, name: name, goesOnClose: flags & SQLITE_OPEN_DELETEONCLOSE != 0)
            file.withMemoryRebound(to: OpenFile.self, capacity: 1) { file in
                file.pointee.handle = Unmanaged.passRetained(handle)
            }
            file.pointee.pMethods = OpenFile.methods
            outFlags?.pointee = flags
            return SQLITE_OK
        }
}
