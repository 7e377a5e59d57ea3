import Convergence
import Foundation
import GRDB
import Replication
import Sealing
import TestSupport
import Testing
import Wire

/// What an audit finds and a rebuild mends.
@Suite struct VerifyTests {
    private let rows = History.rows

    /// Books with everything in them: values, counters, removes, conflicts, sealed and unsealed.
    private func books() throws -> (folder: BooksFolder, replica: Replica) {
        let folder = try BooksFolder()
        let replica = try folder.create()
        let other = try Replica.inMemory(
            secret: replica.key.secret, schema: Fleet.schema,
            environment: BooksFolder.environment(5), vault: MemoryWriterVault(), device: "other")
        for number in Int64(0)..<12 {
            for one in [replica, other] {
                try one.write { writing in
                    try writing.put("thing", rows[Int(number % 2)], ["f": .integer(number)])
                    try writing.add("thing", rows[0], "c", number)
                    _ = try writing.insert("line", ["thing": .text(rows[0].text), "text": "é"])
                }
            }
            if number % 4 == 3 { try replica.sealChanges() }
        }
        try send(other, to: replica)
        try replica.write { try $0.add("thing", rows[1], "c", 5) }
        return (folder, replica)
    }

    /// Gives all that one replica has to another.
    private func send(_ replica: Replica, to other: Replica) throws {
        try replica.sealChanges()
        _ = try other.accept(
            try replica.segments(after: 0, count: .max).map(\.segment), from: nil)
    }

    private func tamper(_ folder: BooksFolder, _ sql: String) throws {
        let queue = try DatabaseQueue(path: folder.file("books.sqlite"))
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }

    @Test func `sound books have no findings, and a rebuild gives the same digest`() throws {
        let (_, replica) = try books()
        let audit = try replica.verify()
        #expect(audit.findings == [])
        #expect(audit.segments == 4 && audit.changes == 25)
        let conflicts = try replica.read { try $0.conflicts() }
        let report = try replica.rebuild()
        #expect(report.digestBefore == report.digestAfter)
        #expect(try replica.read { try $0.conflicts() } == conflicts)
        #expect(try replica.verify() == audit)
    }

    /// The rows whose number is odd, kept beside all of them.
    private static let odd = Schema(
        version: 2, tables: [Table("thing", [.register("f")])],
        kept: KeptTables(
            names: ["odd"],
            definition: """
                CREATE TABLE odd (id TEXT PRIMARY KEY, f) WITHOUT ROWID;
                CREATE TABLE touched (id TEXT PRIMARY KEY) WITHOUT ROWID;
                CREATE TRIGGER made AFTER INSERT ON thing BEGIN
                    INSERT OR IGNORE INTO touched VALUES (NEW.id);
                END;
                CREATE TRIGGER changed AFTER UPDATE ON thing BEGIN
                    INSERT OR IGNORE INTO touched VALUES (NEW.id);
                END;
                """,
            fill: "DELETE FROM odd; INSERT OR IGNORE INTO touched SELECT id FROM thing;",
            touched: "touched",
            refresh: [
                "DELETE FROM odd WHERE id IN (SELECT id FROM touched)",
                """
                INSERT INTO odd SELECT id, f FROM thing
                WHERE f % 2 = 1 AND hidden = 0 AND id IN (SELECT id FROM touched)
                """,
            ]))

    @Test func `what is kept follows every write, and is made anew with the tables`() throws {
        let folder = try BooksFolder()
        let replica = try Replica.create(
            folder.places(), schema: Self.odd, environment: BooksFolder.environment(1),
            device: "test")
        func kept() throws -> [Int64?] {
            try replica.read { try $0.rows("SELECT f FROM odd ORDER BY f").map { $0.integer("f") } }
        }
        try replica.write { try $0.put("thing", rows[0], ["f": 1]) }
        try replica.write { try $0.put("thing", rows[1], ["f": 2]) }
        #expect(try kept() == [1])
        // Another device's changes come through the same tables.
        let other = try Replica.inMemory(
            secret: replica.key.secret, schema: Self.odd,
            environment: BooksFolder.environment(5), vault: MemoryWriterVault(), device: "other")
        try send(replica, to: other)
        #expect(try other.read { try $0.rows("SELECT f FROM odd").count } == 1)
        try other.write { writing in
            try writing.put("thing", rows[1], ["f": 3])
            try writing.put("thing", rows[0], ["f": 4])
        }
        try send(other, to: replica)
        #expect(try kept() == [3])
        #expect(try replica.verify().findings.isEmpty)
        for sql in [
            "DELETE FROM odd", "UPDATE odd SET f = 5",
            "INSERT INTO odd SELECT id, f FROM thing WHERE f % 2 = 0",
        ] {
            try tamper(folder, sql)
            #expect(try replica.inspect().map(\.detail) == ["odd"], "\(sql)")
            #expect(try replica.verify().findings.map(\.detail) == ["odd"], "\(sql)")
            _ = try replica.rebuild()
            #expect(try kept() == [3], "\(sql)")
            #expect(try replica.verify().findings.isEmpty, "\(sql)")
            try replica.write { try $0.put("thing", rows[0], ["f": 6]) }
            #expect(try kept() == [3], "\(sql)")
        }
    }

