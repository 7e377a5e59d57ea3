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
    var draft = ChangeDraft()
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
            guard table.isLawfulName, field.isLawfulName, value.text?.isLawfulText ?? true else {
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
        guard table.isLawfulName, field.isLawfulName else {
            throw ReplicationFailure.unlawful(table: table, field: field)
        }
        draft.add(table, row, field, amount)
    }

    /// What this transaction sets so far in rows of a table, row by row: reads do not see it yet, and
    /// whoever gives out numbers must.
    package func written(_ table: String) -> [[String: Value]] { draft.fields(of: table) }

    /// Removes a row; refused at the commit while rows that this change leaves belong to it.
    package func remove(_ table: String, _ row: RowID) throws {
        draft.remove(table, row)
    }

    /// Shows a removed row again.
    package func restore(_ table: String, _ row: RowID) throws {
        draft.put(table, row, [StoredRows.alive: 1])
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
            vault: replica.vault, merger: merger, former: try formerWriter(),
            random: replica.environment.random, keep: !dryRun)
        identity = found
        return found
    }

    /// The writer that last wrote in this folder, also when the folder is a copy.
    private func formerWriter() throws -> WriterID? {
        try Replica.meta(database, "writer").flatMap { Data.fromDatabaseValue($0) }
            .flatMap { WriterID(bytes: $0) }
    }

    // MARK: - Committing

    /// Makes the change, applies it like any other, and keeps it until it is sealed; gives what the
    /// vault has to note, or nil when nothing was written.
    func commit() throws -> WriterRecord? {
        guard !draft.isEmpty else { return nil }
        var identity = try currentIdentity()
        try keepRoots()
        try checkChildren()
        // A writer to whom very many others are new cannot name them all in one change.
        while try contextDifference(identity).count > Self.contextEntriesAim {
            var carrier = ChangeDraft()
            try introduce(identity, in: &carrier)
            identity = try append(carrier.operations, as: identity)
        }
        if identity.number == 1 { try introduce(identity, in: &draft) }
        identity = try append(draft.operations, as: identity)
        return WriterRecord(
            seed: identity.key.seed, number: identity.number - 1, id: identity.previous)
    }

    /// Entries of a context difference that one change carries.
    private static let contextEntriesAim = 1_000

    /// Makes one change, applies it like any other, and keeps it until it is sealed; gives where the
    /// writer goes on.
    private func append(
        _ operations: [Convergence.Operation], as identity: WriterIdentity
    ) throws -> WriterIdentity {
        let stamp = max(
            min(max(replica.environment.now(), 0), Limits.clockMax), identity.stamp + 1)
        let entries = try contextDifference(identity).prefix(Self.contextEntriesAim)
        let change = Change(
            number: identity.number, stamp: stamp, context: Array(entries),
            content: .operations(operations))
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
        return WriterIdentity(
            key: identity.key, index: merger.writers.indices(of: identity.key.writer).first,
            number: identity.number + 1, previous: id, stamp: stamp, predecessor: nil)
    }

    /// A writer's first change says which device it is, and whose place it takes.
    private func introduce(_ identity: WriterIdentity, in draft: inout ChangeDraft) throws {
        let text = identity.key.writer.text
        guard let row = RowIDs.derived("devices", keys: [.text(text)]) else { return }
        var fields: [String: Value] = ["program": 1]
        if identity.number == 1 {
            let name = try Replica.meta(database, "device").flatMap { String.fromDatabaseValue($0) }
            fields["writer"] = .text(text)
            fields["name"] = .text(name ?? "device")
            fields["predecessor"] = identity.predecessor.map { .text($0.text) }
            try database.execute(
                sql: "INSERT OR REPLACE INTO meta (key, value) VALUES ('writer', ?)",
                arguments: [Data(identity.key.writer.bytes)])
            try WriterIdentity.noteBegun(database)
        }
        draft.put("devices", row, fields)
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
