import Convergence
import Crypto
import GRDB
import Wire

/// The rows that one transaction touches: loaded once, merged in memory, written once.
struct RowCache {
    struct Key: Hashable {
        let table: Int
        let row: RowID
    }

    struct Cached {
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
    private var canonical: [UInt8] = []
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

    /// The state of a row and the bytes of the hash that is stored with it.
    mutating func stored(_ table: String, _ row: RowID) throws -> (RowState, hash: [UInt8]) {
        let found = cached[try load(table, row)]
        return (found.state, found.hash.withUnsafeBytes { Array($0) })
    }

    /// The integer of a field's name.
    mutating func fieldIndex(_ name: String) throws -> Int { try names.index(of: name) }

    /// The number of rows held in memory.
    var count: Int { cached.count }

    private mutating func load(_ table: String, _ row: RowID) throws -> Int {
        let tableIndex = try names.index(of: table)
        let key = Key(table: tableIndex, row: row)
        if let place = places[key] { return place }
        let found = try shape(tableIndex, table).load(row)
        if let found,
            !found.state.names(fieldsBelow: names.all.count, writersBelow: writerCount)
        {
            throw ReplicationFailure.damaged(path: "", detail: "\(table) \(row.text)")
        }
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

    /// Writes the changed rows, brings the digest up to date, and forgets all rows.
    mutating func flush(writers: Names) throws {
        try names.flush()
        let dirty = cached.indices.filter { cached[$0].isDirty }.sorted { left, right in
            let (one, other) = (cached[left], cached[right])
            if one.key.table != other.key.table { return one.key.table < other.key.table }
            return (one.place ?? .max) < (other.place ?? .max)
        }
        for position in dirty {
            let key = cached[position].key
            guard let shape = shapes[key.table] else { continue }
            let hash = hash(position, shape, writers)
            hash.withUnsafeBytes { digest.add($0) }
            try shape.store(
                key.row, cached[position].state, hash: hash, at: cached[position].place,
                writers: writers)
            let isDisputed = isDisputed(position, writers)
            if isDisputed != cached[position].wasDisputed {
                try conflicts.set(isDisputed, shape.name, key.row)
            }
        }
        places.removeAll(keepingCapacity: true)
        cached.removeAll(keepingCapacity: true)
    }

    private mutating func hash(
        _ position: Int, _ shape: TableShape, _ writers: borrowing Names
    ) -> Words32 {
        canonical.removeAll(keepingCapacity: true)
        cached[position].state.appendCanonical(
            table: shape.nameBytes, row: cached[position].key.row, fields: names.all,
            writers: writers, to: &canonical)
        return SHA256.hash(data: canonical).withUnsafeBytes { Words32($0) }
    }

    private func isDisputed(_ position: Int, _ writers: borrowing Names) -> Bool {
        cached[position].state.isDisputed(
            isFrozen: cached[position].key.row.kind == .frozen, alive: aliveIndex, writers: writers)
    }
}

extension RowState {
    /// Whether something stands against what is shown of the row: another value, or a remove.
    func isDisputed(isFrozen: Bool, alive: Int, writers: Names) -> Bool {
        guard isVisible(isFrozen: isFrozen) else { return false }
        if !removals.isEmpty { return true }
        guard entries.count > 1 else { return false }
        return !disputedFields(isFrozen: isFrozen, alive: alive, writers: writers).isEmpty
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
