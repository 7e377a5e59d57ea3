package import Convergence
import GRDB

/// One read transaction: queries over the declared tables.
package class Reading {
    let database: Database
    /// The declared tables.
    package let schema: Schema

    init(_ database: Database, _ schema: Schema) {
        self.database = database
        self.schema = schema
    }

    /// Runs a query and hands out each row; the cursor is good only within the call.
    package func each(
        _ sql: String, _ arguments: [Value] = [], _ body: (Cursor) throws -> Void
    ) throws {
        let statement = try SQLStatement(database, sql)
        for (position, argument) in arguments.enumerated() {
            statement.bind(position + 1, argument)
        }
        let cursor = Cursor(statement)
        while try statement.step() { try body(cursor) }
    }

    /// Runs a query and gives all its rows.
    package func rows(_ sql: String, _ arguments: [Value] = []) throws -> [Record] {
        var records: [Record] = []
        var columns: Record.Columns?
        try each(sql, arguments) { cursor in
            let names = columns ?? Record.Columns(cursor.columnNames)
            columns = names
            records.append(Record(names, cursor.values))
        }
        return records
    }
}

/// The row that a query stands on.
package struct Cursor {
    private let statement: SQLStatement

    init(_ statement: SQLStatement) { self.statement = statement }

    /// The value of a column, counted from 0.
    package func value(_ index: Int) -> Value { statement.value(index) }

    /// The integer of a column; nil when it holds anything else.
    package func integer(_ index: Int) -> Int64? { statement.value(index).integer }

    /// The text of a column; nil when it holds anything else.
    package func text(_ index: Int) -> String? {
        statement.isText(index) ? statement.text(index) : nil
    }

    /// The number of columns.
    package var count: Int { statement.columnCount }

    var columnNames: [String] { (0..<statement.columnCount).map(statement.name) }
    var values: [Value] { (0..<statement.columnCount).map(statement.value) }
}

/// A row of a query's answer, kept.
package struct Record: Sendable {
    /// The names of the columns, shared by all rows of an answer.
    final class Columns: Sendable {
        let names: [String]
        let indices: [String: Int]

        init(_ names: [String]) {
            self.names = names
            indices = Dictionary(zip(names, 0...), uniquingKeysWith: { first, _ in first })
        }
    }

    private let columns: Columns
    private let values: [Value]

    init(_ columns: Columns, _ values: [Value]) {
        self.columns = columns
        self.values = values
    }

    /// The value of a column; nothing when the answer has no such column.
    package subscript(_ column: String) -> Value {
        columns.indices[column].map { values[$0] } ?? .null
    }

    /// The text of a column; nil when it holds anything else.
    package func text(_ column: String) -> String? { self[column].text }

    /// The integer of a column; nil when it holds anything else.
    package func integer(_ column: String) -> Int64? { self[column].integer }
}
