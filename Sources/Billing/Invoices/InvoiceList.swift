package import Convergence
package import Replication

extension Invoices {
    /// The invoices at a date: the issued ones by date, series and number, then the drafts in the
    /// order of their making. A draft that was issued twice stands there twice. The method of payment
    /// and the note of what was issued are read only `withDetails`: they lie in the content, which makes
    /// most of a document. What is settled may be missing where the caller `needsSettled` not: it is
    /// most of what a business ever wrote.
    package static func list(
        _ reading: Reading, status: InvoiceStatus? = nil, client: RowID? = nil,
        needsSettled: Bool = true, withDetails: Bool = false, asOf date: CivilDate
    ) throws -> [InvoiceView] {
        let isOpen = status?.isOpen ?? !needsSettled
        let scope = try isOpen ? Ledger.scope(reading, asOf: date) : .all
        return try list(
            reading, scope, status: status, client: client, withDetails: withDetails, asOf: date)
    }

    /// Those of them that are open at a date: drafts, and what is neither settled nor written off.
    package static func open(
        _ reading: Reading, withDetails: Bool = false, asOf date: CivilDate
    ) throws -> [InvoiceView] {
        try list(
            reading, Ledger.scope(reading, asOf: date), withDetails: withDetails, asOf: date
        ).filter(\.status.isOpen)
    }

    /// Those of a scope.
    static func list(
        _ reading: Reading, _ scope: InvoiceScope, status: InvoiceStatus? = nil,
        client: RowID? = nil, withDetails: Bool = false, asOf date: CivilDate
    ) throws -> [InvoiceView] {
        var views = try issued(
            reading, scope, client: client, withDetails: withDetails, asOf: date)
        if status == nil || status == .draft { views += try drafts(reading, client: client) }
        let tags = try Labels.tags(reading)
        if !tags.isEmpty {
            for index in views.indices {
                views[index].clientTags = tags[views[index].client] ?? .none
            }
        }
        guard let status else { return views }
        return views.filter { $0.status == status }
    }

    /// The method and the note in a document's content; nothing where another program wrote no content
    /// that can be read.
    private static let detailColumns = """
        , CASE WHEN json_valid(content) THEN json_extract(content, '$.invoice.method') END,
        CASE WHEN json_valid(content) THEN json_extract(content, '$.invoice.note') END
        """

