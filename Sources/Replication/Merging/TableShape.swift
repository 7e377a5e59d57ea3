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
    struct Stored: Sendable {
        let state: RowState
        let hash: Words32
    }

    let name: String
    let layout: RowLayout
    private let find: SQLStatement
    private let select: SQLStatement
    private let insert: SQLStatement
    private let update: SQLStatement?

    init(
        _ database: Database, _ name: String, _ table: Table?, _ tables: TableNames,
        _ names: inout StoredNames
    ) throws {
        self.name = name
        layout = RowLayout(
            table: name,
            try (table?.fields ?? []).map { field in
                RowLayout.Column(
                    field: try names.index(of: field.name), isCounter: field.kind == .counter)
            })
        guard let table else {
            let other = tables("other")
            find = try SQLStatement(database, "SELECT 0 FROM \(other) WHERE id = ? AND tbl = ?")
            select = try SQLStatement(
                database, "SELECT state FROM \(other) WHERE id = ? AND tbl = ?")
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
        find = try SQLStatement(database, "SELECT row FROM \(target) WHERE id = ?")
        select = try SQLStatement(
            database,
            "SELECT state\(names.map { ", " + $0 }.joined()) FROM \(target) WHERE row = ?")
        insert = try SQLStatement(
            database, "INSERT INTO \(target) (id, \(list)hidden, state) VALUES (?, \(marks)?, ?)")
        update = try SQLStatement(
            database, "UPDATE \(target) SET \(sets)hidden = ?, state = ? WHERE row = ?")
    }

    /// Where the row lies in its table; nil when it is not there. Rows of a table that the schema does
    /// not declare have no places: theirs is 0.
    func place(of row: RowID) throws -> Int64? {
        find.bind(1, row.text)
        if update == nil { find.bind(2, name) }
        defer { find.reset() }
        return try find.step() ? find.integer(0) : nil
    }

    /// The row as it is stored at its place.
    func load(_ row: RowID, at place: Int64) throws -> Stored {
        if update == nil {
            select.bind(1, row.text)
            select.bind(2, name)
        } else {
            select.bind(1, place)
        }
        defer { select.reset() }
        guard try select.step() else { throw damaged(row) }
        let (hash, packed) = select.bytes(0, headBytes: RowLayout.hashBytes) { Words32($0) }
        let state = RowState(packed: packed) { field in
            layout.column(of: field).map { select.value($0 + 1) } ?? .null
        }
        guard let state else { throw damaged(row) }
        return Stored(state: state, hash: hash)
    }

    /// The failure that names a row which is not what the engine writes.
    func damaged(_ row: RowID) -> ReplicationFailure {
        .damaged(path: "", detail: "\(name) \(row.text)")
    }

    /// Writes the row at its place, or as a new one.
    func store(_ row: RowID, _ form: RowLayout.Form, at place: Int64?) throws {
        guard let update else {
            insert.bind(1, row.text)
            insert.bind(2, name)
            insert.bind(3, form.packed)
            return try insert.run()
        }
        let statement = place == nil ? insert : update
        var index = 1
        if place == nil {
            statement.bind(1, row.text)
            index = 2
        }
        for value in form.values {
            statement.bind(index, value)
            index += 1
        }
        statement.bind(index, Int64(form.isVisible ? 0 : 1))
        statement.bind(index + 1, form.packed)
        if let place { statement.bind(index + 2, place) }
        try statement.run()
    }
}
