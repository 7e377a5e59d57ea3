import Convergence
import GRDB
import Wire

/// How the rows of one table lie in SQLite: shown values in columns, the rest of what merging knows
/// packed beside them. A table that the schema does not declare has no columns.
///
/// The column `state` begins with the row's hash as it stands in the digest, so that a row that
/// changes need not be hashed as it was.
final class TableShape {
    /// A row as it is stored.
    struct Stored {
        let place: Int64
        let state: RowState
        let hash: Words32
    }

    private static let hashBytes = 32

    let name: String
    let nameBytes: [UInt8]
    private let columns: [Column]
    /// The column of each register, by its field.
    private let columnByField: [Int?]
    private let select: SQLStatement
    private let insert: SQLStatement
    private let update: SQLStatement?

    private struct Column {
        let field: Int
        let isCounter: Bool
    }

    init(
        _ database: Database, _ name: String, _ table: Table?, _ tables: TableNames,
        _ names: inout StoredNames
    ) throws {
        self.name = name
        nameBytes = Array(name.utf8)
        var columns: [Column] = []
        for field in table?.fields ?? [] {
            columns.append(
                Column(field: try names.index(of: field.name), isCounter: field.kind == .counter))
        }
        self.columns = columns
        var columnByField = [Int?](
            repeating: nil, count: (columns.map(\.field).max() ?? -1) + 1)
        for (position, column) in columns.enumerated() where !column.isCounter {
            columnByField[column.field] = position
        }
        self.columnByField = columnByField
        guard let table else {
            let other = tables("other")
            select = try SQLStatement(
                database, "SELECT 0, state FROM \(other) WHERE id = ? AND tbl = ?")
            insert = try SQLStatement(
                database, "INSERT OR REPLACE INTO \(other) (id, tbl, state) VALUES (?, ?, ?)")
            update = nil
            return
        }
        let names = table.fields.map { "\"\($0.name)\"" }
        let list = names.map { $0 + ", " }.joined()
        let marks = names.map { _ in "?, " }.joined()
        let sets = names.map { $0 + " = ?, " }.joined()
        let target = tables(name)
        select = try SQLStatement(
            database,
            "SELECT row, state\(names.map { ", " + $0 }.joined()) FROM \(target) WHERE id = ?")
        insert = try SQLStatement(
            database, "INSERT INTO \(target) (id, \(list)hidden, state) VALUES (?, \(marks)?, ?)")
        update = try SQLStatement(
            database, "UPDATE \(target) SET \(sets)hidden = ?, state = ? WHERE row = ?")
    }

    private func column(of field: Int) -> Int? {
        columnByField.indices.contains(field) ? columnByField[field] : nil
    }

    /// The row as it is stored; nil when it is not.
    func load(_ row: RowID) throws -> Stored? {
        select.bind(1, row.text)
        if update == nil { select.bind(2, name) }
        defer { select.reset() }
        guard try select.step() else { return nil }
        let (hash, packed) = select.bytes(1, headBytes: Self.hashBytes) { Words32($0) }
        let state = RowState(packed: packed) { field in
            column(of: field).map { select.value($0 + 2) } ?? .null
        }
        guard let state else {
            throw ReplicationFailure.damaged(path: "", detail: "\(name) \(row.text)")
        }
        return Stored(place: select.integer(0), state: state, hash: hash)
    }

    /// Writes the row at its place, or as a new one.
    func store(
        _ row: RowID, _ state: RowState, hash: Words32, at place: Int64?, writers: Names
    ) throws {
        let isFrozen = row.kind == .frozen
        let shown = columns.map { column in
            column.isCounter
                ? nil : state.shown(column.field, isFrozen: isFrozen, writers: writers)
        }
        let packed =
            hash.withUnsafeBytes { Array($0) }
            + state.packed { entry in
                guard let column = column(of: entry.field) else { return false }
                return shown[column]?.dot == entry.dot
                    && shown[column]?.isOriginal == entry.isOriginal
            }
        guard let update else {
            insert.bind(1, row.text)
            insert.bind(2, name)
            insert.bind(3, packed)
            try insert.run()
            return
        }
        let statement = place == nil ? insert : update
        var index = 1
        if place == nil {
            statement.bind(1, row.text)
            index = 2
        }
        for (position, column) in columns.enumerated() {
            if column.isCounter {
                // An id covers the values of its put alone: a frozen row shows no counters.
                let sum = isFrozen ? nil : state.sum(column.field)
                statement.bind(index, sum.map(Value.integer) ?? .null)
            } else {
                statement.bind(index, shown[position]?.value ?? .null)
            }
            index += 1
        }
        statement.bind(index, Value.integer(state.isVisible(isFrozen: isFrozen) ? 0 : 1))
        statement.bind(index + 1, packed)
        if let place { statement.bind(index + 2, place) }
        try statement.run()
    }
}
