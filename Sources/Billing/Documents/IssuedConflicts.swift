package import Convergence
package import Replication

/// A difference between an issued document and what its draft has become elsewhere.
///
/// The document stands; the difference is shown until the draft is put back. It follows from the
/// tables alone, so every device at the same version shows the same, with the same id.
package struct IssuedConflict: Equatable, Sendable {
    /// Covers the document, the place and both values: another difference has another id.
    package let id: String
    /// The table of the row that differs.
    package let table: String
    /// The row that differs.
    package let row: String
    /// The field that differs; nil when the whole row was added or removed.
    package let field: String?
    /// What was issued; null for a row that was added, a row's name for one that was removed.
    package let shown: Value
    /// What the draft has now; null for a row that was removed.
    package let alternative: Value
    /// The number of the document.
    package let number: String
}

/// The conflicts of kind `issued`.
package enum IssuedConflicts {
    /// All differences, by number, table, row and field.
    package static func list(_ reading: Reading) throws -> [IssuedConflict] {
        var conflicts: [IssuedConflict] = []
        for document in try changedDocuments(reading) {
            conflicts += try differences(reading, of: document)
        }
        return conflicts.sorted {
            ($0.number, $0.table, $0.row, $0.field ?? "", $0.id)
                < ($1.number, $1.table, $1.row, $1.field ?? "", $1.id)
        }
    }

    /// Puts back what was issued; `conflictGone` if the difference is no longer the one listed.
    package static func keep(_ writing: Writing, id: String) throws -> IssuedConflict {
        let conflict = try find(writing, id: id)
        guard let row = RowID(conflict.row) else { throw BillingFailure.conflictGone(id: id) }
        if let field = conflict.field {
            try writing.put(conflict.table, row, [field: conflict.shown])
        } else if conflict.shown == .null {
            try removeAdded(writing, conflict.table, row)
        } else {
            try writing.restore(conflict.table, row)
        }
        return conflict
    }

    /// Taking the draft's value is refused: what was issued is corrected by a credit note.
    package static func refuseTaking(_ reading: Reading, id: String) throws {
        throw BillingFailure.issuedIsFrozen(number: try find(reading, id: id).number)
    }

    /// Whether an invoice's draft differs from what was issued of it.
    static func exist(_ reading: Reading, of invoice: String) throws -> Bool {
        guard let document = try documents(reading, of: invoice).first, let id = RowID(invoice)
        else { return false }
        let hidden = try reading.rows("SELECT hidden FROM invoices WHERE id = ?", [.text(invoice)])
        guard let rows = try DraftRows(reading, id) else { return false }
        return hidden.first?.integer("hidden") == 1 || rows.fingerprint != document.draft
    }
}

extension IssuedConflicts {
    private struct Document {
        let id: String
        let invoice: String
        let draft: Int64
    }

    private static func find(_ reading: Reading, id: String) throws -> IssuedConflict {
        guard let conflict = try list(reading).first(where: { $0.id == id }) else {
            throw BillingFailure.conflictGone(id: id)
        }
        return conflict
    }

    /// The first documents of all invoices, or of one: a draft that was issued twice is compared
    /// with the first.
    private static func documents(
        _ reading: Reading, of invoice: String? = nil
    ) throws -> [Document] {
        var documents: [Document] = []
        try reading.each(
            """
            SELECT invoice, draft, id FROM documents
            WHERE hidden = 0 \(invoice == nil ? "" : "AND invoice = ?")
            ORDER BY invoice, date, sequence, series, id
            """,
            invoice.map { [.text($0)] } ?? []
        ) { cursor in
            guard let invoice = cursor.text(0), let draft = cursor.integer(1),
                let id = cursor.text(2), documents.last?.invoice != invoice
            else { return }
            documents.append(Document(id: id, invoice: invoice, draft: draft))
        }
        return documents
    }