    @Test(arguments: [
        "UPDATE thing SET f = f + 1 WHERE rowid = 1", "UPDATE line SET text = 'e' WHERE rowid = 3",
        "UPDATE line SET state = x'00' WHERE rowid = 2", "UPDATE line SET state = x'ff'",
        "UPDATE thing SET state = NULL || 1 WHERE 0", "DELETE FROM line WHERE rowid = 1",
        "UPDATE thing SET id = 'nonsense' WHERE rowid = 1",
        "UPDATE merge SET value = zeroblob(32) WHERE key = 'digest'",
        "UPDATE thing SET c = c + 1 WHERE rowid = 1", "UPDATE line SET hidden = 1 WHERE rowid = 2",
        "UPDATE line SET state = x'00' || substr(state, 2) WHERE rowid = 2",
    ])
    func `tables that were changed behind the engine's back are found and mended`(sql: String)
        throws
    {
        let (folder, replica) = try books()
        let digest = try replica.status().digest
        let count = try replica.read { try $0.rows("SELECT id FROM line").count }
        try tamper(folder, sql)
        let isHarmless = sql.hasSuffix("WHERE 0")
        let kinds = Set(try replica.verify().findings.map(\.kind))
        #expect(kinds.contains(.tables) == !isHarmless, "\(kinds)")
        #expect(try replica.inspect().contains { $0.kind == .tables } == !isHarmless)
        _ = try replica.rebuild()
        #expect(try replica.verify().findings == [])
        #expect(try replica.status().digest == digest)
        #expect(try replica.read { try $0.rows("SELECT id FROM line").count } == count)
    }

    @Test(arguments: [
        "UPDATE thing SET f = f + 1 WHERE id = ?", "UPDATE thing SET f = NULL WHERE id = ?",
    ])
    func `a row edited behind the engine's back leaves the digest at its next change`(sql: String)
        throws
    {
        let (folder, replica) = try books()
        let row = rows[0]
        try tamper(folder, sql.replacing("?", with: "'\(row.text)'"))
        #expect(try replica.verify().findings.map(\.kind).contains(.tables))
        // What the row was hashed as goes, and what it is now comes: the sum tells the tables again.
        try replica.write { try $0.put("thing", row, ["f": .integer(99)]) }
        #expect(try !replica.verify().findings.map(\.kind).contains(.tables))
        _ = try replica.rebuild()
        #expect(try replica.verify().findings == [])
    }

    @Test func `a value that damage made one of another kind is named as damage`() throws {
        let folder = try BooksFolder()
        let replica = try folder.create()
        try replica.write { try $0.put("thing", rows[0], ["f": .integer(1)]) }
        try tamper(
            folder,
            """
            PRAGMA writable_schema = ON;
            UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'name';
            """)
        try tamper(folder, "UPDATE name SET name = NULL")
        let failure = ReplicationFailure.damaged(
            path: folder.path + "/books", detail: "a value is of another kind than was written")
        #expect(throws: failure) { try folder.open(.reading).status() }
        #expect(throws: failure) { try folder.open(.reading).verify() }
    }

    @Test func `every flipped byte of a held segment is found`() throws {
        let (folder, replica) = try books()
        let size = try some(try replica.segments(after: 0, count: 1).first).segment.encoded.count
        for place in stride(from: 0, to: size, by: 37) {
            try tamper(
                folder,
                """
                UPDATE segment SET data = CAST(substr(data, 1, \(place)) ||
                char((unicode(CAST(substr(data, \(place + 1), 1) AS TEXT)) + 1) % 128) ||
                substr(data, \(place + 2)) AS BLOB) WHERE seq = 2
                """)
            let audit = try replica.verify()
            #expect(audit.findings.contains { $0.kind == .segment }, "\(place)")
        }
    }

