import Convergence
import Foundation
import GRDB
import Replication
import Sealing
import TestSupport
import Testing
import Wire

/// The books' folder: who may see it, what else may lie there, and where making it can be cut off.
@Suite struct FolderTests {
    private let row = History.rows[0]

    private func put(_ replica: Replica, _ value: Int64) throws {
        try replica.write { try $0.put("thing", row, ["f": .integer(value)]) }
    }

    private func value(_ replica: Replica) throws -> [Convergence.Value] {
        try replica.read { try $0.rows("SELECT f FROM thing").map { $0["f"] } }
    }

    /// Runs SQL on the database itself, as no program should.
    private func tamper(_ folder: BooksFolder, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.file("books.sqlite"))
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test(arguments: [(true, 0o755), (false, 0o700)])
    func `a folder that holds other things keeps its mode, an empty one is closed to others`(
        holdsOthers: Bool, mode: Int
    ) throws {
        let folder = try BooksFolder()
        let books = folder.path + "/books"
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: books, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755])
        if holdsOthers { try Data("mine".utf8).write(to: URL(fileURLWithPath: books + "/note")) }
        _ = try folder.create()
        let found = try manager.attributesOfItem(atPath: books)[.posixPermissions] as? Int
        #expect(found == mode)
    }

    @Test func `only the owner may read anything`() throws {
        let folder = try BooksFolder()
        let replica = try folder.create()
        try put(replica, 1)
        #expect(try folder.mode(folder.path + "/books") == 0o700)
        #expect(folder.names.contains("key"))
        for name in folder.names { #expect(try folder.mode(folder.file(name)) == 0o600, "\(name)") }
        let state = folder.path + "/state"
        let inside = FileManager.default.subpaths(atPath: state) ?? []
        #expect(inside.contains { $0.hasSuffix("/writer") })
        for path in inside {
            let isFile = path.hasSuffix("/writer")
            #expect(try folder.mode(state + "/" + path) == (isFile ? 0o600 : 0o700), "\(path)")
        }
    }

    @Test func `a writer's record that cannot be read is not taken for none`() throws {
        let folder = try BooksFolder()
        try put(try folder.create(), 1)
        let manager = FileManager.default
        let state = folder.path + "/state"
        let inside = manager.subpaths(atPath: state) ?? []
        let record = try state + "/" + some(inside.first { $0.hasSuffix("/writer") })
        // A folder can be opened and not be read, like a file on a disk that fails.
        try manager.moveItem(atPath: record, toPath: record + ".aside")
        try manager.createDirectory(atPath: record, withIntermediateDirectories: false)
        let failure = ReplicationFailure.file(path: record, errno: EISDIR)
        #expect(throws: failure) { try put(try folder.open(), 2) }
        #expect(throws: failure) { try folder.open().sealChanges() }
        #expect(try value(try folder.open(.reading)) == [1])
        try manager.removeItem(atPath: record)
        try manager.moveItem(atPath: record + ".aside", toPath: record)
        let replica = try folder.open()
        try put(replica, 3)
        let writers = try replica.status().writers
        #expect(writers.map(\.isOwn) == [true])
        #expect(try value(replica) == [3])
    }

    @Test func `books that lack what this machine wrote in them are noticed until the next change`()
        throws
    {
        let folder = try BooksFolder()
        try put(try folder.create(), 1)
        try folder.copy("books", to: "older")
        let replica = try folder.open()
        try put(replica, 2)
        try put(replica, 3)
        #expect(try replica.forgottenChanges() == 0)
        #expect(try folder.open(name: "older").forgottenChanges() == 0)
        let manager = FileManager.default
        try manager.removeItem(atPath: folder.path + "/books")
        try folder.copy("older", to: "books")
        let restored = try folder.open()
        #expect(try restored.forgottenChanges() == 2)
        try put(restored, 4)
        #expect(try restored.forgottenChanges() == 0)
    }

    @Test func `a key that cannot be read is not taken for missing`() throws {
        let folder = try BooksFolder()
        _ = try folder.create()
        folder.remove("key")
        try FileManager.default.createDirectory(
            atPath: folder.file("key"), withIntermediateDirectories: false)
        #expect(throws: ReplicationFailure.file(path: folder.file("key"), errno: EISDIR)) {
            try folder.open(.reading)
        }
    }

    @Test func `the key is in its own file, and nowhere in the database`() throws {
        let folder = try BooksFolder()
        let replica = try folder.create()
        try put(replica, 1)
        let secret = Data(replica.key.secret)
        for name in folder.names where name != "key" {
            #expect(try Data(some(folder.bytes(name))).range(of: secret) == nil, "\(name)")
        }
        let key = String(decoding: try some(folder.bytes("key")), as: UTF8.self)
        #expect(key == "jalon key 1 " + Base64URL.encode(replica.key.secret) + "\n")
    }

    @Test func `a folder that holds books is not made again`() throws {
        let folder = try BooksFolder()
        try put(try folder.create(), 1)
        #expect(throws: ReplicationFailure.booksExist(path: folder.path + "/books")) {
            try folder.create(9)
        }
        #expect(try value(folder.open()) == [1])
    }

    @Test func `another program's database is refused and left as it is`() throws {
        let folder = try BooksFolder()
        try folder.write([], to: "books.sqlite")
        try tamper(folder, "CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)")
        let (before, names) = (folder.bytes("books.sqlite"), folder.names)
        let mode = try folder.mode(folder.path + "/books")
        let refusal = ReplicationFailure.notBooks(path: folder.path + "/books")
        #expect(throws: refusal) { try folder.create() }
        #expect(throws: refusal) { try folder.open(.reading) }
        #expect(folder.names == names)
        #expect(throws: refusal) { try folder.open() }
        #expect(folder.bytes("books.sqlite") == before)
        #expect(try folder.mode(folder.path + "/books") == mode)
    }

    @Test func `a file that is no database is refused and left as it is`() throws {
        let folder = try BooksFolder()
        let bytes = Array(String(repeating: "not a database ", count: 400).utf8)
        try folder.write(bytes, to: "books.sqlite")
        #expect(throws: ReplicationFailure.self) { try folder.create() }
        #expect(throws: ReplicationFailure.self) { try folder.open() }
        #expect(throws: ReplicationFailure.self) { try folder.open(.reading) }
        #expect(folder.bytes("books.sqlite") == bytes)
    }

    @Test func `books of a newer layout or schema are refused by both ways of opening`() throws {
        for isLayout in [true, false] {
            let folder = try BooksFolder()
            try put(try folder.create(), 1)
            try tamper(
                folder,
                isLayout
                    ? "PRAGMA user_version = 9"
                    : "UPDATE meta SET value = 9 WHERE key = 'schema'")
            let refusal = ReplicationFailure.newer(
                path: folder.path + "/books", found: 9, known: 1)
            #expect(throws: refusal) { try folder.open() }
            #expect(throws: refusal) { try folder.open(.reading) }
        }
    }

    @Test func `a missing, damaged or foreign key is named, and nothing is sealed with it`() throws
    {
        let folder = try BooksFolder()
        try put(try folder.create(), 1)
        let key = try some(folder.bytes("key"))
        let other = "jalon key 1 " + Base64URL.encode([UInt8](1...32)) + "\n"
        let missing = ReplicationFailure.keyMissing(path: folder.file("key"))
        for bytes in [nil, [], Array(key.dropLast(5)), Array(other.utf8), Array("x".utf8) + key] {
            folder.remove("key")
            if let bytes { try folder.write(bytes, to: "key") }
            #expect(throws: missing) { try folder.open() }
            #expect(throws: missing) { try folder.open(.reading) }
        }
        try folder.write(key, to: "key")
        #expect(try value(folder.open()) == [1])
    }

    @Test func `a damaged page is told with the folder, whoever reads it first`() throws {
        let folder = try BooksFolder()
        try put(try folder.create(), 1)
        let queue = try DatabaseQueue(path: folder.file("books.sqlite"))
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        let (size, roots) = try queue.unsafeRead { database in
            (
                try some(Int.fetchOne(database, sql: "PRAGMA page_size")),
                try Int.fetchAll(
                    database, sql: "SELECT rootpage FROM sqlite_master WHERE rootpage > 0")
            )
        }
        try queue.close()
        let whole = try some(folder.bytes("books.sqlite"))
        var told = 0
        for root in roots {
            for name in folder.names where name.hasPrefix("books.sqlite") { folder.remove(name) }
            var bytes = whole
            bytes.replaceSubrange(
                (root - 1) * size..<root * size, with: [UInt8](repeating: 0xff, count: size))
            try folder.write(bytes, to: "books.sqlite")
            for purpose in [Replica.Purpose.reading, .writing] {
                do {
                    let replica = try folder.open(purpose)
                    _ = try replica.status()
                    _ = try value(replica)
                    if purpose == .writing { try put(replica, 2) }
                } catch {
                    guard case .damaged(folder.path + "/books", _)? = error as? ReplicationFailure
                    else {
                        Issue.record("page \(root), \(purpose): \(error)")
                        continue
                    }
                    told += 1
                }
            }
        }
        #expect(told > 0)
    }

    @Test(arguments: [0, 3072, 4096])
    func `books that were cut off while their file was laid out are made by the next init`(
        size: Int
    ) throws {
        // Power was lost before SQLite's first commit: some of the first page is there, and a journal
        // that says that there were no pages before.
        let folder = try BooksFolder()
        let journal: [UInt8] =
            [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7] + [0, 0, 0, 0] + [1, 2, 3, 4]
            + [0, 0, 0, 0] + [0, 0, 2, 0] + [0, 0, 0x10, 0]
        try folder.write(
            journal + [UInt8](repeating: 0, count: 512 - journal.count),
            to: "books.sqlite-journal")
        let page = Array("SQLite format 3\0".utf8) + [0x10, 0, 2, 2, 0, 0x40, 0x20, 0x20]
        try folder.write(
            Array((page + [UInt8](repeating: 0, count: 4096)).prefix(size)), to: "books.sqlite")
        let missing = ReplicationFailure.noBooks(path: folder.path + "/books")
        for purpose in [Replica.Purpose.reading, .writing] {
            #expect(throws: missing) { try folder.open(purpose) }
        }
        try put(try folder.create(), 1)
        #expect(try value(folder.open()) == [1])
    }

    @Test func `no books are named as such`() throws {
        let folder = try BooksFolder()
        let missing = ReplicationFailure.noBooks(path: folder.path + "/books")
        for purpose in [Replica.Purpose.reading, .writing] {
            #expect(throws: missing) { try folder.open(purpose) }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/books"))
    }

    // MARK: - Cut off

    /// What lies there when making books is killed before its one commit: nothing that stops a second
    /// try.
    @Test(arguments: 0..<4) func `making books that was cut off early is made again`(step: Int)
        throws
    {
        let folder = try BooksFolder()
        let database = folder.file("books.sqlite")
        try FileManager.default.createDirectory(
            atPath: folder.path + "/books", withIntermediateDirectories: true)
        if step > 0 { for name in [".lock", ".turnstile"] { try folder.write([], to: name) } }
        if step > 1 { try folder.write([], to: "books.sqlite") }
        if step > 2 {
            let queue = try DatabaseQueue(path: database)
            try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
            try queue.close()
        }
        #expect(throws: ReplicationFailure.noBooks(path: folder.path + "/books")) {
            try folder.open()
        }
        try put(try folder.create(), 1)
        #expect(try value(folder.open()) == [1])
    }

    /// After the commit the next opening finishes what was left.
    @Test func `making books that was cut off late is finished by the next opening`() throws {
        for step in 0..<3 {
            let folder = try BooksFolder()
            let secret = try folder.create().key.secret
            let digits = secret.map { String(UInt16($0) + 256, radix: 16).dropFirst() }.joined()
            try tamper(folder, "INSERT INTO meta (key, value) VALUES ('secret', x'\(digits)')")
            let key = try some(folder.bytes("key"))
            if step < 2 { folder.remove("key") }
            if step == 1 { try folder.write(Array(key.prefix(9)), to: "key.new") }
            #expect(try folder.open(.reading).key.secret == secret)
            try put(try folder.open(), 1)
            #expect(folder.bytes("key") == key)
            #expect(!folder.names.contains("key.new"))
            let queue = try DatabaseQueue(path: folder.file("books.sqlite"))
            let left = try queue.read {
                try Int.fetchOne($0, sql: "SELECT count(*) FROM meta WHERE key = 'secret'")
            }
            #expect(left == 0)
        }
    }

    // MARK: - The machine's memory

    @Test func `a dry run leaves nothing, not even a writer`() throws {
        let folder = try BooksFolder()
        let replica = try folder.create()
        let before = try replica.status()
        let id = try replica.write(dryRun: true) { writing in
            try writing.put("thing", row, ["f": 1])
            return try writing.freeze("paper", ["number": 1])
        }
        #expect(id.kind == .frozen)
        try replica.addPeer("a", "https://a.example", dryRun: true)
        #expect(try replica.status() == before)
        #expect(try value(replica) == [])
        #expect(FileManager.default.subpaths(atPath: folder.path + "/state") == nil)
    }

    @Test func `a folder copied on the same machine writes as another writer, both go on`() throws {
        let folder = try BooksFolder()
        let original = try folder.create()
        try put(original, 1)
        try folder.copy("books", to: "copy")
        let copy = try folder.open(.writing, 7, name: "copy")
        try put(copy, 2)
        try put(original, 3)
        let writers = [try original.status().writer, try copy.status().writer]
        #expect(writers[0] != nil && writers[1] != nil && writers[0] != writers[1])
        try original.sealChanges()
        try copy.sealChanges()
        let segments =
            try original.segments(after: 0, count: .max)
            + copy.segments(after: 0, count: .max)
        for replica in [original, copy] {
            _ = try replica.accept(segments.map(\.segment), from: nil)
            try replica.mend()
        }
        #expect(try original.status().digest == copy.status().digest)
        #expect(try original.read { try $0.conflicts() }.count == 1)
    }

    @Test func `a lost or damaged memory makes a new writer, one that cannot be kept stops nobody`()
        throws
    {
        let folder = try BooksFolder()
        let replica = try folder.create()
        try put(replica, 1)
        let writer = try replica.status().writer
        let state = folder.path + "/state"
        let record = try some(
            FileManager.default.subpaths(atPath: state)?.first { $0.hasSuffix("/writer") })
        // Noting the change fails after the commit: the change stands.
        let whole = try some(FileManager.default.contents(atPath: state + "/" + record))
        try FileManager.default.removeItem(atPath: state + "/" + record)
        try FileManager.default.createDirectory(
            atPath: state + "/" + record, withIntermediateDirectories: true)
        #expect(throws: (any Error).self) { try put(replica, 2) }
        #expect(try value(replica) == [1])
        try FileManager.default.removeItem(atPath: state + "/" + record)
        var damaged = whole
        damaged[3] ^= 1
        #expect(FileManager.default.createFile(atPath: state + "/" + record, contents: damaged))
        try put(replica, 3)
        #expect(try replica.status().writer != writer)
        #expect(try value(replica) == [3])
    }
}
