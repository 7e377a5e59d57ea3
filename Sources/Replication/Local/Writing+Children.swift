import Convergence
import GRDB

extension Writing {
    /// A change that writes a child shows the rows that it belongs to, so that a removed root comes
    /// back with it.
    func keepRoots() throws {
        for operation in draft.operations {
            if case .remove = operation { continue }
            var place = (table: operation.table, row: operation.row)
            var seen: Set<RowID> = [place.row]
            while let above = try parent(of: place.table, place.row) {
                // Rows can be made to belong to each other in a ring.
                guard seen.insert(above.row).inserted else { break }
                if !draft.writes(above.table, above.row), try isStored(above.table, above.row) {
                    draft.put(above.table, above.row, [StoredRows.alive: 1])
                }
                place = above
            }
        }
    }

    /// Refuses a remove that would leave rows behind which belong to the removed one.
    func checkChildren() throws {
        for case .remove(let table, let row) in draft.operations {
            for child in schema.tables where child.parentTable == table {
                let live = try remainingChildren(child, of: row)
                guard live == 0 else {
                    throw ReplicationFailure.liveChildren(
                        table: table, row: row, children: live, of: child.name)
                }
            }
        }
    }

    /// How many rows of a table will belong to a row after this change.
    private func remainingChildren(_ child: Table, of row: RowID) throws -> Int {
        var candidates = Set(try liveChildren(child, of: row))
        for operation in draft.operations where operation.table == child.name {
            candidates.insert(operation.row)
        }
        return try candidates.count {
            try !draft.removes(child.name, $0) && parent(of: child.name, $0)?.row == row
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

    /// The row that a row belongs to after this change.
    private func parent(of table: String, _ row: RowID) throws -> (table: String, row: RowID)? {
        guard let declared = schema[table], let parent = declared.parentTable,
            let field = declared.parent
        else { return nil }
        let above: String?
        if let value = draft.value(table, row, field) {
            above = value.text
        } else {
            above = try String.fetchOne(
                database, sql: "SELECT \"\(field)\" FROM \"\(table)\" WHERE id = ?",
                arguments: [row.text])
        }
        return above.flatMap { RowID($0) }.map { (table: parent, row: $0) }
    }

    private func isStored(_ table: String, _ row: RowID) throws -> Bool {
        try Bool.fetchOne(
            database, sql: "SELECT EXISTS (SELECT 1 FROM \"\(table)\" WHERE id = ?)",
            arguments: [row.text]) ?? false
    }
}
