import Foundation
import GRDB
import Wire

/// How far the changes of this machine's writer have come on another device, as a peer says: what the
/// peer handed to it. Nothing confirms that until the device writes something itself.
package struct Reach: Hashable, Sendable {
    /// What the device called itself when the peer admitted it.
    package let device: String
    /// How many changes of this machine's writer it fetched.
    package let number: Int64
    /// The name of the peer that says so.
    package let peer: String
}

extension Replica {
    /// Whether it is worth asking a peer what the other devices fetched: something of ours may have
    /// come further since it was asked last.
    package func wantsReach(of peer: Peer) throws -> Bool {
        try look { database in
            let own = try ownNumber(upTo: nil, database)
            let asked = try Int64.fetchOne(
                database, sql: "SELECT asked FROM peer WHERE id = ?", arguments: [peer.id])
            guard let asked, asked >= own else { return own > 0 }
            return try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM peer_device WHERE peer = ? AND number < ?)",
                arguments: [peer.id, own]) ?? false
        }
    }

    /// Keeps what a peer said: the other devices' names, each with the position in the mailbox up to
    /// which it fetched.
    package func noteReach(_ devices: [(name: String, position: Int64)], of peer: Peer) throws {
        let this = try device
        try exclusively {
            try transaction { database in
                try database.execute(
                    sql: "DELETE FROM peer_device WHERE peer = ?", arguments: [peer.id])
                // A device that was admitted anew is there twice.
                for device in devices where device.name != this {
                    try database.execute(
                        sql: """
                            INSERT INTO peer_device (peer, name, number) VALUES (?1, ?2, coalesce(
                                (SELECT max(number) FROM peer_position
                                WHERE peer = ?1 AND position <= ?3), 0))
                            ON CONFLICT (peer, name)
                            DO UPDATE SET number = max(number, excluded.number)
                            """,
                        arguments: [peer.id, device.name, device.position])
                }
                try database.execute(
                    sql: "UPDATE peer SET asked = ? WHERE id = ?",
                    arguments: [try ownNumber(upTo: nil, database), peer.id])
            }
        }
    }

    /// What the peers said, by device and peer.
    static func reach(_ database: Database) throws -> [Reach] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT d.name, d.number, p.name FROM peer_device d JOIN peer p ON p.id = d.peer
                ORDER BY d.name, p.name
                """)
        return rows.map { Reach(device: $0.text(0), number: $0.integer(1), peer: $0.text(2)) }
    }

    // MARK: - Where our changes lie in a mailbox

    /// Notes that a mailbox holds, up to this position, what this replica wrote up to a place in its
    /// order of arrival.
    func noteOwn(
        at position: Int64, of peer: Peer, upTo place: Int64, _ database: Database
    ) throws {
        guard position > 0 else { return }
        let number = try ownNumber(upTo: place, database)
        let noted = try Int64.fetchOne(
            database, sql: "SELECT max(number) FROM peer_position WHERE peer = ?",
            arguments: [peer.id])
        guard number > noted ?? 0 else { return }
        try database.execute(
            sql: "INSERT OR REPLACE INTO peer_position (peer, position, number) VALUES (?, ?, ?)",
            arguments: [peer.id, position, number])
    }

    /// Forgets it: the peer's mailbox is another one now, and its positions mean something else.
    func forgetReach(_ peer: Peer, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM peer_position WHERE peer = ?", arguments: [peer.id])
        try database.execute(sql: "DELETE FROM peer_device WHERE peer = ?", arguments: [peer.id])
        try database.execute(
            sql: "UPDATE peer SET asked = NULL WHERE id = ?", arguments: [peer.id])
    }

    /// The number of this machine's last change that lies in a segment up to a place, or anywhere.
    private func ownNumber(upTo place: Int64?, _ database: Database) throws -> Int64 {
        guard let writer = try ownWriter() else { return 0 }
        return try Int64.fetchOne(
            database, sql: "SELECT max(last) FROM segment WHERE writer = ? AND seq <= ?",
            arguments: [Data(writer.bytes), place ?? .max]) ?? 0
    }
}
