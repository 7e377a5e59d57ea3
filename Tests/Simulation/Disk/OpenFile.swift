import CSQLite
import Glibc

/// A file that SQLite has open: its methods' table first, as SQLite lays it out.
struct OpenFile {
    var base: sqlite3_file
    var handle: Unmanaged<Handle>

    /// What is behind the file, with the shared memory of a write-ahead log.
    final class Handle {
        let disk: SimulatedDisk
        let name: String
        let goesOnClose: Bool
        var regions: [UnsafeMutableRawPointer] = []

        init(disk: SimulatedDisk, name: String, goesOnClose: Bool) {
            self.disk = disk
            self.name = name
            self.goesOnClose = goesOnClose
        }

        func unmap() {
            for region in regions { region.deallocate() }
            regions = []
        }

        deinit { unmap() }
    }

    fileprivate static func handle(_ file: UnsafeMutablePointer<sqlite3_file>?) -> Handle? {
        file?.withMemoryRebound(to: OpenFile.self, capacity: 1) {
            $0.pointee.handle.takeUnretainedValue()
        }
    }

    /// The methods, made once: SQLite keeps the pointer.
    nonisolated(unsafe) static let methods: UnsafePointer<sqlite3_io_methods> = {
        let table = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        table.initialize(to: sqlite3_io_methods())
        table.pointee.iVersion = 2
        table.pointee.xClose = { file in
            guard let handle = OpenFile.handle(file) else { return SQLITE_OK }
            if handle.goesOnClose { _ = handle.disk.remove(handle.name) }
            Unmanaged.passUnretained(handle).release()
            return SQLITE_OK
        }
        table.pointee.xRead = { file, output, count, offset in
            guard let handle = OpenFile.handle(file), let output,
                let bytes = handle.disk.read(handle.name, at: Int(offset), count: Int(count))
            else { return DiskCode.read }
            bytes.withUnsafeBytes { source in
                if let base = source.baseAddress { memcpy(output, base, source.count) }
            }
            guard bytes.count < Int(count) else { return SQLITE_OK }
            memset(output + bytes.count, 0, Int(count) - bytes.count)
            return DiskCode.shortRead
        }
        table.pointee.xWrite = { file, input, count, offset in
            guard let handle = OpenFile.handle(file), let input else { return DiskCode.write }
            let bytes = Array(UnsafeRawBufferPointer(start: input, count: Int(count)))
            return handle.disk.write(bytes, to: handle.name, at: Int(offset))
        }
        table.pointee.xTruncate = { file, count in
            guard let handle = OpenFile.handle(file) else { return DiskCode.truncate }
            return handle.disk.truncate(handle.name, to: Int(count))
        }
        table.pointee.xSync = { file, _ in
            guard let handle = OpenFile.handle(file) else { return DiskCode.sync }
            return handle.disk.sync(handle.name)
        }
        table.pointee.xFileSize = { file, size in
            guard let handle = OpenFile.handle(file) else { return DiskCode.size }
            size?.pointee = Int64(handle.disk.size(of: handle.name))
            return SQLITE_OK
        }
        table.pointee.xLock = { _, _ in SQLITE_OK }
        table.pointee.xUnlock = { _, _ in SQLITE_OK }
        table.pointee.xCheckReservedLock = { _, result in
            result?.pointee = 0
            return SQLITE_OK
        }
        table.pointee.xFileControl = { _, _, _ in SQLITE_NOTFOUND }
        table.pointee.xSectorSize = { _ in 512 }
        table.pointee.xDeviceCharacteristics = { _ in 0 }
        table.pointee.xShmMap = { file, index, count, extends, output in
            guard let handle = OpenFile.handle(file), let output else { return DiskCode.map }
            while handle.regions.count <= Int(index) {
                guard extends != 0 else {
                    output.pointee = nil
                    return SQLITE_OK
                }
                let region = UnsafeMutableRawPointer.allocate(byteCount: Int(count), alignment: 16)
                memset(region, 0, Int(count))
                handle.regions.append(region)
            }
            output.pointee = UnsafeMutableRawPointer(handle.regions[Int(index)])
            return SQLITE_OK
        }
        table.pointee.xShmLock = { _, _, _, _ in SQLITE_OK }
        table.pointee.xShmBarrier = { _ in }
        table.pointee.xShmUnmap = { file, _ in
            OpenFile.handle(file)?.unmap()
            return SQLITE_OK
        }
        return UnsafePointer(table)
    }()
}
