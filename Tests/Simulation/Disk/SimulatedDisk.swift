import CSQLite
package import TestSupport

/// One machine's disk: what its programs see, what of that would outlive a loss of power, and the
/// faults that are planned for it.
///
/// Every write, truncation, sync and removal counts as one operation, so that a fault can be planned
/// between any two of them.
package final class SimulatedDisk {
    /// A file: its content, what of it was synced, and what happened since, in order.
    private struct File {
        enum Step {
            case write(offset: Int, bytes: [UInt8])
            case truncate(count: Int)
        }

        var content: [UInt8] = []
        var synced: [UInt8] = []
        var unsynced: [Step] = []
    }

    /// The files of a disk at one moment.
    package struct Image {
        fileprivate let files: [String: [UInt8]]
    }

    /// How a machine stops.
    package enum Stop: CaseIterable, Sendable {
        /// The program is killed: what it wrote is there.
        case kill
        /// The power goes: of what was not synced, some sectors are there and some are not.
        case powerLoss
    }

    private static let sectorBytes = 512

    private var files: [String: File] = [:]
    /// Operations until the machine stops; nil when none is planned.
    private var operationsLeft: Int?
    /// Operations until one of them fails; nil when none is planned.
    private var untilFailure: Int?
    /// Whether the machine stands still: nothing answers until it starts again.
    package private(set) var isDown = false
    /// Whether no file can grow.
    package var isFull = false
    /// Whether a planned failure happened since it was planned.
    package private(set) var hasFailed = false

    /// An empty disk.
    package init() {}

    /// A disk with the files of an image, all of them synced.
    package init(_ image: Image) {
        files = image.files.mapValues { File(content: $0, synced: $0) }
    }

    /// What programs see at this moment.
    package var image: Image { Image(files: files.mapValues(\.content)) }

    // MARK: - Faults

    /// Plans a stop after so many more operations.
    package func stop(after operations: Int) { operationsLeft = operations }

    /// Plans one failing operation after so many more.
    package func fail(after operations: Int) {
        untilFailure = operations
        hasFailed = false
    }

    /// Takes back what is planned.
    package func calm() {
        operationsLeft = nil
        untilFailure = nil
        hasFailed = false
    }

    /// Starts the machine again after it stopped.
    package func restart(after stop: Stop, random: inout SeededRandom) {
        calm()
        isDown = false
        guard stop == .powerLoss else { return }
        for (name, file) in files.sorted(by: { $0.key < $1.key }) {
            var content = file.synced
            for step in file.unsynced { Self.replay(step, on: &content, &random) }
            files[name] = File(content: content, synced: content)
        }
    }

    /// What reaches the disk of a step that was not synced: each sector or none of it.
    private static func replay(
        _ step: File.Step, on content: inout [UInt8], _ random: inout SeededRandom
    ) {
        switch step {
        case .truncate(let count): if random.happens(50) { resize(&content, to: count) }
        case .write(let offset, let bytes):
            var start = 0
            while start < bytes.count {
                let end = min(
                    bytes.count, ((offset + start) / sectorBytes + 1) * sectorBytes - offset)
                if random.happens(50) {
                    write(Array(bytes[start..<end]), at: offset + start, to: &content)
                }
                start = end
            }
        }
    }

    // MARK: - Operations

    /// Counts one operation; what hinders it, as SQLite's code.
    private func begin(_ failure: Int32) -> Int32 {
        if isDown { return failure }
        if let left = operationsLeft {
            if left == 0 {
                isDown = true
                return failure
            }
            operationsLeft = left - 1
        }
        if let left = untilFailure {
            untilFailure = left == 0 ? nil : left - 1
            if left == 0 {
                hasFailed = true
                return failure
            }
        }
        return SQLITE_OK
    }

    /// Counts an operation outside of a database; false when it does not happen.
    package func takesNote() -> Bool { begin(SQLITE_IOERR) == SQLITE_OK && !isFull }

    /// What programs see of a file; nothing when there is none.
    package func bytes(of name: String) -> [UInt8] { files[name]?.content ?? [] }

    func exists(_ name: String) -> Bool { files[name] != nil }

    func create(_ name: String) -> Int32 {
        if isDown { return SQLITE_CANTOPEN }
        if files[name] == nil { files[name] = File() }
        return SQLITE_OK
    }

    func size(of name: String) -> Int { files[name]?.content.count ?? 0 }

    /// The bytes at a place; fewer at the end of the file.
    func read(_ name: String, at offset: Int, count: Int) -> ArraySlice<UInt8>? {
        guard !isDown, let content = files[name]?.content else { return nil }
        guard offset < content.count else { return [] }
        return content[offset..<min(offset + count, content.count)]
    }

    /// Writes at a place of a file, which grows as needed; SQLite's code.
    package func write(_ bytes: [UInt8], to name: String, at offset: Int) -> Int32 {
        let code = begin(DiskCode.write)
        guard code == SQLITE_OK else { return code }
        if isFull, offset + bytes.count > size(of: name) { return SQLITE_FULL }
        files[name, default: File()].unsynced.append(.write(offset: offset, bytes: bytes))
        Self.write(bytes, at: offset, to: &files[name, default: File()].content)
        return SQLITE_OK
    }

    func truncate(_ name: String, to count: Int) -> Int32 {
        let code = begin(DiskCode.truncate)
        guard code == SQLITE_OK else { return code }
        files[name, default: File()].unsynced.append(.truncate(count: count))
        Self.resize(&files[name, default: File()].content, to: count)
        return SQLITE_OK
    }

    /// Makes a file's content outlive a loss of power; SQLite's code.
    package func sync(_ name: String) -> Int32 {
        let code = begin(DiskCode.sync)
        guard code == SQLITE_OK, let file = files[name] else { return code }
        files[name] = File(content: file.content, synced: file.content)
        return SQLITE_OK
    }

    func remove(_ name: String) -> Int32 {
        let code = begin(DiskCode.remove)
        guard code == SQLITE_OK else { return code }
        files[name] = nil
        return SQLITE_OK
    }

    private static func write(_ bytes: [UInt8], at offset: Int, to content: inout [UInt8]) {
        if content.count < offset + bytes.count { resize(&content, to: offset + bytes.count) }
        content.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }

    private static func resize(_ content: inout [UInt8], to count: Int) {
        if count < content.count {
            content.removeSubrange(count...)
        } else {
            content.append(contentsOf: [UInt8](repeating: 0, count: count - content.count))
        }
    }
}