    @Test func `a damaged segment goes, and a good copy is taken again`() throws {
        let (folder, replica) = try books()
        let digest = try replica.status().digest
        let held = try replica.segments(after: 0, count: .max).map(\.segment)
        let peer = try replica.addPeer("relay", "https://relay.example")
        try tamper(folder, "UPDATE peer SET generation = zeroblob(16), position = 4, sent = 4")
        try tamper(folder, "UPDATE segment SET data = zeroblob(length(data)) WHERE seq = 2")
        _ = try replica.rebuild()
        #expect(try !replica.status().waiting.isEmpty)
        // Both sides will compare what they hold, also with a peer that lost everything meanwhile.
        #expect(try replica.peer(peer.name)?.standing == .doubtful)
        _ = try replica.accept(held, from: nil)
        try replica.mend()
        #expect(try replica.status().digest == digest)
        #expect(try replica.verify().findings == [])
    }

    /// SQLite gives the greatest place again once it is free.
    @Test func `what comes to lie where a damaged segment lay is offered to every peer`() throws {
        let (folder, replica) = try books()
        try replica.sealChanges()
        let places = try replica.segments(after: 0, count: .max).map(\.place)
        let last = try some(places.last)
        _ = try replica.addPeer("relay", "https://relay.example")
        try tamper(folder, "UPDATE peer SET generation = zeroblob(16), sent = \(last)")
        try tamper(folder, "INSERT INTO meta (key, value) VALUES ('guests', \(last))")
        #expect(try replica.status().unsent == 0)
        try tamper(folder, "UPDATE segment SET data = zeroblob(9) WHERE seq = \(last)")
        _ = try replica.rebuild()
        try replica.write { try $0.put("thing", rows[1], ["g": 7]) }
        try replica.sealChanges()
        let new = try some(replica.segments(after: 0, count: .max).last)
        #expect(new.place == last)
        let peer = try some(replica.peer("relay"))
        #expect(try replica.offering(to: peer).segments.map(\.hash) == [new.segment.hash])
        #expect(try replica.status().unsent == 1)
    }

    @Test func `a damaged segment is not given away, and its good copy is offered again`() throws {
        let (folder, replica) = try books()
        let held = try replica.segments(after: 0, count: .max).map(\.segment)
        let hash = held[1].hash
        _ = try replica.addPeer("relay", "https://relay.example")
        try tamper(
            folder,
            """
            INSERT INTO peer_segment (peer, hash, code)
            SELECT 1, hash, 'signature' FROM segment WHERE seq = 2
            """)
        let byte = "CAST(substr(data, 1, 299) || x'00' || substr(data, 301) AS BLOB)"
        try tamper(folder, "UPDATE segment SET data = \(byte) WHERE seq = 2")
        #expect(try replica.segment(hash) == nil)
        _ = try replica.rebuild()
        _ = try replica.accept(held, from: nil)
        try replica.mend()
        let peer = try some(replica.peer("relay"))
        #expect(try replica.inventory(for: peer).map(\.hash).contains(hash))
        #expect(try replica.segment(hash) == held[1])
    }

    @Test func `damage among unsealed changes stops no others, and a rebuild sets it aside`() throws
    {
        let (folder, replica) = try books()
        for value in Int64(1)...3 {
            try replica.write { try $0.put("thing", rows[1], ["g": .integer(value)]) }
        }
        let count = try replica.status().unsealed
        // The one before the last, which the last follows.
        try tamper(
            folder,
            """
            UPDATE unsealed SET line = CAST(line || ' ' AS BLOB)
            WHERE seq = (SELECT max(seq) - 1 FROM unsealed)
            """)
        try replica.sealChanges()
        #expect(count == 4)
        #expect(try replica.status().unsealed == 2)
        #expect(try replica.unsealableCount() == 2)
        #expect(try replica.verify().findings.contains { $0.kind == .unsealed })
        let writer = try replica.status().writers.first { $0.isOwn }?.key
        _ = try replica.rebuild()
        #expect(try replica.unsealableCount() == 0)
        #expect(try replica.status().rejected.map(\.reason) == ["damaged", "damaged"])
        #expect(try replica.verify().findings == [])
        #expect(try shownG(replica) == .integer(1))
        // What is written next goes its way, as another writer's.
        try replica.write { try $0.put("thing", rows[1], ["g": 9]) }
        #expect(try replica.status().writers.first { $0.isOwn }?.key != writer)
        #expect(try replica.sealChanges() == 1)
        #expect(try shownG(replica) == .integer(9))
        #expect(try replica.verify().findings == [])
    }

