import Foundation
import GRDB
import Wire

/// What came and was refused, with its reason: kept to be looked at, and to be tried again by a later
/// program.
struct RejectedShelf {
    /// Bytes that are kept in all; of what comes after that only the hash and the reason.
    private static let bytesMax = 16_777_216
    /// What is remembered; more is refused again each time it comes.
    private static let countMax = 10_000

    /// The reason of changes of this machine that damage to the disk struck before they were sealed.
    static let damaged = "damaged"

    private let database: Database

    init(_ database: Database) { self.database = database }

    /// Keeps refused bytes; `origin` is the peer that they came from.
    func insert(
        _ hash: SegmentHash, _ bytes: [UInt8], reason: String, from origin: Int64?, at time: Int64
    ) throws {
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM rejected") ?? 0
        guard count < Self.countMax else { return }
        let sum = try Int.fetchOne(database, sql: "SELECT total(bytes) FROM rejected") ?? 0
        let isRoomy = sum + bytes.count <= Self.bytesMax
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO rejected (hash, reason, origin, at, bytes, data)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(hash.bytes), reason, origin, time, isRoomy ? bytes.count : 0,
                isRoomy ? Data(bytes) : nil,
            ])
    }
}
