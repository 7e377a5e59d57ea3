/// A field of the rows of a list, by the name that people type.
package struct QueryField<Row: Sendable>: Sendable {
    /// What is to be read in a condition on it.
    package enum Kind: Sendable {
        case text
        /// One of these words.
        case choice([String])
        /// A text whose parts are divided by slashes: `a` is also what lies in it, as `a/b`.
        case path
        case number, amount, date
    }

    package let name: String
    package let kind: Kind
    let values: @Sendable (Row) -> [QueryValue]

    /// A field with one value.
    package init(_ name: String, _ kind: Kind, _ value: @escaping @Sendable (Row) -> QueryValue) {
        self.name = name
        self.kind = kind
        values = { [value($0)] }
    }

    /// A field with several values, as flags: a condition holds if it does for any of them.
    package init(
        several name: String, _ kind: Kind, _ values: @escaping @Sendable (Row) -> [QueryValue]
    ) {
        self.name = name
        self.kind = kind
        self.values = values
    }

    /// As it stands in a file of rows.
    package func text(_ row: Row) -> String { values(row).map(\.text).joined(separator: ", ") }
}

/// What the groups of a list sum up.
package struct QuerySums: Equatable, Sendable {
    package let currency: Currency
    /// Minor units, by the names of the fields.
    package private(set) var parts: [Part]

    package struct Part: Equatable, Sendable {
        package let name: String
        package fileprivate(set) var minor: Int64

        /// Makes a part.
        package init(_ name: String, _ minor: Int64) {
            self.name = name
            self.minor = minor
        }
    }

    /// Makes sums of one row.
    package init(_ currency: Currency, _ parts: [Part]) {
        self.currency = currency
        self.parts = parts
    }

    mutating func add(_ other: QuerySums) {
        for (index, part) in other.parts.enumerated() where parts.indices.contains(index) {
            parts[index].minor &+= part.minor
        }
    }
}

/// Rows of a list that can be filtered, sorted and grouped.
package protocol QueryRow: Sendable {
    /// The fields, in the order in which they are offered.
    static var queryFields: [QueryField<Self>] { get }
    /// What groups sum; nil where there is nothing to sum.
    var querySums: QuerySums? { get }
}
