import Convergence
import Crypto
import Wire

/// How the rows of one table lie in columns, without the database: shown values in columns of their
/// own, the rest of what merging knows packed beside them.
struct RowLayout: Sendable {
    struct Column: Sendable {
        let field: Int
        let isCounter: Bool
    }

    /// A row as it is written.
    struct Form: Sendable {
        /// Its hash in the digest.
        let hash: Words32
        /// The values of its columns, in their order.
        let values: [Value]
        let isVisible: Bool
        /// Whether something stands against what is shown.
        let isDisputed: Bool
        /// The column `state`: the hash and what merging knows besides the values.
        let packed: [UInt8]
    }

    static let hashBytes = 32

    let tableBytes: [UInt8]
    let columns: [Column]
    /// The column of each register, by its field.
    private let columnByField: [Int?]

    init(table: String, _ columns: [Column]) {
        tableBytes = Array(table.utf8)
        self.columns = columns
        var columnByField = [Int?](
            repeating: nil, count: (columns.map(\.field).max() ?? -1) + 1)
        for (position, column) in columns.enumerated() where !column.isCounter {
            columnByField[column.field] = position
        }
        self.columnByField = columnByField
    }

    /// The column of a register; nil when it has none.
    func column(of field: Int) -> Int? {
        columnByField.indices.contains(field) ? columnByField[field] : nil
    }

    /// How a row in this state is written. `alive` is the integer of the field that restores a row.
    func form(
        of row: RowID, _ state: RowState, fields: Names, alive: Int, writers: Names
    ) -> Form {
        var canonical: [UInt8] = []
        canonical.reserveCapacity(512)
        state.appendCanonical(
            table: tableBytes, row: row, fields: fields, writers: writers, to: &canonical)
        let hash = SHA256.hash(data: canonical).withUnsafeBytes { Words32($0) }
        let isFrozen = row.kind == .frozen
        let shown = columns.map { column in
            column.isCounter
                ? nil : state.shown(column.field, isFrozen: isFrozen, writers: writers)
        }
        let values = columns.indices.map { position in
            if columns[position].isCounter {
                // An id covers the values of its put alone: a frozen row shows no counters.
                let sum = isFrozen ? nil : state.sum(columns[position].field)
                return sum.map(Value.integer) ?? .null
            }
            return shown[position]?.value ?? .null
        }
        let packed = state.packed(behind: hash) { entry in
            guard let column = column(of: entry.field) else { return false }
            return shown[column]?.dot == entry.dot
                && shown[column]?.isOriginal == entry.isOriginal
        }
        return Form(
            hash: hash, values: values, isVisible: state.isVisible(isFrozen: isFrozen),
            isDisputed: state.isDisputed(isFrozen: isFrozen, alive: alive, writers: writers),
            packed: packed)
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

    fileprivate func packed(
        behind hash: Words32, isShown: (Entry) -> Bool
    ) -> [UInt8] {
        hash.withUnsafeBytes { packed(behind: $0, isShown: isShown) }
    }
}
