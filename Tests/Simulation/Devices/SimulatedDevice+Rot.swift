import CSQLite
import Convergence
import Replication
import TestSupport
import Wire

extension SimulatedDevice {
    /// What one byte that a disk gives back wrong has hit.
    enum Rot: String, CaseIterable {
        case segment = "a segment"
        case unsealedLine = "an unsealed change"
        case unsealedWriter = "whose an unsealed change is"
        case unsealedNumber = "the number of an unsealed change"
        case row = "a row of a table"

        /// The tables that can be hit, in a column of the rows of a condition.
        fileprivate func candidates(
            in tables: [String]
        ) -> [(table: String, column: String, condition: String)] {
            switch self {
            case .segment: [("segment", "data", "length(data) > 0")]
            // Within what the id puts right.
            case .unsealedLine: [("unsealed", "line", "length(line) BETWEEN 1 AND 1024")]
            case .unsealedWriter: [("unsealed", "writer", "1")]
            case .unsealedNumber: [("unsealed", "number", "1")]
            case .row: tables.map { ("\"\($0)\"", "hidden", "1") }
            }
        }
    }

    /// Lets a byte rot in what the machine holds; where, and the hash of the segment that it hit. Nil
    /// where nothing of the kind is there.
    func rot(_ rot: Rot, _ random: inout SeededRandom) -> (hit: Rot, segment: SegmentHash?)? {
        close()
        guard let books = RawBooks(address) else { return nil }
        let tables = schema.tables.map(\.name)
        let places = rot.candidates(in: tables).flatMap { candidate in
            books.places(candidate.table, candidate.condition)
                .map { (candidate.table, candidate.column, $0) }
        }
        guard !places.isEmpty else { return nil }
        let (table, column, place) = random.pick(places)
        switch rot {
        case .segment, .unsealedLine, .unsealedWriter:
            guard var bytes = books.blob(table, column, place), !bytes.isEmpty else { return nil }
            bytes[random.pick(0...bytes.count - 1)] ^= 1 << UInt8(random.pick(0...7))
            let hash = rot == .segment ? books.blob(table, "hash", place) : nil
            books.set(table, column, place, bytes)
            return (rot, hash.flatMap { SegmentHash(bytes: $0) })
        case .unsealedNumber:
            books.run("UPDATE unsealed SET number = number + 1 WHERE rowid = \(place)")
        case .row:
            books.run("UPDATE \(table) SET hidden = 1 - hidden WHERE rowid = \(place)")
        }
        return (rot, nil)
    }
}

/// The books' file under the replica's feet.
private final class RawBooks {
    private var handle: OpaquePointer?

    init?(_ address: String) {
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI
        guard sqlite3_open_v2(address, &handle, flags, nil) == SQLITE_OK else {
            sqlite3_close_v2(handle)
            return nil
        }
        // The simulated file system knows one connection at a time.
        run("PRAGMA locking_mode = EXCLUSIVE")
    }

    deinit { sqlite3_close_v2(handle) }

    func run(_ sql: String) { sqlite3_exec(handle, sql, nil, nil, nil) }

    /// The places of rows.
    func places(_ table: String, _ condition: String) -> [Int64] {
        var places: [Int64] = []
        step("SELECT rowid FROM \(table) WHERE \(condition) ORDER BY rowid") { statement in
            places.append(sqlite3_column_int64(statement, 0))
        }
        return places
    }

    func blob(_ table: String, _ column: String, _ place: Int64) -> [UInt8]? {
        var bytes: [UInt8]?
        step("SELECT \(column) FROM \(table) WHERE rowid = \(place)") { statement in
            guard let start = sqlite3_column_blob(statement, 0) else { return }
            let count = Int(sqlite3_column_bytes(statement, 0))
            bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
        }
        return bytes
    }

    func set(_ table: String, _ column: String, _ place: Int64, _ bytes: [UInt8]) {
        let digits = bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        run("UPDATE \(table) SET \(column) = x'\(digits.joined())' WHERE rowid = \(place)")
    }

    private func step(_ sql: String, _ body: (OpaquePointer?) -> Void) {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK else { return }
        defer { sqlite3_finalize(statement) }
        while sqlite3_step(statement) == SQLITE_ROW { body(statement) }
    }
}