    @Test(arguments: [0x01, 0x80, 0xff])
    func `one damaged byte of an unsealed change is put right by its id`(flip: Int) throws {
        let (folder, replica) = try books()
        try replica.write { try $0.put("thing", rows[1], ["g": .text("Maison Blum")]) }
        try replica.write { try $0.put("thing", rows[1], ["f": 4]) }
        let digest = try replica.status().digest
        let found = try DatabaseQueue(path: folder.file("books.sqlite"))
        try found.write { database in
            let last = "WHERE seq = (SELECT max(seq) - 1 FROM unsealed)"
            var line = try some(Data.fetchOne(database, sql: "SELECT line FROM unsealed \(last)"))
            line[line.count / 2] ^= UInt8(flip)
            try database.execute(sql: "UPDATE unsealed SET line = ? \(last)", arguments: [line])
        }
        try found.close()
        #expect(try replica.unsealableCount() == 2)
        _ = try replica.rebuild()
        #expect(try replica.unsealableCount() == 0)
        #expect(try replica.status().rejected.isEmpty)
        #expect(try replica.status().digest == digest)
        #expect(try replica.verify().findings == [])
    }

    /// After a loss of power a machine may remember less than it wrote: as much as a rebuild left.
    @Test func `a machine whose books gave up what it wrote goes on as another writer`() throws {
        let (folder, replica) = try books()
        try replica.sealChanges()
        let (state, remembered) = (folder.path + "/state", folder.path + "/remembered")
        try FileManager.default.copyItem(atPath: state, toPath: remembered)
        let writer = try some(replica.status().writers.first { $0.isOwn }?.key)
        try replica.write { try $0.put("thing", rows[1], ["g": 1]) }
        try replica.sealChanges()
        try tamper(
            folder,
            """
            UPDATE segment SET data = zeroblob(10) WHERE seq = (SELECT max(seq) FROM segment)
            """)
        _ = try replica.rebuild()
        try FileManager.default.removeItem(atPath: state)
        try FileManager.default.moveItem(atPath: remembered, toPath: state)
        let opened = try folder.open()
        try opened.write { try $0.put("thing", rows[1], ["g": 2]) }
        let next = try some(opened.status().writers.first { $0.isOwn }?.key)
        #expect(next != writer)
        // Once only.
        try opened.write { try $0.put("thing", rows[1], ["g": 3]) }
        #expect(try opened.status().writers.first { $0.isOwn }?.key == next)
        #expect(try opened.verify().findings == [])
    }

    /// What the line says of its writer and number is read once it is put right.
    @Test(arguments: ["writer = zeroblob(32)", "number = number + 7"])
    func `damage of an unsealed change and of what stands beside it is put right at once`(
        damage: String
    ) throws {
        let (folder, replica) = try books()
        try replica.write { try $0.put("thing", rows[1], ["g": .text("Maison Blum")]) }
        let digest = try replica.status().digest
        let found = try DatabaseQueue(path: folder.file("books.sqlite"))
        try found.write { database in
            let last = "WHERE seq = (SELECT max(seq) FROM unsealed)"
            var line = try some(Data.fetchOne(database, sql: "SELECT line FROM unsealed \(last)"))
            line[0] ^= 1
            try database.execute(
                sql: "UPDATE unsealed SET line = ?, \(damage) \(last)", arguments: [line])
        }
        try found.close()
        _ = try replica.rebuild()
        #expect(try replica.unsealableCount() == 0)
        #expect(try replica.status().rejected.isEmpty)
        #expect(try replica.status().digest == digest)
        #expect(try replica.verify().findings == [])
    }

    /// Neither stands under the id.
    @Test(arguments: ["writer = zeroblob(32)", "number = number + 7"])
    func `the writer or number beside an unsealed change is found damaged and put right`(
        damage: String
    ) throws {
        let (folder, replica) = try books()
        try replica.write { try $0.put("thing", rows[1], ["g": 1]) }
        try replica.write { try $0.put("thing", rows[1], ["f": 4]) }
        let digest = try replica.status().digest
        let (writer, count) = (
            try replica.status().writers.first { $0.isOwn }?.key, try replica.status().unsealed
        )
        try tamper(
            folder,
            "UPDATE unsealed SET \(damage) WHERE seq = (SELECT max(seq) - 1 FROM unsealed)")
        #expect(try replica.verify().findings.map(\.kind) == [.unsealed])
        // What comes before and after it goes its way.
        try replica.sealChanges()
        #expect(count == 3)
        #expect(try replica.unsealableCount() == 1)
        _ = try replica.rebuild()
        #expect(try replica.unsealableCount() == 0)
        #expect(try replica.sealChanges() == 1)
        #expect(try replica.status().digest == digest)
        #expect(try replica.status().writers.first { $0.isOwn }?.key == writer)
        #expect(try replica.verify().findings == [])
        let other = try Replica.inMemory(
            secret: replica.key.secret, schema: Fleet.schema,
            environment: BooksFolder.environment(7), vault: MemoryWriterVault(), device: "third")
        try send(replica, to: other)
        #expect(try other.status().digest == digest)
        #expect(try other.status().rejected.isEmpty)
    }

