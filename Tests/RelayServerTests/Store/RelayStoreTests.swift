import Foundation
import GRDB
import RelayServer
import TestSupport
import Testing
import Wire

/// A relay's mailbox as a store whose every step is a transaction of its own.
private struct DurableMailbox: SegmentStore {
    let store: RelayStore
    let books: BooksID

    init(_ store: RelayStore, _ books: BooksID, life: UInt8 = 1) throws {
        self.store = store
        self.books = books
        try store.commitNow { database in
            if try Mailbox(database, books: books) == nil {
                _ = try Mailbox(
                    creating: books,
                    generation: Generation(checked: [UInt8](repeating: life, count: 16)), at: 0,
                    in: database)
            }
        }
    }

    private func read<T>(_ body: (Mailbox) throws -> T) throws -> T {
        try store.readNow { try body(some(try Mailbox($0, books: books))) }
    }

    func state() throws -> MailboxState { try read { try $0.state() } }
    func append(_ segments: [Segment]) throws {
        try store.commitNow { try some(try Mailbox($0, books: books)).append(segments) }
    }
    func mark(at position: Int64) throws -> Mark? { try read { try $0.mark(at: position) } }
    func segments(
        after position: Int64, bytesMax: Int
    ) throws -> [(position: Int64, segment: Segment)] {
        try read { try $0.segments(after: position, bytesMax: bytesMax) }
    }
    func inventory() throws -> [SegmentHash] { try read { try $0.inventory() } }
    func segments(_ hashes: [SegmentHash], bytesMax: Int) throws -> [Segment] {
        try read { try $0.segments(hashes, bytesMax: bytesMax) }
    }
}

@Suite struct RelayStoreTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func open(isServing: Bool = true) throws -> RelayStore {
        try RelayStore(
            folder: DataFolder(folder.data), isServing: isServing, random: RelayRandom.bytes)
    }

    @Test(arguments: SegmentStoreContract.clauses)
    func `a mailbox in SQLite keeps the contract`(_ clause: SegmentStoreContract) throws {
        let store = try open()
        let forge = try SegmentForge()
        try clause.check(try DurableMailbox(store, forge.books), forge)
    }

    @Test func `mailboxes of two books know nothing of each other`() throws {
        let store = try open()
        let other = BooksID(checked: [UInt8](repeating: 9, count: 16))
        let (first, second) = (
            try DurableMailbox(store, SegmentForge.someBooks), try DurableMailbox(store, other)
        )
        let segments = try SegmentForge().segments(3)
        try first.append(segments)
        #expect(try second.state().position == 0)
        #expect(try second.inventory().isEmpty)
        #expect(try second.segments(segments.map(\.hash), bytesMax: .max).isEmpty)
        try second.append([segments[1]])
        #expect(try first.state().position == 3)
        #expect(try second.state().position == 1)
    }

    @Test func `data opened again stands where it stood`() throws {
        let segments = try SegmentForge().segments(4)
        let store = try open()
        let mailbox = try DurableMailbox(store, SegmentForge.someBooks)
        try mailbox.append(segments)
        let state = try mailbox.state()
        store.close()
        let again = try DurableMailbox(open(isServing: false), SegmentForge.someBooks, life: 2)
        #expect(try again.state() == state)
        #expect(try again.inventory() == segments.map(\.hash))
    }

    @Test func `writes that wait share a transaction, and one that is refused fails alone`()
        async throws
    {
        let store = try open()
        let segments = try SegmentForge().segments(64)
        _ = try DurableMailbox(store, SegmentForge.someBooks)
        let refused = try await withThrowingTaskGroup(of: Int.self) { group in
            for (number, segment) in segments.enumerated() {
                group.addTask {
                    do {
                        try await store.commit { database in
                            guard number % 8 != 3 else { throw Refused(.quota) }
                            try some(try Mailbox(database, books: SegmentForge.someBooks))
                                .append([segment])
                        }
                        return 0
                    } catch let refused as Refused {
                        return refused.code == .quota ? 1 : 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(refused == 8)
        #expect(try DurableMailbox(store, SegmentForge.someBooks).state().position == 56)
    }

    @Test func `the folder and its files are their owner's only`() throws {
        let store = try open()
        _ = try DurableMailbox(store, SegmentForge.someBooks)
        let files = FileManager.default
        func rights(_ path: String) throws -> Int {
            try some(files.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }
        #expect(try rights(folder.data) == 0o700)
        for name in try files.contentsOfDirectory(atPath: folder.data) {
            #expect(try rights(folder.data + "/" + name) == 0o600, "\(name)")
        }
    }

    @Test func `one relay serves the data at a time`() throws {
        let first = try open()
        #expect(throws: RelayFailure.alreadyServed(path: folder.data)) { try open() }
        #expect(throws: Never.self) { try open(isServing: false) }
        _ = first
    }

    @Test func `a folder that holds something else is left alone`() throws {
        try FileManager.default.createDirectory(
            atPath: folder.data, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.data + "/letters.txt"))
        #expect(throws: RelayFailure.foreignFolder(path: folder.data, found: "letters.txt")) {
            try open()
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.data) == ["letters.txt"])
    }

    @Test func `a database that is another program's, damaged or newer is left alone`() throws {
        let path = folder.data + "/relay.sqlite"
        try FileManager.default.createDirectory(
            atPath: folder.data, withIntermediateDirectories: true)
        try Data("this is no database, but it is long enough to be read as one".utf8)
            .write(to: URL(fileURLWithPath: path))
        #expect(throws: RelayFailure.self) { try open() }
        try FileManager.default.removeItem(atPath: path)
        let foreign = try DatabaseQueue(path: path)
        try foreign.write { try $0.execute(sql: "CREATE TABLE letters (text TEXT)") }
        try foreign.close()
        #expect(throws: RelayFailure.self) { try open() }
        try FileManager.default.removeItem(atPath: path)
        try open().close()
        let newer = try DatabaseQueue(path: path)
        try newer.write { try $0.execute(sql: "PRAGMA user_version = 2") }
        try newer.close()
        #expect(throws: RelayFailure.newerData(path: path)) { try open() }
    }
}
