import Convergence
import Crypto
import Foundation
import GRDB
package import Wire

extension Replica {
    /// Raised with every release of the engine that takes segments which the one before refused.
    private static let judge = 1

    /// Tries the segments again that another version of the program could not take: of a later key,
    /// or of a form that it did not know. What was not kept is asked of every peer anew.
    ///
    /// A signature that does not hold stays refused, and what is damaged stays aside. Nothing happens
    /// while the version is the same.
    func retrySetAside() throws {
        guard try isJudgedByAnother() else { return }
        try exclusively {
            try transaction { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: "SELECT origin, data FROM rejected WHERE \(Self.isRetried)")
                try database.execute(sql: "DELETE FROM rejected WHERE \(Self.isRetried)")
                try database.execute(
                    sql: "INSERT OR REPLACE INTO meta (key, value) VALUES ('judge', ?)",
                    arguments: [judgeName])
                let merger = try Merger(
                    database, schema, .live, heldRows: environment.heldRows)
                var intake = SegmentIntake(merger, seal, now: environment.now())
                var isAnyGone = false
                for row in rows {
                    let kept: Data? = row[1]
                    if let segment = kept.flatMap({ Segment(encoded: Array($0)) }) {
                        try intake.take(PreparedSegments([segment], seal), from: row[0])
                    } else {
                        isAnyGone = true
                    }
                }
                try intake.finish()
                if isAnyGone { try Self.askPeersAnew(database) }
                try askForRebuild(intake.report, database)
            }
        }
    }

    private var judgeName: String { "\(Self.judge).\(schema.version)" }

    private func isJudgedByAnother() throws -> Bool {
        try look { database in
            let name = try Self.meta(database, "judge").flatMap { String.fromDatabaseValue($0) }
            guard name != judgeName else { return false }
            return try Bool.fetchOne(
                database,
                sql: "SELECT EXISTS (SELECT 1 FROM rejected WHERE \(Self.isRetried))") ?? false
        }
    }

    /// Whether a later program may take what this one refused.
    private static let isRetried = "reason NOT IN ('signature', '\(RejectedShelf.damaged)')"

    /// A standing that no mailbox has: the next conversations compare, and fetch what is missing.
    static func askPeersAnew(_ database: Database) throws {
        try database.execute(
            sql: "UPDATE peer SET generation = ?, position = 0, mark = ?",
            arguments: [
                Data(repeating: 0, count: Generation.byteCount), Data(Mark.origin.bytes),
            ])
    }

    /// Keeps a line that cannot be read, under the hash of its bytes: it is no segment of this version.
    package func setAside(unreadable line: [UInt8], from peer: Peer) throws {
        try exclusively {
            try transaction { database in
                try RejectedShelf(database).insert(
                    SegmentHash(SHA256.hash(data: line)), line, reason: "form", from: peer.id,
                    at: environment.now())
            }
        }
    }

    /// Notes all that was set aside so far as known to a person: it stays where it is, and is nothing
    /// to be told of any more. Gives how much was not noted before.
    package func noteSetAside() throws -> Int {
        try exclusively {
            try transaction { database in
                try database.execute(
                    sql: """
                        INSERT OR IGNORE INTO meta (key, value)
                        SELECT \(Self.noteKey), 1 FROM rejected
                        """)
                return database.changesCount
            }
        }
    }

    /// The key of the note of a refused segment, in SQL.
    static var noteKey: String { "'noted ' || hex(rejected.hash)" }

    /// The hashes of segments that were set aside: they need not be fetched again.
    package func setAside() throws -> Set<SegmentHash> {
        try named {
            try queue.unsafeRead { database in
                let rows = try Data.fetchAll(database, sql: "SELECT hash FROM rejected")
                return Set(rows.compactMap { SegmentHash(bytes: Array($0)) })
            }
        }
    }
}
