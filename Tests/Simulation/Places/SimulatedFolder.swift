import Foundation
import Replication
import SyncClient
import TestSupport
import Wire

/// A folder that devices share, real files in a temporary place, and what befalls such folders.
final class SimulatedFolder {
    private let path: String
    private(set) var isStarted = false

    init() {
        let shared = "/dev/shm"
        let base =
            FileManager.default.isWritableFile(atPath: shared)
            ? shared : FileManager.default.temporaryDirectory.path
        path = base + "/jalon-simulation-" + UUID().uuidString
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The folder's store, as one conversation sees it.
    func store(for replica: Replica, seed: UInt64) throws -> FolderStore {
        var random = SeededRandom(seed: seed)
        let store = try FolderStore(
            path: path, books: replica.books, isNew: !isStarted, random: { random.bytes($0) })
        isStarted = true
        return store
    }

    /// A kind of harm.
    enum Harm: String, CaseIterable {
        case deleted, truncated, corrupted, conflictCopy, leftover, stray
    }

    /// Does some harm to one of the segments' files; false when there is none.
    func suffer(_ harm: Harm, _ random: inout SeededRandom) throws -> Bool {
        let files = try segmentFiles()
        guard !files.isEmpty else { return false }
        let file = random.pick(files)
        let data = try Data(contentsOf: URL(fileURLWithPath: file))
        let bytes = [UInt8](data)
        // Of a file that was cut off before its first byte nothing is left to be harmed.
        guard !bytes.isEmpty else { return false }
        switch harm {
        case .deleted: try FileManager.default.removeItem(atPath: file)
        case .truncated: try write(Array(bytes.prefix(random.pick(0...bytes.count - 1))), file)
        case .corrupted:
            var bytes = bytes
            bytes[random.pick(0...bytes.count - 1)] ^= UInt8(1 << random.pick(0...7))
            try write(bytes, file)
        case .conflictCopy: try write(bytes, file + " (conflicted copy)")
        case .leftover:
            let folder = file.prefix(upTo: file.lastIndex(of: "/") ?? file.endIndex)
            try write(Array(bytes.prefix(bytes.count / 2)), folder + "/~leftover.tmp")
        case .stray: try write(random.bytes(100), path + "/segments/readme.txt")
        }
        return true
    }

    private func segmentFiles() throws -> [String] {
        guard isStarted else { return [] }
        let root = path + "/segments"
        guard let letters = try? FileManager.default.contentsOfDirectory(atPath: root) else {
            return []
        }
        return letters.sorted().flatMap { letter in
            let names = try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(letter)")
            return (names ?? []).sorted().map { "\(root)/\(letter)/\($0)" }
        }.filter { !$0.hasSuffix(".tmp") && !$0.hasSuffix("copy)") }
    }

    /// The bytes of everything that lies in it.
    func contents() throws -> [[UInt8]] {
        try segmentFiles().map { [UInt8](try Data(contentsOf: URL(fileURLWithPath: $0))) }
    }

    private func write(_ bytes: [UInt8], _ path: String) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
}
