import Convergence
import Foundation
import GRDB
import Replication
import Sealing
import TestSupport
import Testing
import Wire

/// What a program could not take, the next one tries again.
@Suite struct SetAsideTests {
    let folder: BooksFolder
    let segment: Segment

    init() throws {
        folder = try BooksFolder()
        let replica = try folder.create()
        try replica.addPeer("team", "https://relay.example.org")
        var scribe = try Scribe(secret: replica.key.secret, seed: 5)
        segment = try scribe.segment([
            .put(table: "thing", row: History.rows[0], fields: [.init("f", 7)])
        ])
    }

    /// Notes the segment as one that was refused, as a program of another version would.
    private func refuse(_ reason: String, keeping isKept: Bool, by judge: String) throws {
        let queue = try DatabaseQueue(path: folder.file("books.sqlite"))
        defer { try? queue.close() }
        try queue.write { database in
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO rejected (hash, reason, origin, at, bytes, data)
                    VALUES (?, ?, 1, 0, 0, ?);
                    INSERT OR REPLACE INTO meta (key, value) VALUES ('judge', ?);
                    UPDATE peer SET generation = x'11111111111111111111111111111111', position = 4,
                    mark = zeroblob(32);
                    """,
                arguments: [
                    Data(segment.hash.bytes), reason, isKept ? Data(segment.encoded) : nil, judge,
                ])
        }
    }

    private func things(_ replica: Replica) throws -> Int {
        try replica.read { try $0.rows("SELECT id FROM thing").count }
    }

    @Test(arguments: ["key", "form", "seal", "chain"])
    func `a later program takes what an older one set aside`(_ reason: String) throws {
        try refuse(reason, keeping: true, by: "0.1")
        let replica = try folder.open()
        #expect(try replica.status().rejected.isEmpty)
        #expect(try things(replica) == 1)
        // Nothing has to be fetched for it.
        #expect(try replica.peers()[0].standing.position == 4)
    }

    @Test func `what was not kept is asked of every peer again`() throws {
        try refuse("key", keeping: false, by: "0.1")
        let replica = try folder.open()
        #expect(try replica.status().rejected.isEmpty)
        let standing = try replica.peers()[0].standing
        #expect(standing.generation?.bytes == [UInt8](repeating: 0, count: 16))
        #expect(standing.position == 0)
    }

    @Test func `what a person noted stays set aside and is told no more, but new ones are`() throws
    {
        let judge = "1.\(Fleet.schema.version)"
        try refuse("seal", keeping: true, by: judge)
        let replica = try folder.open()
        #expect(try replica.status().rejected.map(\.isNoted) == [false])
        #expect(try replica.noteSetAside() == 1)
        #expect(try replica.noteSetAside() == 0)
        #expect(try replica.status().rejected.map(\.isNoted) == [true])
        #expect(try replica.setAside() == [segment.hash])
        let peer = try some(replica.peers().first)
        try replica.setAside(unreadable: Array("x".utf8), from: peer)
        let later = try folder.open().status().rejected
        #expect(later.map(\.isNoted) == [false, true])
        #expect(later.map(\.reason) == ["form", "seal"])
    }

    @Test func `the same program, and a signature that does not hold, are final`() throws {
        try refuse("signature", keeping: true, by: "0.1")
        #expect(try folder.open().setAside() == [segment.hash])
        let judge = "1.\(Fleet.schema.version)"
        try refuse("form", keeping: true, by: judge)
        let replica = try folder.open()
        #expect(try replica.status().rejected.count == 1)
        #expect(try things(replica) == 0)
    }
}
