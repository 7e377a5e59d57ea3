import Foundation
import TestSupport
import Testing
import Wire

@testable import SyncClient

/// `Protocol/vectors`: names in a folder, markers, and what a member takes and leaves there.
@Suite struct FolderVectorTests {
    @Test(arguments: Vector.all(for: .folder))
    func `a folder that another implementation laid out is read alike`(vector: Vector) throws {
        switch vector.topic {
        case "folder-file":
            let segment = try Segment(line: Array(vector.text("line").utf8))
            let name = SegmentFileName(of: segment, byteCount: segment.encoded.count)
            let path = "segments/\(SegmentFileName.subfolder(of: segment.hash))/\(name.text)"
            #expect(try path == vector.text("path"), "\(vector)")
        case "folder-name": try checkName(vector)
        case "folder-marker": try checkMarker(vector)
        case "folder": try checkMeeting(vector)
        default: Issue.record("a topic that nobody checks: \(vector)")
        }
    }

    private func checkName(_ vector: Vector) throws {
        let name = SegmentFileName(try vector.text("text"))
        guard try !vector["hash"].isNull else {
            #expect(name == nil, "\(vector)")
            return
        }
        #expect(try name?.hash.bytes == vector.bytes("hash"), "\(vector)")
        #expect(try name.map { Int64($0.byteCount) } == vector.integer("size"), "\(vector)")
        #expect(try name?.isNote == (vector["note"].bool()), "\(vector)")
    }

    private func books(_ vector: Vector) throws -> BooksID {
        BooksID(checked: try vector.bytes("books"))
    }

    private func fault(_ vector: Vector) throws -> String? {
        let fault = try vector["fault"]
        return fault.isNull ? nil : try fault.text()
    }

    private func checkMarker(_ vector: Vector) throws {
        var found: String?
        do {
            let text = Array(try vector.text("text").utf8)
            try FolderMarker.check(text, try books(vector), path: "/folder")
        } catch let failure as FolderFailure {
            found = Self.word(failure)
        }
        #expect(try found == fault(vector), "\(vector)")
    }

    private func checkMeeting(_ vector: Vector) throws {
        let folder = try CarriedFolder()
        let clock = try vector.integer("clock")
        for entry in try vector["entries"].list() { try lay(entry.object(), in: folder, clock) }
        var found: String?
        var taken: Set<SegmentHash> = []
        var told: Set<SegmentHash> = []
        do {
            let random = SeededSource(seed: 1)
            let store = try FolderStore(
                path: folder.path, books: try books(vector),
                isNew: try !vector["met"].bool(), now: clock, random: random.bytes)
            let held = try vector["holds"].list().map { try Segment(line: Array($0.text().utf8)) }
            let lacking = store.inventory().filter { !held.map(\.hash).contains($0) }
            taken = Set(try store.segments(lacking, bytesMax: .max).map(\.hash))
            try store.append(held)
            told = Set(
                store.damaged.compactMap { path in
                    path.split(separator: "/").last.flatMap { SegmentFileName(String($0)) }?.hash
                })
        } catch let failure as FolderFailure {
            found = Self.word(failure)
        }
        #expect(try found == fault(vector), "\(vector)")
        #expect(try taken == hashes("takes", of: vector), "\(vector)")
        #expect(try told == hashes("told", of: vector), "\(vector)")
        let after = try vector["after"].list().map { json in
            let pair = try json.list()
            return "\(try pair[0].text()) \(try pair[1].integer())"
        }
        #expect(plainFiles(in: folder) == Set(after), "\(vector)")
    }

    private func hashes(_ name: String, of vector: Vector) throws -> Set<SegmentHash> {
        Set(try vector[name].list().map { SegmentHash(checked: try $0.bytes()) })
    }

    private func lay(_ entry: [String: JSON], in folder: CarriedFolder, _ clock: Int64) throws {
        let path = try some(entry["path"]).text()
        if let slash = path.lastIndex(of: "/") { try folder.makeFolder(String(path[..<slash])) }
        switch try some(entry["kind"]).text() {
        case "file":
            try folder.write(Data(try some(entry["bytes"]).bytes()), to: path)
            let seconds = try Double(clock / 1_000 - some(entry["age"]).integer())
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSince1970: seconds)],
                ofItemAtPath: folder.path + "/" + path)
        case "folder": try folder.makeFolder(path)
        case "pipe": #expect(mkfifo(folder.path + "/" + path, 0o600) == 0)
        case "link": try folder.link(path, to: folder.path + "/elsewhere")
        case let kind: throw Missing(what: kind)
        }
    }

    private func plainFiles(in folder: CarriedFolder) -> Set<String> {
        var found: Set<String> = []
        let names = FileManager.default.enumerator(atPath: folder.path)
        while let name = names?.nextObject() as? String {
            var info = stat()
            guard lstat(folder.path + "/" + name, &info) == 0, info.st_mode & S_IFMT == S_IFREG
            else { continue }
            found.insert("\(name) \(info.st_size)")
        }
        return found
    }

    private static func word(_ failure: FolderFailure) -> String {
        switch failure {
        case .otherBooks: "other"
        case .newer: "layout"
        case .unreadable: "unreadable"
        case .foreign: "foreign"
        case .emptied: "bare"
        default: "\(failure)"
        }
    }
}

/// Random bytes that follow from a seed, for a closure that keeps them.
private final class SeededSource {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    func bytes(_ count: Int) -> [UInt8] { random.bytes(count) }
}
