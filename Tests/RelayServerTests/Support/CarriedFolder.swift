import Foundation
import SyncClient
import TestSupport
import Wire

/// A folder that carries books, and the means to do to it what sticks and other programs do.
final class CarriedFolder {
    let path: String
    private var random: SeededRandom

    init(seed: UInt64 = 1) throws {
        var template = Array("/tmp/jalon-folder-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Missing(what: "folder") }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        random = SeededRandom(seed: seed)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func store(
        _ books: BooksID = SegmentForge.someBooks, isNew: Bool = true
    ) throws -> FolderStore {
        try FolderStore(path: path, books: books, isNew: isNew) { self.random.bytes($0) }
    }

    /// The names of all segments' files, with their subfolders.
    var files: [String] {
        let all = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        return all.filter { $0.hasPrefix("segments/") && $0.count > 12 }.sorted()
    }

    func bytes(_ name: String) throws -> Data {
        try some(FileManager.default.contents(atPath: path + "/" + name))
    }

    func write(_ bytes: Data, to name: String) throws {
        try bytes.write(to: URL(fileURLWithPath: path + "/" + name))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + name)
    }

    func move(_ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: path + "/" + name, toPath: path + "/" + other)
    }

    func makeFolder(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path + "/" + name, withIntermediateDirectories: true)
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(
            atPath: path + "/" + name, withDestinationPath: target)
    }
}

/// What a visit to a folder came to.
struct FolderVisit: Sendable {
    let report: SyncReport
    let written: Int
    let damaged: [String]
    let fault: FolderFailure?
}

extension Device {
    /// Meets in a folder, as a replica does: both sides compare what they hold.
    @discardableResult
    func sync(_ folder: CarriedFolder, isNew: Bool = true) async throws -> FolderVisit {
        let store = try folder.store(books, isNew: isNew)
        let carrier = FolderCarrier(store, books: books)
        var session = try SyncSession(self, over: carrier, comparing: true)
        let report = try await session.run()
        return FolderVisit(
            report: report, written: store.written, damaged: store.damaged, fault: carrier.fault)
    }
}
