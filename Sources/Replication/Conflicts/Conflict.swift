package import Convergence

/// Something that two devices wrote without having seen each other, and that a person should see.
package struct Conflict: Hashable, Sendable {
    /// What stands against what.
    package enum Kind: String, Hashable, Sendable {
        /// Two values of one field.
        case value
        /// A remove against a row that is shown.
        case removed
        /// A value written to a document after it was issued.
        case issued
    }

    /// What is not shown.
    package struct Alternative: Hashable, Sendable {
        /// The value; nothing for a remove.
        package let value: Value
        /// The writer's name, as ``Replica/shortName(of:)`` gives it.
        package let writer: String
        /// The device's name, if its writer introduced itself.
        package let device: String?
        /// The change's stamp.
        package let at: Int64
    }

    /// Covers the dots of everything that is listed: when one changes, so does the id.
    package let id: String
    /// What stands against what.
    package let kind: Kind
    /// The row's table.
    package let table: String
    /// The row.
    package let row: RowID
    /// The field, for two values.
    package let field: String?
    /// The value that is shown; nothing for a remove.
    package let shown: Value
    /// What is not shown, the latest first.
    package let alternatives: [Alternative]
    /// The removes' changes, by writer's name and number: for telling which other rows they removed.
    let removals: [RemovalDot]

    struct RemovalDot: Hashable, Sendable {
        let writer: [UInt8]
        let number: Int64
    }
}
