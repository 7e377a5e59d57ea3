import Convergence

/// The operations of a change while it is put together: one of each kind for a row.
struct ChangeDraft {
    private struct Key: Hashable {
        let table: String
        let row: RowID
    }

    private struct Part {
        var fields: [(name: String, value: Value)] = []
        var deltas: [(name: String, amount: Int64)] = []
        var isRemoved = false
    }

    private var order: [Key] = []
    private var parts: [Key: Part] = [:]

    var isEmpty: Bool { order.isEmpty }

    /// Sets registers; no fields set nothing, since every put writes at least one.
    mutating func put(_ table: String, _ row: RowID, _ fields: [String: Value]) {
        guard !fields.isEmpty else { return }
        with(table, row) { part in
            part.isRemoved = false
            // A dictionary's order is random, a change's bytes should not be.
            for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
                if let position = part.fields.firstIndex(where: { $0.name == name }) {
                    part.fields[position].value = value
                } else {
                    part.fields.append((name, value))
                }
            }
        }
    }

    mutating func add(_ table: String, _ row: RowID, _ field: String, _ amount: Int64) {
        with(table, row) { part in
            part.isRemoved = false
            if let position = part.deltas.firstIndex(where: { $0.name == field }) {
                part.deltas[position].amount &+= amount
            } else {
                part.deltas.append((field, amount))
            }
        }
    }

    mutating func remove(_ table: String, _ row: RowID) {
        with(table, row) { $0 = Part(isRemoved: true) }
    }

    private mutating func with(_ table: String, _ row: RowID, _ body: (inout Part) -> Void) {
        let key = Key(table: table, row: row)
        if parts[key] == nil { order.append(key) }
        body(&parts[key, default: Part()])
    }

    /// Whether the row is written or removed here.
    func writes(_ table: String, _ row: RowID) -> Bool {
        parts[Key(table: table, row: row)] != nil
    }

    func removes(_ table: String, _ row: RowID) -> Bool {
        parts[Key(table: table, row: row)]?.isRemoved ?? false
    }

    /// The value that a register is set to here.
    func value(_ table: String, _ row: RowID, _ field: String) -> Value? {
        parts[Key(table: table, row: row)]?.fields.first { $0.name == field }?.value
    }

    /// The registers of the rows of a table that are set here, in the order of their writing.
    func fields(of table: String) -> [[String: Value]] {
        order.filter { $0.table == table }.compactMap { key in
            guard let part = parts[key], !part.isRemoved else { return nil }
            return Dictionary(
                part.fields.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        }
    }

    var operations: [Operation] {
        order.flatMap { key -> [Operation] in
            guard let part = parts[key] else { return [] }
            if part.isRemoved { return [.remove(table: key.table, row: key.row)] }
            var operations: [Operation] = []
            if !part.fields.isEmpty {
                operations.append(
                    .put(
                        table: key.table, row: key.row,
                        fields: part.fields.map { Operation.Assignment($0.name, $0.value) }))
            }
            if !part.deltas.isEmpty {
                operations.append(
                    .add(
                        table: key.table, row: key.row,
                        deltas: part.deltas.map { Operation.Delta($0.name, $0.amount) }))
            }
            return operations
        }
    }
}
