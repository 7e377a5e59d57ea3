import Foundation
package import GRDB
package import Wire

/// One books' mailbox inside one transaction of the relay's database.
package struct Mailbox: SegmentStore {
    let database: Database
    /// The mailbox's row.
    package let id: Int64

    /// The mailbox of these books, or nil when they are not known here.
    package init?(_ database: Database, books: BooksID) throws {
        let statement = try database.cachedStatement(
            sql: "SELECT id FROM mailboxes WHERE books = ?")
        guard let id = try Int64.fetchOne(statement, arguments: [books.blob]) else { return nil }
        self.database = database
        self.id = id
    }

    /// Makes the relay's tables in an empty database, or checks that they are this program's; `path`
    /// is how failures name it.
    package static func prepare(_ database: Database, path: String) throws {
        try Schema.prepare(database, path: path)
    }

    /// Makes the mailbox of books that are not known here.
    package init(
        creating books: BooksID, generation: Generation, at time: Int64, in database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO mailboxes (books, generation, position, mark, bytes, created)
                VALUES (?, ?, 0, ?, 0, ?)
                """,
            arguments: [books.blob, generation.blob, Mark.origin.blob, time])
        self.database = database
        id = database.lastInsertedRowID
    }

    /// The bytes of all segments.
    func bytes() throws -> Int64 {
        try one("SELECT bytes FROM mailboxes WHERE id = ?", [id]) ?? 0
    }

    package func state() throws -> MailboxState {
        let statement = try database.cachedStatement(
            sql: "SELECT generation, position, mark FROM mailboxes WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]),
            let generation = Generation(blob: row[0]), let mark = Mark(blob: row[2])
        else { throw StoreFailure.broken("a mailbox's row cannot be read") }
        return MailboxState(generation: generation, position: row[1], mark: mark)
    }

    package func append(_ segments: [Segment]) throws {
        _ = try append(segments, quotaBytes: .max)
    }

    package func holds(_ hash: SegmentHash) throws -> Bool {
        let found: Int64? = try one(
            "SELECT 1 FROM segments WHERE mailbox = ? AND hash = ?", [id, hash.blob])
        return found != nil
    }

    package func mark(at position: Int64) throws -> Mark? {
        if position == 0 { return .origin }
        let blob: Data? = try one(
            "SELECT mark FROM segments WHERE mailbox = ? AND position = ?", [id, position])
        return blob.flatMap(Mark.init(blob:))
    }

    package func segments(
        after position: Int64, bytesMax: Int
    ) throws -> [(position: Int64, segment: Segment)] {
        let statement = try database.cachedStatement(
            sql: """
                SELECT position, segment FROM segments WHERE mailbox = ? AND position > ?
                ORDER BY position
                """)
        let rows = try Row.fetchCursor(statement, arguments: [id, position])
        var budget = SegmentBudget(bytesMax: bytesMax)
        var chosen: [(position: Int64, segment: Segment)] = []
        while let row = try rows.next() {
            let segment = try Segment(stored: row[1])
            guard budget.takes(segment) else { break }
            chosen.append((row[0], segment))
        }
        return chosen
    }

    package func inventory() throws -> [SegmentHash] {
        let statement = try database.cachedStatement(
            sql: "SELECT hash FROM segments WHERE mailbox = ? ORDER BY position")
        return try Data.fetchAll(statement, arguments: [id]).compactMap(SegmentHash.init(blob:))
    }

    package func segments(_ hashes: [SegmentHash], bytesMax: Int) throws -> [Segment] {
        var budget = SegmentBudget(bytesMax: bytesMax)
        var chosen: [Segment] = []
        for hash in hashes {
            let blob: Data? = try one(
                "SELECT segment FROM segments WHERE mailbox = ? AND hash = ?", [id, hash.blob])
            guard let blob else { continue }
            let segment = try Segment(stored: blob)
            guard budget.takes(segment) else { break }
            chosen.append(segment)
        }
        return chosen
    }

    private func one<T: DatabaseValueConvertible & StatementColumnConvertible>(
        _ sql: String, _ arguments: StatementArguments
    ) throws -> T? {
        try T.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
    }
}
