package import Convergence
package import Replication

/// Invoices: drafts that merge, and what was issued of them.
package enum Invoices {
    /// Makes a draft. Its currency is the content's.
    package static func new(
        _ writing: Writing, client: RowID, _ content: DraftContent, due: CivilDate?,
        owner: String? = nil, at moment: Moment
    ) throws -> InvoiceView {
        let record = try Clients.stored(writing, client)
        var content = content
        // What the client always says; what was typed goes first.
        for (field, column) in [DraftField.po: "po", .method: "method", .language: "language"] {
            content.details[field] = content.details[field] ?? record.text(column)
        }
        try content.check()
        let totals = try Totals(of: content)
        let name = record.text("name") ?? ""
        var values: [String: Value] = [
            "client": .text(client.text), "currency": .text(content.currency.code),
            "created": .integer(moment.milliseconds),
        ]
        let owner = try owner.map { try PlainText.line($0, .owner) }
        if let owner { values["owner"] = .text(owner) }
        if let due { values["due"] = .text(due.iso) }
        if content.prepaid != 0 { values["prepaid"] = .integer(content.prepaid) }
        if content.rounding != 0 { values["rounding"] = .integer(content.rounding) }
        for (field, text) in content.details { values[field.column] = .text(text) }
        if content.kind != .invoice { values["kind"] = .text(content.kind.rawValue) }
        if let corrects = content.corrects { values["corrects"] = .text(corrects) }
        let id = try writing.insert("invoices", values)
        let lines = try DraftWriter.append(content.lines, to: id, after: 0, in: writing)
        try DraftWriter.append(content.adjustments, to: id, in: writing)
        try DraftWriter.append(content.deposits, to: id, in: writing)
        var view = InvoiceView(
            draft: id.text, client: client.text, clientName: name, due: due, content: content,
            lineIDs: lines.map(\.text), totals: totals)
        view.owner = owner
        return view
    }

    /// Removes a draft with its lines; what was issued is refused.
    package static func remove(_ writing: Writing, _ id: RowID) throws -> InvoiceView {
        let rows = try draft(writing, id)
        let view = try view(writing, draft: rows)
        for adjustment in rows.adjustments {
            if let row = RowID(adjustment.id) { try writing.remove("adjustments", row) }
        }
        for line in rows.lines {
            if let row = RowID(line.id) { try writing.remove("lines", row) }
        }
        for deposit in rows.deposits {
            if let row = RowID(deposit.id) { try writing.remove("deposits", row) }
        }
        try writing.remove("invoices", id)
        return view
    }

    /// One invoice at a date.
    package static func show(
        _ reading: Reading, _ ref: InvoiceRef, asOf date: CivilDate
    ) throws -> InvoiceView {
        guard let document = try ref.document ?? document(reading, of: ref.invoice) else {
            guard let rows = try DraftRows(reading, ref.invoice) else {
                throw BillingFailure.notFound(.invoice, text: ref.invoice.text, suggestions: [])
            }
            return try view(reading, draft: rows)
        }
        return try view(reading, document: document, asOf: date)
    }

    /// The first document of an invoice, if it was issued.
    static func document(_ reading: Reading, of invoice: RowID) throws -> RowID? {
        let first = try reading.rows(
            """
            SELECT id FROM documents WHERE invoice = ? AND hidden = 0
            ORDER BY date, sequence, series, id LIMIT 1
            """,
            [.text(invoice.text)]
        ).first
        return first?.text("id").flatMap { RowID($0) }
    }

    /// The rows of a draft; fails when it was issued or does not exist.
    static func draft(_ reading: Reading, _ id: RowID) throws -> DraftRows {
        let issued = try reading.rows(
            "SELECT number FROM documents WHERE invoice = ? ORDER BY date, sequence, series, id",
            [.text(id.text)])
        if let first = issued.first {
            throw BillingFailure.alreadyIssued(number: first.text("number") ?? "")
        }
        guard let rows = try DraftRows(reading, id) else {
            throw BillingFailure.notFound(.invoice, text: id.text, suggestions: [])
        }
        return rows
    }
}

extension Invoices {
    /// A draft as it is now; flagged `unreadable` when its values cannot be computed with.
    private static func view(_ reading: Reading, draft rows: DraftRows) throws -> InvoiceView {
        let client = rows.invoice.values["client"]?.text ?? ""
        let name = try reading.rows("SELECT name FROM clients WHERE id = ?", [.text(client)])
            .first?.text("name")
        return InvoiceView(rows: rows, client: client, clientName: name ?? "")
    }

