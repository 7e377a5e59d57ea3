import Convergence
import GRDB
import Wire

/// The rows of all tables as they lie in the database, with what is kept of all of them together: the
/// digest, the names of tables and fields, and the marks of what is disputed.
struct StoredRows {
    private let database: Database
    private let schema: Schema
    private let tables: TableNames
    /// The number of writers that stored rows can name.
    var writerCount: Int
    private(set) var names: StoredNames
    /// The sum over all rows.
    private(set) var digest: Convergence.Digest
    private var shapes: [Int: TableShape] = [:]
    private let conflicts: ConflictMarks
    /// The reserved field that restores a row.
    static let alive = "alive"
    /// The integer of that field.
    let aliveIndex: Int

    init(
        _ database: Database, _ schema: Schema, _ tables: TableNames, writerCount: Int,
        digest: Convergence.Digest
    ) throws {
        self.database = database
        self.schema = schema
        self.tables = tables
        self.writerCount = writerCount
        self.digest = digest
        names = try StoredNames(database, tables)
        aliveIndex = try names.index(of: Self.alive)
        conflicts = ConflictMarks(database, tables)
    }

    /// The integer of the name of a table or field.
    mutating func index(of name: String) throws -> Int { try names.index(of: name) }

    /// Stores new names.
    mutating func flushNames() throws { try names.flush() }

    /// How the rows of a table lie in columns.
    mutating func shape(of table: Int) throws -> TableShape {
        if let shape = shapes[table] { return shape }
        let name = names.name(table)
        let shape = try TableShape(database, name, schema[name], tables, &names)
        shapes[table] = shape
        return shape
    }

    // MARK: - Reading

    /// The state of a row; an empty one when it is not there.
    mutating func state(_ table: String, _ row: RowID) throws -> RowState {
        try stored(table, row)?.state ?? RowState()
    }

    /// The state of a row and the bytes of the hash beside it; nil when it is not there.
    mutating func stored(_ table: String, _ row: RowID) throws -> (state: RowState, hash: [UInt8])?
    {
        let shape = try shape(of: try names.index(of: table))
        guard let place = try shape.place(of: row) else { return nil }
        let found = try load(row, at: place, in: shape)
        return (found.state, found.hash.withUnsafeBytes { Array($0) })
    }

    /// The row at a place of its table. Throws ``ReplicationFailure/damaged(path:detail:)`` for one that
    /// names fields or writers which are not known.
    func load(_ row: RowID, at place: Int64, in shape: TableShape) throws -> TableShape.Stored {
        let found = try shape.load(row, at: place)
        guard found.state.names(fieldsBelow: names.all.count, writersBelow: writerCount) else {
            throw shape.damaged(row)
        }
        return found
    }

    // MARK: - Writing

    /// Writes a row in the place of the former one, if there was one, and counts it in the digest and
    /// among what is disputed.
    mutating func write(
        _ row: RowID, _ form: RowLayout.Form, at place: Int64?, in shape: TableShape,
        former: Words32, wasDisputed: Bool
    ) throws {
        if place != nil { former.withUnsafeBytes { digest.subtract($0) } }
        form.hash.withUnsafeBytes { digest.add($0) }
        try shape.store(row, form, at: place)
        if form.isDisputed != wasDisputed {
            try conflicts.set(form.isDisputed, shape.name, row)
        }
    }
}

/// The table of rows about which there is something to list.
private final class ConflictMarks {
    private let database: Database
    private let table: String

    init(_ database: Database, _ tables: TableNames) {
        self.database = database
        table = tables("conflict")
    }

    func set(_ isDisputed: Bool, _ name: String, _ row: RowID) throws {
        let sql =
            isDisputed
            ? "INSERT OR IGNORE INTO \(table) (tbl, id) VALUES (?, ?)"
            : "DELETE FROM \(table) WHERE tbl = ? AND id = ?"
        try database.cachedStatement(sql: sql).execute(arguments: [name, row.text])
    }
}
