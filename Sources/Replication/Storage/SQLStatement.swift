import CSQLite
import Convergence
import GRDB

/// A prepared statement without ceremony, for the merge loop and for queries by column index.
final class SQLStatement {
    private let handle: OpaquePointer
    private let connection: OpaquePointer?

    init(_ database: Database, _ sql: String) throws {
        connection = database.sqliteConnection
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v3(
            connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
        guard code == SQLITE_OK, let prepared else {
            throw SQLStatement.failure(connection, code)
        }
        handle = prepared
    }

    deinit { sqlite3_finalize(handle) }

    func bind(_ index: Int, _ integer: Int64) {
        sqlite3_bind_int64(handle, Int32(index), integer)
    }

    func bind(_ index: Int, _ text: String) {
        var text = text
        _ = text.withUTF8 { buffer in
            buffer.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else {
                    return jalon_bind_text(handle, Int32(index), "", 0)
                }
                return jalon_bind_text(handle, Int32(index), start, characters.count)
            }
        }
    }

    func bind(_ index: Int, _ bytes: [UInt8]) {
        _ = jalon_bind_blob(handle, Int32(index), bytes, bytes.count)
    }

    func bind(_ index: Int, _ value: Value) {
        switch value {
        case .null: sqlite3_bind_null(handle, Int32(index))
        case .integer(let integer): bind(index, integer)
        case .text(let text): bind(index, text)
        }
    }

    func bindNull(_ index: Int) { sqlite3_bind_null(handle, Int32(index)) }

    /// The next row; false when there is none.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let failure = SQLStatement.failure(connection, code)
            sqlite3_reset(handle)
            throw failure
        }
    }

    /// Runs to the end and is ready again.
    func run() throws {
        while try step() {}
        reset()
    }

    func reset() { sqlite3_reset(handle) }

    var columnCount: Int { Int(sqlite3_column_count(handle)) }

    func name(_ index: Int) -> String {
        sqlite3_column_name(handle, Int32(index)).map { String(cString: $0) } ?? ""
    }

    func isNull(_ index: Int) -> Bool { sqlite3_column_type(handle, Int32(index)) == SQLITE_NULL }

    func isText(_ index: Int) -> Bool { sqlite3_column_type(handle, Int32(index)) == SQLITE_TEXT }

    func integer(_ index: Int) -> Int64 { sqlite3_column_int64(handle, Int32(index)) }

    func text(_ index: Int) -> String {
        guard let start = sqlite3_column_text(handle, Int32(index)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, Int32(index)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ index: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, Int32(index)) else { return [] }
        let count = Int(sqlite3_column_bytes(handle, Int32(index)))
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// A blob in two parts: what `head` makes of its first bytes, and the others. A shorter blob has
    /// none of these, and all of it goes to the head.
    func bytes<Head>(
        _ index: Int, headBytes: Int, _ head: (UnsafeRawBufferPointer) -> Head
    ) -> (Head, [UInt8]) {
        let count = Int(sqlite3_column_bytes(handle, Int32(index)))
        let all = UnsafeRawBufferPointer(
            start: sqlite3_column_blob(handle, Int32(index)), count: count)
        return (
            head(UnsafeRawBufferPointer(rebasing: all.prefix(headBytes))),
            Array(all.dropFirst(headBytes))
        )
    }

    /// The column as a value of the books; real numbers and blobs, which the engine never writes,
    /// read as nothing.
    func value(_ index: Int) -> Value {
        switch sqlite3_column_type(handle, Int32(index)) {
        case SQLITE_INTEGER: .integer(integer(index))
        case SQLITE_TEXT: .text(text(index))
        default: .null
        }
    }

    static func failure(_ connection: OpaquePointer?, _ code: Int32) -> ReplicationFailure {
        let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "unknown"
        return .database(code: sqlite3_extended_errcode(connection), message: message)
    }
}
