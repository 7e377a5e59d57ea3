package import Convergence
import GRDB

extension Writing {
    /// Keeps what a conflict shows: nothing stands against it any more.
    ///
    /// Throws ``ReplicationFailure/conflictChanged(id:)`` when it shows something else than when it
    /// was listed, since the id covers what it shows.
    package func keep(conflict id: String) throws -> Conflict {
        let conflict = try find(id)
        switch (conflict.kind, conflict.field) {
        case (.value, let field?), (.issued, let field?):
            try put(conflict.table, conflict.row, [field: conflict.shown])
        default:
            try restore(conflict.table, conflict.row)
            try restoreChildren(of: conflict)
        }
        return conflict
    }

    /// Takes an alternative, the first unless told: it becomes what is shown.
    package func take(conflict id: String, alternative number: Int = 1) throws -> Conflict {
        let conflict = try find(id)
        guard conflict.row.kind != .frozen else { throw ReplicationFailure.issuedIsKept(id: id) }
        guard (1...conflict.alternatives.count).contains(number) else {
            throw ReplicationFailure.noAlternative(
                number: number, count: conflict.alternatives.count)
        }
        switch (conflict.kind, conflict.field) {
        case (.value, let field?):
            try put(
                conflict.table, conflict.row, [field: conflict.alternatives[number - 1].value])
        default: try removeWhole(conflict.table, conflict.row)
        }
        return conflict
    }

    private func find(_ id: String) throws -> Conflict {
        let all = try conflicts()
        if let exact = all.first(where: { $0.id == id }) { return exact }
        let candidates = id.utf8.count >= 4 ? all.filter { $0.id.hasPrefix(id) } : []
        guard candidates.count == 1, let only = candidates.first else {
            throw id.utf8.count == 16
                ? ReplicationFailure.conflictChanged(id: id) : ReplicationFailure.noConflict(id: id)
        }
        return only
    }

    /// The rows that belong to a kept row come back if the same remove took them away.
    private func restoreChildren(of conflict: Conflict) throws {
        let merger = try Merger(database, schema, .live)
        for child in schema.tables where child.parentTable == conflict.table {
            guard let field = child.parent else { continue }
            let ids = try String.fetchAll(
                database,
                sql: "SELECT id FROM \"\(child.name)\" WHERE \"\(field)\" = ? AND hidden = 1",
                arguments: [conflict.row.text])
            for row in ids.compactMap({ RowID($0) }) {
                let removals = try merger.rows.state(child.name, row).removals
                let isOfSameRemove = removals.contains { removal in
                    conflict.removals.contains(
                        Conflict.RemovalDot(
                            writer: merger.writers.names[removal.dot.writer],
                            number: removal.dot.number))
                }
                if isOfSameRemove { try restore(child.name, row) }
            }
        }
    }

    /// Removes a row with all rows that belong to it.
    package func removeWhole(_ table: String, _ row: RowID) throws {
        for child in schema.tables where child.parentTable == table {
            for belonging in try liveChildren(child, of: row) {
                try removeWhole(child.name, belonging)
            }
        }
        try remove(table, row)
    }
}
