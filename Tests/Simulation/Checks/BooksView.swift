import Convergence
import Replication
import TestSupport

/// What a replica shows, in words that can be compared: with another replica, and with the oracle.
struct BooksView {
    private let replica: Replica

    init(_ replica: Replica) { self.replica = replica }

    /// The shown rows of the tables that both sides of a comparison declare, as text.
    func dump(_ schema: Schema) throws -> [String] {
        try replica.read { reading in
            var lines: [String] = []
            for table in schema.tables {
                let names = table.fields.map(\.name).joined(separator: ", ")
                try reading.each("SELECT id, hidden, \(names) FROM \(table.name) ORDER BY id") {
                    cursor in
                    let values = (0..<cursor.count).map { "\(cursor.value($0))" }
                    lines.append(table.name + " " + values.joined(separator: " | "))
                }
            }
            for conflict in try reading.conflicts() { lines.append("\(conflict)") }
            return lines
        }
    }

    /// The first row that is not as the oracle says; nil when all are.
    func difference(from oracle: Oracle) throws -> String? {
        try replica.read { reading in
            let conflicts = Dictionary(grouping: try reading.conflicts(), by: \.row)
            for (name, row) in oracle.rows {
                guard let table = reading.schema[name] else { continue }
                var expected = oracle.view(name, row)
                expected.shown["alive"] = nil
                expected.values["alive"] = nil
                // The oracle knows nothing of frozen rows: what issued documents show is checked
                // for itself.
                if row.text.hasPrefix("f") { continue }
                let actual = try view(of: row, table, conflicts[row] ?? [], reading)
                guard actual.comparable == expected.comparable else {
                    return "\(name) \(row): \(actual), expected \(expected)"
                }
            }
            return nil
        }
    }

    private func view(
        of row: RowID, _ table: Table, _ conflicts: [Conflict], _ reading: Reading
    ) throws -> Oracle.View {
        var view = Oracle.View()
        let query = "SELECT * FROM \(table.name) WHERE id = ?"
        guard let record = try reading.rows(query, [.text(row.text)]).first else { return view }
        view.isVisible = record.integer("hidden") == 0
        for field in table.fields where record[field.name] != .null {
            if case .counter = field.kind {
                view.sums[field.name] = record.integer(field.name)
            } else {
                view.shown[field.name] = record[field.name]
                view.values[field.name] = ["\(record[field.name])"]
            }
        }
        for conflict in conflicts {
            if let field = conflict.field {
                let all = [conflict.shown] + conflict.alternatives.map(\.value)
                view.values[field] = all.map { "\($0)" }.sorted()
            } else {
                view.pendingRemoves = conflict.alternatives.count
            }
        }
        return view
    }

    /// The first reference that leads nowhere; nil when all lead to a row.
    func danglingReference(_ schema: Schema) throws -> String? {
        try replica.read { reading in
            for table in schema.tables {
                for field in table.fields {
                    guard case .reference(let target) = field.kind else { continue }
                    let name = field.name
                    let rows = try reading.rows(
                        """
                        SELECT id FROM \(table.name) WHERE \(name) IS NOT NULL
                        AND \(name) NOT IN (SELECT id FROM \(target))
                        """)
                    if let id = rows.first?.text("id") { return "\(table.name) \(id).\(name)" }
                }
            }
            return nil
        }
    }
}
