import Convergence

/// A table of the books, declared as a value: its rows merge, and their shown values lie in an
/// SQLite table of the same name.
///
/// That table has the columns `row` (local), `id`, one of each field, `hidden` (1 when a remove
/// hides the row) and `state` (what merging knows, for the engine alone).
package struct Table: Hashable, Sendable {
    /// A column.
    package struct Field: Hashable, Sendable {
        /// What a field holds.
        package enum Kind: Hashable, Sendable {
            /// A value: the last one that saw the others.
            case register
            /// A sum over all writers.
            case counter
            /// A register that holds the id of a row of another table.
            case reference(String)
        }

        /// The name.
        package let name: String
        /// What it holds.
        package let kind: Kind

        /// A field that holds a value.
        package static func register(_ name: String) -> Field { Field(name: name, kind: .register) }
        /// A field that holds a sum.
        package static func counter(_ name: String) -> Field { Field(name: name, kind: .counter) }
        /// A field that holds a row's id.
        package static func reference(_ name: String, to table: String) -> Field {
            Field(name: name, kind: .reference(table))
        }
    }

    /// The name: lawful, and none of the engine's own.
    package let name: String
    /// The fields, in the order of the columns.
    package let fields: [Field]
    /// The reference field that leads to the row which this row belongs to, if it belongs to one.
    package let parent: String?
    /// The columns of each index.
    package let indexes: [[String]]

    /// Declares a table.
    package init(
        _ name: String, _ fields: [Field], parent: String? = nil, indexes: [[String]] = []
    ) {
        self.name = name
        self.fields = fields
        self.parent = parent
        self.indexes = indexes
    }

    /// The table that the parent field leads to.
    package var parentTable: String? {
        guard let parent, let field = fields.first(where: { $0.name == parent }),
            case .reference(let table) = field.kind
        else { return nil }
        return table
    }
}

/// All tables of the books, and the version of this set.
package struct Schema: Hashable, Sendable {
    /// Grows with every change of the tables; a replica with a smaller one is rebuilt.
    package let version: Int
    /// The tables, the engine's own included.
    package let tables: [Table]
    /// What is kept beside them; nil where nothing is.
    package let kept: KeptTables?

    /// Declares the tables of the business; the engine adds its own.
    package init(version: Int, tables: [Table], kept: KeptTables? = nil) {
        self.version = version
        self.tables = Self.engineTables + tables
        self.kept = kept
    }

    /// The table of this name, if it is declared.
    package subscript(_ name: String) -> Table? { tables.first { $0.name == name } }

    /// What the engine itself keeps in the books: who writes, which changes are lost, which relays
    /// the books are enrolled on.
    package static let engineTables = [
        Table(
            "devices",
            [
                .register("writer"), .register("name"), .register("predecessor"),
                .register("program"),
            ]),
        Table("lost", [.register("writer"), .register("number")]),
        Table("relays", [.register("address"), .register("name"), .register("enrolment")]),
    ]
}