    /// The documents whose drafts are no longer what they were, told by fingerprints in one pass
    /// over the rows of drafts.
    private static func changedDocuments(_ reading: Reading) throws -> [Document] {
        let documents = try documents(reading)
        guard !documents.isEmpty else { return [] }
        var sums: [String: UInt64] = [:]
        sums.reserveCapacity(documents.count)
        var removed: Set<String> = []
        try reading.each("SELECT id FROM invoices WHERE hidden = 1") { cursor in
            if let id = cursor.text(0) { removed.insert(id) }
        }
        try sum(reading, "invoices", key: "id", where: "1", into: &sums)
        try sum(reading, "lines", key: "invoice", where: "hidden = 0", into: &sums)
        try sum(reading, "adjustments", key: "invoice", where: "hidden = 0", into: &sums)
        try sum(reading, "deposits", key: "invoice", where: "hidden = 0", into: &sums)
        return documents.filter { document in
            removed.contains(document.invoice)
                || sums[document.invoice] != UInt64(bitPattern: document.draft)
        }
    }

    /// Adds the fingerprint of each row of a table to its invoice's; see `DraftRows.fingerprint`.
    private static func sum(
        _ reading: Reading, _ table: String, key: String, where condition: String,
        into sums: inout [String: UInt64]
    ) throws {
        let fields = DraftRows.fields(of: table)
        let columns = fields.map { "\"\($0)\"" }.joined(separator: ", ")
        var start = Fingerprint()
        start.combine(table)
        try reading.each("SELECT \(key), id, \(columns) FROM \(table) WHERE \(condition)") {
            cursor in
            guard let invoice = cursor.text(0), let id = cursor.text(1) else { return }
            var hash = start
            hash.combine(id)
            for (index, field) in fields.enumerated() {
                hash.combine(field, cursor.value(index + 2))
            }
            sums[invoice, default: 0] &+= hash.value
        }
    }

    private static func differences(
        _ reading: Reading, of document: Document
    ) throws -> [IssuedConflict] {
        guard let invoice = RowID(document.invoice), let now = try DraftRows(reading, invoice),
            let record = try reading.rows(
                """
                SELECT number, content,
                    (SELECT hidden FROM invoices i WHERE i.id = d.invoice) AS removed
                FROM documents d WHERE id = ?
                """, [.text(document.id)]
            ).first,
            let issued = record.text("content").flatMap({ IssuedContent($0) })
        else { return [] }
        let number = record.text("number") ?? ""
        var conflicts: [IssuedConflict] = []
        func add(_ table: String, _ row: String, _ field: String?, _ shown: Value, _ now: Value) {
            conflicts.append(
                IssuedConflict(
                    id: id(document.id, table, row, field, shown, now), table: table, row: row,
                    field: field, shown: shown, alternative: now, number: number))
        }
        if record.integer("removed") == 1 {
            add("invoices", document.invoice, nil, .text(number), .null)
        }
        var present: [String: DraftRows.Row] = [:]
        for (_, row) in now.all { present[row.id] = row }
        for (table, row) in issued.rows.all {
            guard let other = present.removeValue(forKey: row.id) else {
                add(table, row.id, nil, label(row), .null)
                continue
            }
            for field in DraftRows.fields(of: table) {
                let (shown, alternative) = (
                    row.values[field] ?? .null, other.values[field] ?? .null
                )
                if shown != alternative { add(table, row.id, field, shown, alternative) }
            }
        }
        for (table, row) in now.all where present[row.id] != nil {
            add(table, row.id, nil, .null, label(row))
        }
        return conflicts
    }

    /// What a row is called: a line by its name, an adjustment by its reason or its amount.
    private static func label(_ row: DraftRows.Row) -> Value {
        row.values["name"] ?? row.values["reason"] ?? row.values["number"] ?? row.values["amount"]
            ?? .text(row.id)
    }

    private static func id(
        _ document: String, _ table: String, _ row: String, _ field: String?, _ shown: Value,
        _ now: Value
    ) -> String {
        let parts = [document, table, row, field ?? "", text(shown), text(now)]
        let digest = ContentHash.hexadecimal(JSON.array(parts.map { .string($0) }).text.utf8)
        return "i" + digest.prefix(16)
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .null: "null"
        case .integer(let integer): "integer \(integer)"
        case .text(let text): "text " + text
        }
    }

    /// Removes a row that was added to an issued draft; a line with its adjustments.
    private static func removeAdded(_ writing: Writing, _ table: String, _ row: RowID) throws {
        if table == "lines" {
            let adjustments = try writing.rows(
                "SELECT id FROM adjustments WHERE line = ? AND hidden = 0", [.text(row.text)])
            for adjustment in adjustments.compactMap({ $0.text("id").flatMap { RowID($0) } }) {
                try writing.remove("adjustments", adjustment)
            }
        }
        try writing.remove(table, row)
    }
}
