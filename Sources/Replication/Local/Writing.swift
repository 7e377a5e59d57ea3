package import Convergence
import Foundation
import GRDB
import Sealing
package import Wire

/// One write transaction: what is put, added and removed in it becomes one change.
///
/// Reads in it see the books as they were before.
package final class Writing: Reading {
    private let replica: Replica
    private let merger: Merger
    private let dryRun: Bool
    private var draft = ChangeDraft()
    private var identity: WriterIdentity?

    init(_ replica: Replica, _ merger: Merger, dryRun: Bool) {
        self.replica = replica
        self.merger = merger
        self.dryRun = dryRun
        super.init(merger.database, replica.schema)
    }

    // MARK: - Operations

    /// Sets registers of a row: only those that the user changed.
    package func put(_ table: String, _ row: RowID, _ fields: [String: Value]) throws {
        for (field, value) in fields {
            guard field.isLawfulName, value.text?.isLawfulText ?? true else {
                throw ReplicationFailure.unlawful(table: table, field: field)
            }
        }
        draft.put(table, row, fields)
    }

    /// Makes a row with a random id.
    package func insert(_ table: String, _ fields: [String: Value]) throws -> RowID {
        guard
            let row = RowID(
                .random, bytes: replica.environment.random(RowID.byteCount))
        else { throw ReplicationFailure.unlawful(table: table, field: "id") }
        try put(table, row, fields)
        return row
    }

    /// Makes a row that other devices may make as well: its id follows from the keys, and the values
    /// must too.
    package func insertDerived(
        _ table: String, keys: [Value], _ fields: [String: Value]
    ) throws -> RowID {
        guard let row = RowIDs.derived(table, keys: keys) else {
            throw ReplicationFailure.unlawful(table: table, field: "id")
        }
        try put(table, row, fields)
        return row
    }

    /// Makes a frozen row: its id follows from its values and this writer, and no later put changes
    /// what is shown of it.
    package func freeze(_ table: String, _ fields: [String: Value]) throws -> RowID {
        let assignments = fields.map { Operation.Assignment($0.key, $0.value) }
        guard let row = RowIDs.frozen(table, by: try writer, assignments) else {
            throw ReplicationFailure.unlawful(table: table, field: "id")
        }
        try put(table, row, fields)
        return row
    }

    /// Adds to a counter of a row.
    package func add(_ table: String, _ row: RowID, _ field: String, _ amount: Int64) throws {
        guard field.isLawfulName else {
            throw ReplicationFailure.unlawful(table: table, field: field)
        }
        draft.add(table, row, field, amount)
    }

    /// Removes a row; refused at the commit while rows that this change leaves belong to it.
    package func remove(_ table: String, _ row: RowID) throws {
        draft.remove(table, row)
    }

    /// Shows a removed row again.
    package func restore(_ table: String, _ row: RowID) throws {
        draft.put(table, row, [RowCache.alive: 1])
    }

    // MARK: - The writer

    /// The writer of this change; a new one when this machine has none for these books.
    package var writer: WriterID {
        get throws { try currentIdentity().key.writer }
    }

    /// Whether this change is the writer's first.
    package var isFirstOfWriter: Bool {
        get throws { try currentIdentity().number == 1 }
    }

    private func currentIdentity() throws -> WriterIdentity {
        if let identity { return identity }
        let found = try WriterIdentity.find(
            vault: replica.vault, merger: merger, random: replica.environment.random,
            keep: !dryRun)
        identity = found
        return found
    }

    // MARK: - Committing

    /// Makes the change, applies it like any other, and keeps it until it is sealed; gives what the
    /// vault has to note, or nil when nothing was written.
    func commit() throws -> WriterRecord? {
        guard !draft.isEmpty else { return nil }
        let identity = try currentIdentity()
        if identity.number == 1 { try introduce(identity) }
        try keepRoots()
        try checkChildren()
        let stamp = max(
            min(max(replica.environment.now(), 0), Limits.clockMax), identity.stamp + 1)
        let change = Change(
            number: identity.number, stamp: stamp, context: try contextDifference(identity),
            content: .operations(draft.operations))
        // Read back, so that a local change is exactly what the others will read.
        guard let line = change.encoded(), line.count <= Limits.changeBytesMax,
            let read = try? Change(line: line), case .operations = read.content
        else { throw ReplicationFailure.changeTooLarge }
        let id = replica.seal.chain.id(of: line, after: identity.previous)
        let hindrance = try merger.apply(
            read, key: identity.key.writer, previous: identity.previous, id: id)
        guard hindrance == nil else {
            throw ReplicationFailure.damaged(path: replica.path, detail: "own change")
        }
        try merger.flush()
        try database.execute(
            sql: """
                INSERT INTO unsealed (writer, number, previous, id, line) VALUES (?, ?, ?, ?, ?)
                """,
            arguments: [
                Data(identity.key.writer.bytes), identity.number, Data(identity.previous.bytes),
                Data(id.bytes), Data(line),
            ])
        return WriterRecord(seed: identity.key.seed, number: identity.number, id: id)
    }

    /// A writer's first change says which device it is, and whose place it takes.
    private func introduce(_ identity: WriterIdentity) throws {
        let name = try Replica.meta(database, "device").flatMap { String.fromDatabaseValue($0) }
        let text = identity.key.writer.text
        var fields: [String: Value] = [
            "writer": .text(text), "name": .text(name ?? "device"), "program": 1,
        ]
        if let predecessor = identity.predecessor {
            fields["predecessor"] = .text(predecessor.text)
        }
        guard let row = RowIDs.derived("devices", keys: [.text(text)]) else { return }
        draft.put("devices", row, fields)
    }

    /// A change that writes a child shows its root too, so that a removed root comes back with it.
    private func keepRoots() throws {
        for operation in draft.operations {
            guard case .put = operation else { continue }
            var table = operation.table
            var row = operation.row
            while let parent = schema[table]?.parentTable, let field = schema[table]?.parent,
                let above = try parentRow(table, row, field)
            {
                (table, row) = (parent, above)
            }
            guard table != operation.table, !draft.writes(table, row) else { continue }
            draft.put(table, row, [RowCache.alive: 1])
        }
    }

    private func parentRow(_ table: String, _ row: RowID, _ field: String) throws -> RowID? {
        if let value = draft.value(table, row, field) { return value.text.flatMap { RowID($0) } }
        let stored = try String.fetchOne(
            database, sql: "SELECT \"\(field)\" FROM \"\(table)\" WHERE id = ?",
            arguments: [row.text])
        return stored.flatMap { RowID($0) }
    }

    private func checkChildren() throws {
        for case .remove(let table, let row) in draft.operations {
            for child in schema.tables where child.parentTable == table {
                let live = try liveChildren(child, of: row).filter {
                    !draft.removes(child.name, $0)
                }
                guard live.isEmpty else {
                    throw ReplicationFailure.liveChildren(
                        table: table, row: row, children: live.count, of: child.name)
                }
            }
        }
    }

    /// The rows of a table that belong to a row and are not removed.
    func liveChildren(_ child: Table, of row: RowID) throws -> [RowID] {
        guard let field = child.parent else { return [] }
        let ids = try String.fetchAll(
            database,
            sql: "SELECT id FROM \"\(child.name)\" WHERE \"\(field)\" = ? AND hidden = 0",
            arguments: [row.text])
        return ids.compactMap { RowID($0) }
    }

    /// What was applied since the writer's previous change, branch by branch.
    private func contextDifference(_ identity: WriterIdentity) throws -> [Change.ContextEntry] {
        let seen = try identity.index.map { try merger.context(of: $0) } ?? Context()
        var entries: [Change.ContextEntry] = []
        for index in 0..<merger.writers.count {
            let writer = merger.writers[index]
            guard writer.key != identity.key.writer, writer.number >= writer.fork,
                writer.number > seen[index]
            else { continue }
            entries.append(
                Change.ContextEntry(
                    writer: writer.key.bytes, number: writer.number, id: writer.id.bytes))
        }
        return entries
    }
}
