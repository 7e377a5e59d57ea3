/// A part of a change.
package enum Operation: Hashable, Sendable {
    /// Registers of one row.
    case put(table: String, row: RowID, fields: [Assignment])
    /// Counters of one row.
    case add(table: String, row: RowID, deltas: [Delta])
    /// One row.
    case remove(table: String, row: RowID)

    /// One register and its new value.
    package struct Assignment: Hashable, Sendable {
        /// The register's name.
        package let field: String
        /// What it is set to.
        package let value: Value

        /// Sets `field` to `value`.
        package init(_ field: String, _ value: Value) {
            self.field = field
            self.value = value
        }
    }

    /// One counter and what is added to it.
    package struct Delta: Hashable, Sendable {
        /// The counter's name.
        package let field: String
        /// What is added; the sum wraps.
        package let amount: Int64

        /// Adds `amount` to `field`.
        package init(_ field: String, _ amount: Int64) {
            self.field = field
            self.amount = amount
        }
    }

    /// The table of the row.
    package var table: String {
        switch self {
        case .put(let table, _, _), .add(let table, _, _), .remove(let table, _): table
        }
    }

    /// The row.
    package var row: RowID {
        switch self {
        case .put(_, let row, _), .add(_, let row, _), .remove(_, let row): row
        }
    }
}

extension String {
    /// Whether this is a lawful name of a table or field: a lower-case letter, then letters, digits
    /// and underscores, at most ``Limits/nameBytesMax`` bytes.
    package var isLawfulName: Bool {
        guard let first = utf8.first, (0x61...0x7a).contains(first) else { return false }
        return utf8.count <= Limits.nameBytesMax
            && utf8.allSatisfy {
                (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f
            }
    }
}