    private static func issued(
        _ reading: Reading, _ scope: InvoiceScope, client: RowID?, withDetails: Bool,
        asOf date: CivilDate
    ) throws -> [InvoiceView] {
        let paid = try Ledger.paid(reading, asOf: date, scope)
        let credited = try Ledger.credited(reading, asOf: date)
        let courses = try Events.courses(reading, asOf: date, scope)
        let issuedTwice = Set(
            try Findings.repeatedInvoices(reading, scope).flatMap {
                try Findings.twins(reading, invoice: $0).compactMap { $0.text("id") }
            })
        let numberTwice = Set(
            try Findings.repeatedNumbers(reading, scope).flatMap {
                try Findings.twins(
                    reading, series: .text($0.series), sequence: .integer($0.sequence)
                ).compactMap { $0.text("id") }
            })
        let names = try Clients.names(reading)
        let usual = try Owners.usual(reading)
        var views: [InvoiceView] = []
        try reading.each(
            """
            SELECT d.id, d.invoice, d.number, d.client, d.currency, d.date, d.due, net, vat, gross,
                d.total, d.kind, corrects, d.owner, terms
                \(withDetails ? detailColumns : "")
            FROM \(scope.rows(of: "documents", as: "d", by: "id"))
            WHERE d.hidden = 0 AND (?1 IS NULL OR d.client = ?1)
            ORDER BY d.date, d.series, d.sequence, d.id
            """,
            [client.map { .text($0.text) } ?? .null]
        ) { cursor in
            guard let id = cursor.text(0), let invoice = cursor.text(1) else { return }
            var facts = InvoiceFacts(
                issued: cursor.text(5).flatMap { CivilDate(iso: $0) },
                due: cursor.text(6).flatMap { CivilDate(iso: $0) },
                amount: cursor.integer(10) ?? 0,
                paid: paid[Ledger.Place(invoice: invoice, document: id)] ?? 0,
                kind: cursor.text(11).flatMap { DocumentKind(rawValue: $0) } ?? .invoice,
                credited: credited[id] ?? 0)
            facts.take(courses[id])
            var flags = InvoiceFlag.flags(of: facts, on: date)
            let number = cursor.text(2)
            if issuedTwice.contains(id) { flags.append(.issuedTwice) }
            if numberTwice.contains(id) { flags.append(.numberTwice) }
            let client = cursor.text(3) ?? ""
            var view = InvoiceView(
                id: invoice, document: id, number: number,
                status: InvoiceStatus(of: facts, on: date), flags: flags,
                issued: facts.issued, due: facts.due, client: client,
                clientName: names[client] ?? "",
                currency: cursor.text(4).flatMap { try? Currency($0) } ?? .eur, lines: [],
                adjustments: [], totals: nil,
                sums: InvoiceView.Sums(
                    net: cursor.integer(7) ?? 0, vat: cursor.integer(8) ?? 0,
                    gross: cursor.integer(9) ?? 0, due: facts.amount),
                paid: facts.paid, terms: cursor.text(14), hash: nil,
                kind: cursor.text(11).flatMap { DocumentKind(rawValue: $0) } ?? .invoice,
                corrects: cursor.text(12),
                owner: courses[id]?.owner ?? cursor.text(13) ?? usual,
                credited: facts.credited, sent: facts.sent, extendedTo: facts.extendedTo)
            if withDetails {
                view.details[.method] = cursor.text(15)
                view.details[.note] = cursor.text(16)
            }
            views.append(view)
        }
        for index in views.indices { views[index].takeLateness(on: date) }
        try nameCorrected(reading, &views)
        return views
    }

    /// A list tells the other document by its number, like everything else. Few tell one at all, and
    /// it need not stand in the list.
    private static func nameCorrected(_ reading: Reading, _ views: inout [InvoiceView]) throws {
        for index in views.indices {
            guard let corrects = views[index].corrects else { continue }
            let number = try reading.rows(
                "SELECT number FROM documents WHERE id = ?", [.text(corrects)]
            ).first?.text("number")
            views[index].corrects = number ?? corrects
        }
    }

    private static func drafts(_ reading: Reading, client: RowID?) throws -> [InvoiceView] {
        var ids: [String] = []
        var names: [String: String] = [:]
        try reading.each(
            """
            SELECT i.id, c.name FROM open_invoice o CROSS JOIN invoices i ON i.id = o.invoice
                LEFT JOIN clients c ON c.id = i.client
            WHERE o.id = '' AND (?1 IS NULL OR i.client = ?1)
            ORDER BY i.created, i.id
            """,
            [client.map { .text($0.text) } ?? .null]
        ) { cursor in
            guard let id = cursor.text(0) else { return }
            ids.append(id)
            names[id] = cursor.text(1)
        }
        guard !ids.isEmpty else { return [] }
        return try DraftRows.load(reading, ids).map { rows in
            InvoiceView(
                rows: rows, client: rows.invoice.values["client"]?.text ?? "",
                clientName: names[rows.invoice.id] ?? ""
            ).withoutLines
        }
    }
}

extension InvoiceView {
    fileprivate var withoutLines: InvoiceView {
        InvoiceView(
            id: id, document: document, number: number, status: status, flags: flags,
            issued: issued, due: due, client: client, clientName: clientName, currency: currency,
            lines: [], adjustments: [], totals: nil, sums: sums, paid: paid, terms: terms,
            hash: hash, details: details.filter { InvoiceView.listedDetails.contains($0.key) },
            kind: kind, corrects: corrects, owner: owner)
    }
}
