import Convergence
import Foundation
import GRDB
import Wire

/// Every segment that the replica has seen, its own and others', in the order of arrival.
struct SegmentShelf {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// Keeps a segment and gives its place in the order.
    func insert(_ segment: Segment, from origin: Int64?) throws -> Int64 {
        try database.cachedStatement(
            sql: """
                INSERT INTO segment (hash, writer, first, last, bytes, origin, data)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            Data(segment.hash.bytes), Data(segment.header.writer.bytes), segment.header.first,
            segment.header.last, segment.body.count, origin, Data(segment.encoded),
        ])
        return database.lastInsertedRowID
    }

    func segment(at place: Int64) throws -> Segment? {
        try Data.fetchOne(
            database, sql: "SELECT data FROM segment WHERE seq = ?", arguments: [place]
        )
        .flatMap { Segment(encoded: Array($0)) }
    }

    /// The segment of a hash; nil where none is kept, or its bytes are not those any more.
    func segment(_ hash: SegmentHash) throws -> Segment? {
        let segment = try Data.fetchOne(
            database, sql: "SELECT data FROM segment WHERE hash = ?", arguments: [Data(hash.bytes)]
        ).flatMap { Segment(encoded: Array($0)) }
        return segment?.hash == hash ? segment : nil
    }

    /// Segments after a place, in their order, at most `count` of them.
    func segments(after place: Int64, count: Int) throws -> [(place: Int64, segment: Segment)] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT seq, data FROM segment WHERE seq > ? ORDER BY seq LIMIT ?",
            arguments: [place, count])
        return try rows.map { row in
            guard let segment = Segment(encoded: row.bytes(1)) else {
                throw ReplicationFailure.damaged(path: "", detail: "segment \(row.integer(0))")
            }
            return (row.integer(0), segment)
        }
    }

    /// What is stored after a place: nil where the bytes are not those of the segment any more.
    func stored(after place: Int64, count: Int) throws -> [(place: Int64, segment: Segment?)] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT seq, hash, data FROM segment WHERE seq > ? ORDER BY seq LIMIT ?",
            arguments: [place, count])
        return rows.map { row in
            let segment = Segment(encoded: row.bytes(2))
            return (row.integer(0), segment?.hash.bytes == row.bytes(1) ? segment : nil)
        }
    }

    /// The place of the last segment; 0 when there is none.
    func lastPlace() throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT max(seq) FROM segment") ?? 0
    }
}
