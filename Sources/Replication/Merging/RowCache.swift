import Convergence
import GRDB
import Wire

/// The rows that one transaction touches: loaded once, merged in memory, written once.
struct RowCache {
    struct Key: Hashable, Sendable {
        let table: Int
        let row: RowID
    }

    struct Cached: Sendable {
        let key: Key
        /// The row's place in its SQLite table; nil when it is not there yet.
        var place: Int64?
        var state: RowState
        /// Its hash in the digest as it is stored; zeros for a row that is not there yet.
        let hash: Words32
        /// Whether it changed: then its former hash is out of the digest.
        var isDirty = false
        /// Whether it was marked as disputed before it changed.
        var wasDisputed = false
    }

    private let database: Database
    private let schema: Schema
    private let tables: TableNames
    /// The number of writers that stored rows can name.
    var writerCount: Int
    private(set) var names: StoredNames
    /// The sum over all rows; while rows are changed, over those that are not.
    var digest: Convergence.Digest
    private var shapes: [Int: TableShape] = [:]
    private var places: [Key: Int] = [:]
    private var cached: ContiguousArray<Cached> = []
    private let conflicts: ConflictMarks
    /// The reserved field that restores a row.
    static let alive = "alive"
    private let aliveIndex: Int

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

    /// Rows that are held before they had better be written: some 60 MB.
    private static let countMax = 65_536

    /// Whether so many rows are held that they had better be written.
    var isFull: Bool { cached.count >= Self.countMax }

    /// Applies one operation; `key` is the public key of its writer, `writers` names all of them.
    mutating func apply(
        _ operation: Operation, from origin: borrowing Origin, by key: WriterID,
        writers: borrowing Names
    ) throws {
        let place = try load(operation.table, operation.row)
        if !cached[place].isDirty { touch(place, writers) }
        let isFrozen = operation.row.kind == .frozen
        switch operation {
        case .put(let table, let row, let fields):
            let isOriginal = isFrozen && RowIDs.frozen(table, by: key, fields) == row
            for assignment in fields {
                let field = try names.index(of: assignment.field)
                cached[place].state.put(
                    field, assignment.value, from: origin, isFrozen: isFrozen,
                    isOriginal: isOriginal)
            }
        case .add(_, _, let deltas):
            for delta in deltas {
                let field = try names.index(of: delta.field)
                cached[place].state.add(field, delta.amount, from: origin)
            }
        case .remove: cached[place].state.remove(from: origin, isFrozen: isFrozen)
        }
    }

    /// Takes what a row was out of the digest, before it changes: cheaper than keeping a copy.
    private mutating func touch(_ place: Int, _ writers: borrowing Names) {
        cached[place].isDirty = true
        guard cached[place].place != nil else { return }
        cached[place].hash.withUnsafeBytes { digest.subtract($0) }
        cached[place].wasDisputed = isDisputed(place, writers)
    }

    /// The state of a row as it stands in this transaction; an empty one when nothing was written.
    mutating func state(_ table: String, _ row: RowID) throws -> RowState {
        cached[try load(table, row)].state
    }

    /// The state of a row as it is stored and the bytes of the hash beside it; nil when it is not there.
    /// It is not kept in memory: an audit reads all rows.
    mutating func stored(_ table: String, _ row: RowID) throws -> (RowState, hash: [UInt8])? {
        try stored(try names.index(of: table), table, row).map { found in
            (found.state, found.hash.withUnsafeBytes { Array($0) })
        }
    }

    private mutating func stored(
        _ tableIndex: Int, _ table: String, _ row: RowID
    ) throws -> TableShape.Stored? {
        guard let found = try shape(tableIndex, table).load(row) else { return nil }
        guard found.state.names(fieldsBelow: names.all.count, writersBelow: writerCount) else {
            throw ReplicationFailure.damaged(path: "", detail: "\(table) \(row.text)")
        }
        return found
    }

    /// The integer of a field's name.
    mutating func fieldIndex(_ name: String) throws -> Int { try names.index(of: name) }

    private mutating func load(_ table: String, _ row: RowID) throws -> Int {
        let tableIndex = try names.index(of: table)
        let key = Key(table: tableIndex, row: row)
        if let place = places[key] { return place }
        let found = try stored(tableIndex, table, row)
        places[key] = cached.count
        cached.append(
            Cached(
                key: key, place: found?.place, state: found?.state ?? RowState(),
                hash: found?.hash ?? Words32()))
        return cached.count - 1
    }

    private mutating func shape(_ index: Int, _ name: String) throws -> TableShape {
        if let shape = shapes[index] { return shape }
        let shape = try TableShape(database, name, schema[name], tables, &names)
        shapes[index] = shape
        return shape
    }

    // MARK: - Writing

    /// Rows whose forms are computed in one step ahead of writing them.
    private static let rowsPerStep = 64

    /// Writes the changed rows, brings the digest up to date, and forgets all rows.
    mutating func flush(writers: Names) throws {
        try names.flush()
        let dirty = dirtyPositions()
        let steps = stride(from: 0, to: dirty.count, by: Self.rowsPerStep).map {
            dirty[$0..<min($0 + Self.rowsPerStep, dirty.count)]
        }
        let forms = forms(of: steps, writers)
        for step in steps {
            for (position, form) in zip(step, forms.next() ?? []) {
                if let form { try write(position, form) }
            }
        }
        places.removeAll(keepingCapacity: true)
        cached.removeAll(keepingCapacity: true)
    }

    /// The rows that changed, table by table, in the order in which SQLite finds them quickest.
    private func dirtyPositions() -> [Int] {
        var dirty: [(table: Int, place: Int64, position: Int)] = []
        dirty.reserveCapacity(cached.count)
        for position in cached.indices where cached[position].isDirty {
            dirty.append((cached[position].key.table, cached[position].place ?? .max, position))
        }
        dirty.sort { ($0.table, $0.place) < ($1.table, $1.place) }
        return dirty.map(\.position)
    }

    private func forms(
        of steps: [ArraySlice<Int>], _ writers: Names
    ) -> Readahead<[RowLayout.Form?]> {
        let layouts = shapes.mapValues(\.layout)
        return Readahead(steps.count, great: steps.count > 4) {
            [cached, fields = names.all, aliveIndex] step in
            steps[step].map { position in
                layouts[cached[position].key.table]?.form(
                    of: cached[position].key.row, cached[position].state, fields: fields,
                    alive: aliveIndex, writers: writers)
            }
        }
    }

    private mutating func write(_ position: Int, _ form: RowLayout.Form) throws {
        let key = cached[position].key
        guard let shape = shapes[key.table] else { return }
        form.hash.withUnsafeBytes { digest.add($0) }
        try shape.store(key.row, form, at: cached[position].place)
        if form.isDisputed != cached[position].wasDisputed {
            try conflicts.set(form.isDisputed, shape.name, key.row)
        }
    }

    private func isDisputed(_ position: Int, _ writers: borrowing Names) -> Bool {
        cached[position].state.isDisputed(
            isFrozen: cached[position].key.row.kind == .frozen, alive: aliveIndex, writers: writers)
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
