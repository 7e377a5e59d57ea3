package import Convergence
package import Replication

/// An invoice, and which of its documents is meant; no document for a draft.
package struct InvoiceRef: Hashable, Sendable {
    /// The invoice's row.
    package let invoice: RowID
    /// The row of what was issued. A draft that two devices issued has two.
    package let document: RowID?

    /// Makes a reference.
    package init(invoice: RowID, document: RowID?) {
        self.invoice = invoice
        self.document = document
    }
}

/// How names lead to rows, the same for every command.
///
/// An exact id, number or name (case ignored) comes first, then a unique beginning of one. A
/// command that only reads also takes a unique near miss; one that writes offers it and changes
/// nothing. Several matches are listed, and nothing is changed.
package enum Lookup {
    /// What a name is looked up for.
    package enum Purpose: Sendable {
        case reading, writing
        /// Only removed rows count.
        case restoring
    }

    /// The client that a text means.
    package static func client(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> RowID {
        let entries = try entries(
            reading, "SELECT id, name, email, hidden, NULL FROM clients")
        return try Matcher(kind: .client, entries: entries, purpose: purpose).match(text).id
    }

    /// The bank account that a text means: its IBAN, its label, or the beginning of one.
    package static func account(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> RowID {
        let entries = try entries(
            reading, "SELECT id, coalesce(label, iban), iban, hidden, NULL FROM accounts")
        if let iban = try? Identifiers.iban(text),
            let entry = entries.first(where: { $0.detail == iban && !$0.isRemoved })
        {
            return entry.id
        }
        return try Matcher(kind: .account, entries: entries, purpose: purpose).match(text).id
    }

    /// The item of the rate card that a text means.
    package static func item(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> RowID {
        let entries = try entries(reading, "SELECT id, code, name, hidden, NULL FROM items")
        return try Matcher(kind: .item, entries: entries, purpose: purpose).match(text).id
    }

    /// The payment that a text means: its id, or the beginning of one, or its reference.
    package static func payment(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> RowID {
        let entries = try entries(
            reading,
            """
            SELECT p.id, coalesce(p.reference, p.id), c.name, p.hidden, NULL
            FROM payments p LEFT JOIN clients c ON c.id = p.client
            """)
        return try Matcher(kind: .payment, entries: entries, purpose: purpose).match(text).id
    }

    /// The saved view that a text means.
    package static func view(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> RowID {
        let entries = try entries(reading, "SELECT id, name, noun, hidden, NULL FROM views")
        return try Matcher(kind: .view, entries: entries, purpose: purpose).match(text).id
    }

    /// The supplier's bill that a text means: its number, its id, or the name of a supplier.
    package static func bill(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> RowID {
        let entries = try entries(
            reading,
            "SELECT id, coalesce(number, supplier), supplier, hidden, NULL FROM bills")
        return try Matcher(kind: .bill, entries: entries, purpose: purpose).match(text).id
    }

    /// The package that a text means.
    package static func package(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> RowID {
        let entries = try entries(
            reading,
            """
            SELECT p.id, p.name, c.name, p.hidden, NULL
            FROM packages p LEFT JOIN clients c ON c.id = p.client
            """)
        return try Matcher(kind: .package, entries: entries, purpose: purpose).match(text).id
    }

    /// The invoice that a text means: a number, an id of the invoice or of its document, or the
    /// name of a client who has just one.
    package static func invoice(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> InvoiceRef {
        // By number or id without looking at the others: the usual case, whatever there is.
        if let ref = try exactInvoice(reading, String(text.trimmed)) { return ref }
        let entries = try entries(
            reading,
            """
            SELECT coalesce(d.id, i.id), d.number, c.name, coalesce(d.hidden, i.hidden), i.id
            FROM invoices i LEFT JOIN documents d ON d.invoice = i.id
            LEFT JOIN clients c ON c.id = coalesce(d.client, i.client)
            """)
        let entry = try Matcher(kind: .invoice, entries: entries, purpose: purpose).match(text)
        guard let invoice = entry.owner else { return InvoiceRef(invoice: entry.id, document: nil) }
        return InvoiceRef(invoice: invoice, document: entry.id == invoice ? nil : entry.id)
    }

    /// The draft that a text means: an id, or the name of a client who has just one, whatever was issued
    /// for that client. Where no draft is meant, the invoice that is.
    package static func draft(
        _ reading: Reading, _ text: String, for purpose: Purpose
    ) throws -> InvoiceRef {
        if let ref = try exactInvoice(reading, String(text.trimmed)) { return ref }
        let entries = try entries(
            reading,
            """
            SELECT i.id, NULL, c.name, i.hidden, i.id
            FROM invoices i LEFT JOIN clients c ON c.id = i.client
            WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.invoice = i.id)
            """)
        do {
            let entry = try Matcher(kind: .invoice, entries: entries, purpose: .writing).match(text)
            return InvoiceRef(invoice: entry.id, document: nil)
        } catch BillingFailure.notFound {
            return try invoice(reading, text, for: purpose)
        }
    }

    private static func exactInvoice(_ reading: Reading, _ text: String) throws -> InvoiceRef? {
        let parts = SeriesClaim.parts(ofNumber: text)
        let documents = try reading.rows(
            """
            SELECT id, invoice FROM documents
            WHERE id = ?1 OR invoice = ?1 OR (series IN (?2, ?3) AND sequence = ?4)
            ORDER BY date, sequence, series, id
            """,
            [
                .text(text), parts.map { .text($0.series) } ?? .null,
                parts.map { .text($0.series.uppercased()) } ?? .null,
                parts.map { .integer($0.sequence) } ?? .null,
            ])
        // By its own id an invoice is its first document; a number that two documents bear is
        // left to be reported.
        let isID = RowID(text) != nil
        if let first = documents.first, documents.count == 1 || isID,
            let document = first.text("id").flatMap({ RowID($0) }),
            let invoice = first.text("invoice").flatMap({ RowID($0) })
        {
            return InvoiceRef(invoice: invoice, document: document)
        }
        guard documents.isEmpty, let id = RowID(text),
            try !reading.rows("SELECT 1 FROM invoices WHERE id = ? AND hidden = 0", [.text(text)])
                .isEmpty
        else { return nil }
        return InvoiceRef(invoice: id, document: nil)
    }

    private static func entries(
        _ reading: Reading, _ sql: String
    ) throws -> [Matcher.Entry] {
        var entries: [Matcher.Entry] = []
        try reading.each(sql) { cursor in
            guard let id = cursor.text(0).flatMap({ RowID($0) }) else { return }
            entries.append(
                Matcher.Entry(
                    id: id, label: cursor.text(1), detail: cursor.text(2) ?? "",
                    isRemoved: cursor.integer(3) == 1,
                    owner: cursor.text(4).flatMap { RowID($0) }))
        }
        return entries
    }
}