    private static func view(
        _ reading: Reading, document: RowID, asOf date: CivilDate
    ) throws -> InvoiceView {
        let key: [Value] = [.text(document.text)]
        let record = try reading.rows("SELECT * FROM documents WHERE id = ?", key).first
        guard let record, let text = record.text("content") else {
            throw BillingFailure.notFound(.invoice, text: document.text, suggestions: [])
        }
        guard let issued = IssuedContent(text), let content = try? issued.rows.content() else {
            throw BillingFailure.damaged(
                table: "documents", row: document.text, field: "content")
        }
        let invoice = record.text("invoice") ?? ""
        let paid = try reading.rows(
            """
            SELECT sum(a.amount) AS paid FROM allocations a JOIN payments p ON p.id = a.payment
            WHERE \(Currency.isMinor("a.amount")) AND a.invoice = ? AND a.document = ?
                AND a.hidden = 0 AND p.hidden = 0
                AND p.date <= ?
            """,
            [.text(invoice)] + key + [.text(date.iso)]
        ).first?.integer("paid")
        func isAmong(_ twins: [Record]) -> Bool { twins.contains { $0["id"] == key[0] } }
        var flags: [InvoiceFlag] = []
        if isAmong(try Findings.twins(reading, invoice: invoice)) { flags.append(.issuedTwice) }
        if isAmong(
            try Findings.twins(reading, series: record["series"], sequence: record["sequence"]))
        {
            flags.append(.numberTwice)
        }
        if try IssuedConflicts.exist(reading, of: invoice) { flags.append(.changedAfterIssue) }
        let course = try Events.courses(reading, asOf: date, document: document.text)[
            document.text]
        return InvoiceView(
            record: record, content: content, issued: issued, paid: paid ?? 0,
            credited: try Ledger.credited(reading, asOf: date)[document.text] ?? 0,
            course: course,
            owner: try course?.owner ?? record.text("owner") ?? Owners.usual(reading), more: flags,
            asOf: date)
    }
}

extension InvoiceView {
    /// A draft of which the content is at hand.
    init(
        draft id: String, client: String, clientName: String, due: CivilDate?,
        content: DraftContent, lineIDs: [String], totals: Totals
    ) {
        self.init(
            id: id, document: nil, number: nil, status: .draft, flags: [], issued: nil, due: due,
            client: client, clientName: clientName, currency: content.currency,
            lines: zip(content.lines, totals.lineNets).enumerated().map { index, pair in
                LineView(
                    id: index < lineIDs.count ? lineIDs[index] : "", line: pair.0, net: pair.1)
            },
            adjustments: totals.adjustments, totals: totals, sums: Sums(totals), paid: 0,
            terms: nil, hash: nil, details: content.details, kind: content.kind,
            corrects: content.corrects, deposits: content.deposits)
    }

    /// A draft of which the rows are at hand.
    init(rows: DraftRows, client: String, clientName: String) {
        if let content = try? rows.content(), let totals = try? Totals(of: content) {
            self.init(
                draft: rows.invoice.id, client: client, clientName: clientName, due: rows.due,
                content: content, lineIDs: rows.lines.map(\.id), totals: totals)
        } else {
            let code = rows.invoice.values["currency"]?.text ?? ""
            self.init(
                id: rows.invoice.id, document: nil, number: nil, status: .draft,
                flags: [.unreadable], issued: nil, due: rows.due, client: client,
                clientName: clientName, currency: (try? Currency(code)) ?? .eur, lines: [],
                adjustments: [], totals: nil, sums: nil, paid: 0, terms: nil, hash: nil)
        }
        owner = rows.invoice.values["owner"]?.text
    }

    /// What was issued, with its content.
    fileprivate init(
        record: Record, content: DraftContent, issued: IssuedContent, paid: Int64,
        credited: Int64, course: Events.Course?, owner: String?, more: [InvoiceFlag],
        asOf date: CivilDate
    ) {
        var facts = InvoiceFacts(
            issued: record.text("date").flatMap { CivilDate(iso: $0) },
            due: record.text("due").flatMap { CivilDate(iso: $0) },
            amount: issued.totals.due, paid: paid, kind: content.kind, credited: credited)
        facts.take(course)
        self.init(
            id: record.text("invoice") ?? "", document: record.text("id"),
            number: record.text("number"), status: InvoiceStatus(of: facts, on: date),
            flags: InvoiceFlag.flags(of: facts, on: date) + more, issued: facts.issued,
            due: facts.due, client: record.text("client") ?? "", clientName: issued.buyerName,
            currency: content.currency,
            lines: zip(content.lines, issued.totals.lineNets).enumerated().map { index, pair in
                LineView(id: issued.rows.lines[index].id, line: pair.0, net: pair.1)
            },
            adjustments: issued.totals.adjustments, totals: issued.totals,
            sums: Sums(issued.totals), paid: paid, terms: issued.terms, hash: record.text("hash"),
            details: content.details, kind: content.kind, corrects: issued.corrects,
            deposits: content.deposits, owner: owner, credited: facts.credited)
        sent = facts.sent
        extendedTo = facts.extendedTo
        takeLateness(on: date)
    }
}