    private func shownG(_ replica: Replica) throws -> Convergence.Value? {
        try replica.read {
            try $0.rows("SELECT g FROM thing WHERE id = ?", [.text(rows[1].text)]).first?["g"]
        }
    }

    @Test func `tables that a newer program has brought up to date are not written by this one`()
        throws
    {
        let (folder, replica) = try books()
        try tamper(folder, "UPDATE meta SET value = 99 WHERE key = 'schema'")
        let newer = ReplicationFailure.newer(
            path: folder.path + "/books", found: 99, known: Fleet.schema.version)
        #expect(throws: newer) { try replica.write { try $0.put("thing", rows[0], ["f": 1]) } }
        #expect(throws: newer) { try replica.sealChanges() }
        // Nor are they made anew as this one knows them.
        #expect(try replica.mend() == nil)
        #expect(throws: newer) { try replica.rebuild() }
    }

    @Test func `damaged changes that are in no segment yet are found, and never sealed`() throws {
        let (folder, replica) = try books()
        try tamper(
            folder,
            "UPDATE unsealed SET line = CAST(replace(CAST(line AS TEXT), ':5', ':6') AS BLOB)")
        #expect(try replica.verify().findings.contains { $0.kind == .unsealed })
        #expect(try replica.sealChanges() == 0)
    }

    @Test func `a divergence that comes from damage here ends with the rebuild it asks for`() throws
    {
        let (folder, replica) = try books()
        let other = try Replica.inMemory(
            secret: replica.key.secret, schema: Fleet.schema,
            environment: BooksFolder.environment(6), vault: MemoryWriterVault(), device: "third")
        try send(replica, to: other)
        try other.write { try $0.put("thing", rows[0], ["g": 1]) }
        try other.sealChanges()
        try tamper(folder, "UPDATE merge SET value = zeroblob(32) WHERE key = 'digest'")
        let news = try other.segments(after: 0, count: .max).suffix(1).map(\.segment)
        let report = try replica.accept(Array(news), from: nil)
        #expect(report.diverged)
        #expect(try replica.status().diverged == 1)
        try replica.mend()
        #expect(try replica.status().diverged == 0)
        #expect(try replica.status().digest == other.status().digest)
        #expect(try replica.verify().findings == [])
    }

    /// Flips bytes anywhere in the file: an audit finds something, or it changes nothing that counts.
    @Test(arguments: 0..<4) func `flipped bytes of the file never end the program`(block: UInt64)
        throws
    {
        let (folder, replica) = try books()
        let digest = try replica.status().digest
        let values = try replica.read { try $0.rows("SELECT sum(c) AS c FROM thing") }
            .first?.integer("c")
        // Everything into the one file.
        let queue = try DatabaseQueue(path: folder.file("books.sqlite"))
        try queue.writeWithoutTransaction {
            try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
        try queue.close()
        let sound = try some(folder.bytes("books.sqlite"))
        for number in 0..<UInt64(30) {
            var random = SeededRandom(seed: block * 1_000 + number)
            var damaged = sound
            for _ in 0..<random.pick(1...3) {
                damaged[random.pick(0...damaged.count - 1)] ^= 1 << random.pick(0...7)
            }
            for name in ["books.sqlite-wal", "books.sqlite-shm"] { folder.remove(name) }
            try folder.write(damaged, to: "books.sqlite")
            do {
                let reader = try folder.open(.reading)
                let audit = try reader.verify()
                _ = try reader.status()
                _ = try reader.log()
                _ = try reader.read { try $0.conflicts() }
                let sum = try reader.read { try $0.rows("SELECT sum(c) AS c FROM thing") }
                guard audit.findings.isEmpty else { continue }
                #expect(audit.digest == digest && sum.first?.integer("c") == values)
            } catch {
                // Refused with a reason.
                continue
            }
        }
    }
}
