import Convergence
import Foundation
import GRDB
package import Sealing
package import Wire

extension Replica {
    /// The peers that were added, by name.
    package func peers() throws -> [Peer] {
        try peers(where: "name <> url")
    }

    /// A guest, which ``meetGuest(_:)`` made, has its address for a name: no peer may be called so.
    private func peers(where condition: String) throws -> [Peer] {
        try named {
            try queue.unsafeRead { database in
                let writer = try ownWriter()
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT id, name, url, last_sync, generation, position, mark, sent
                        FROM peer WHERE \(condition) ORDER BY name
                        """)
                return try rows.map { try peer($0, writer, database) }
            }
        }
    }

    /// The peer or guest of this name or address; nil when there is none.
    package func peer(_ name: String) throws -> Peer? {
        try peers(where: "1").first { $0.name == name || $0.address == name }
    }

    /// Where the replica stands in a peer's mailbox now; nil when the peer was forgotten.
    package func standing(with peer: Peer) throws -> Standing? {
        try look { try Self.standing($0, with: peer) }
    }

    static func standing(_ database: Database, with peer: Peer) throws -> Standing? {
        let row = try Row.fetchOne(
            database, sql: "SELECT generation, position, mark FROM peer WHERE id = ?",
            arguments: [peer.id])
        return row.map { standing($0, at: 0) }
    }

    /// The standing that a row tells in three columns from `column` on.
    private static func standing(_ row: Row, at column: Int) -> Standing {
        Standing(
            generation: Generation(bytes: row.bytes(column)), position: row.integer(column + 1),
            mark: Mark(bytes: row.bytes(column + 2)) ?? .origin)
    }

    private func peer(_ row: Row, _ writer: WriterID?, _ database: Database) throws -> Peer {
        let reached = try writer.flatMap { writer in
            try Int64.fetchOne(
                database,
                sql: """
                    SELECT max(last) FROM segment WHERE writer = ?1 AND (seq <= ?2 OR origin = ?3
                    OR hash IN (SELECT hash FROM peer_segment WHERE peer = ?3 AND code = 'held'))
                    """,
                arguments: [Data(writer.bytes), row.integer(7), row.integer(0)])
        }
        return Peer(
            id: row.integer(0), name: row.text(1), address: row.text(2),
            lastSync: row.optionalInteger(3), reached: reached ?? 0,
            standing: Self.standing(row, at: 4))
    }

    /// Adds a peer. Nothing is asked of it.
    @discardableResult
    package func addPeer(_ name: String, _ address: String, dryRun: Bool = false) throws -> Peer {
        try exclusively {
            try transaction(dryRun: dryRun) { database in
                let isTaken = try Bool.fetchOne(
                    database, sql: "SELECT EXISTS (SELECT 1 FROM peer WHERE name = ?)",
                    arguments: [name])
                guard isTaken == false else { throw ReplicationFailure.peerExists(name: name) }
                return try insertPeer(database, name, address)
            }
        }
    }

    private func insertPeer(_ database: Database, _ name: String, _ address: String) throws -> Peer
    {
        try database.execute(
            sql: "INSERT INTO peer (name, url) VALUES (?, ?)", arguments: [name, address])
        let id = database.lastInsertedRowID
        // SQLite gives the number of a peer that was forgotten to the next one, which has none of
        // what came from that one.
        try database.execute(
            sql: "UPDATE segment SET origin = NULL WHERE origin IN (?1, -?1)", arguments: [id])
        return Peer(
            id: id, name: name, address: address, lastSync: nil, reached: 0, standing: .nowhere)
    }

    /// A place that is met once: no peer, and to be forgotten with ``forgetGuests()``. What a meeting
    /// that was cut off has left of others is forgotten here.
    package func meetGuest(_ address: String) throws -> Peer {
        try exclusively {
            try transaction { database in
                try Self.noteGuests(database)
                try Self.deletePeers(database, where: "name = url")
                return try insertPeer(database, address, address)
            }
        }
    }

    /// Forgets the places that were met once; what they hold is still there, and how far that goes is
    /// kept.
    package func forgetGuests() throws {
        try exclusively {
            try transaction { database in
                try Self.noteGuests(database)
                try Self.deletePeers(database, where: "name = url")
            }
        }
    }

    /// Keeps up to which of our segments some guest holds all.
    private static func noteGuests(_ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO meta (key, value)
                SELECT 'guests', max(coalesce(
                    (SELECT min(seq) - 1 FROM segment WHERE origin IS NULL AND seq > peer.sent
                        AND hash NOT IN (SELECT hash FROM peer_segment
                            WHERE peer = peer.id AND code = 'held')),
                    (SELECT max(seq) FROM segment), 0))
                FROM peer WHERE name = url GROUP BY name
                ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)
                """)
    }

    /// Forgets a peer; what it holds stays there.
    package func removePeer(_ name: String, dryRun: Bool = false) throws {
        try exclusively {
            try transaction(dryRun: dryRun) { database in
                try Self.deletePeers(database, where: "name = ?", [name])
                guard database.changesCount > 0 else {
                    throw ReplicationFailure.noPeer(name: name)
                }
            }
        }
    }

    private static func deletePeers(
        _ database: Database, where condition: String, _ arguments: StatementArguments = []
    ) throws {
        for table in ["peer_segment", "peer_position", "peer_device"] {
            try database.execute(
                sql: "DELETE FROM \(table) WHERE peer IN (SELECT id FROM peer WHERE \(condition))",
                arguments: arguments)
        }
        try database.execute(sql: "DELETE FROM peer WHERE \(condition)", arguments: arguments)
    }

    /// The name of this device, as given when the books were made or joined.
    package var device: String {
        get throws {
            try queue.unsafeRead { database in
                try Self.meta(database, "device").flatMap { String.fromDatabaseValue($0) } ?? ""
            }
        }
    }

    /// An invitation to these books, with those of the peers that are worth naming elsewhere.
    package func invitation(
        name: String, naming isNamed: (Peer) -> Bool = { _ in true }
    ) throws -> Invitation {
        Invitation(
            secret: key.secret, name: name,
            relays: try peers().filter(isNamed).map {
                Invitation.Relay(name: $0.name, address: $0.address)
            })
    }

    // MARK: - Admission

    /// The token that this replica shows to a peer, made on first use.
    package func token(for peer: Peer) throws -> [UInt8] {
        let stored = try look { database in
            try Data.fetchOne(
                database, sql: "SELECT token FROM peer WHERE id = ? AND token IS NOT NULL",
                arguments: [peer.id])
        }
        if let stored { return Array(stored) }
        return try renewToken(for: peer)
    }

    /// A new token for a peer that does not know the old one, or revoked it.
    package func renewToken(for peer: Peer) throws -> [UInt8] {
        let token = environment.random(Admission.tokenBytes)
        try exclusively {
            try transaction { database in
                try database.execute(
                    sql: "UPDATE peer SET token = ? WHERE id = ?",
                    arguments: [Data(token), peer.id])
            }
        }
        return token
    }

    /// The proof that admits this replica to a peer.
    package func admission(token: [UInt8]) throws -> Admission { try key.admission(token: token) }

    /// The enrolment of the books on the relay at this address, if one travels in the books.
    package func enrolment(at address: String) throws -> String? {
        try read { reading in
            let rows = try reading.rows(
                "SELECT enrolment FROM relays WHERE address = ? AND hidden = 0", [.text(address)])
            return rows.first?.text("enrolment")
        }
    }

    /// Keeps the enrolment of the books on a relay, sealed in the books, so that any device can
    /// bring them back to a wiped relay.
    package func keepEnrolment(_ enrolment: String, name: String, at address: String) throws {
        try write { writing in
            _ = try writing.insertDerived(
                "relays", keys: [.text(address)],
                [
                    "address": .text(address), "name": .text(name), "enrolment": .text(enrolment),
                ])
        }
    }

    /// The writer of this machine, for looking: who cannot read the record is nobody. Whoever writes
    /// is refused instead.
    func ownWriter() throws -> WriterID? {
        guard let record = (try? vault.load()) ?? nil else { return nil }
        return try WriterKey(seed: record.seed).writer
    }
}
