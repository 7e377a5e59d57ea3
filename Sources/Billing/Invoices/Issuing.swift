package import Convergence
package import Replication

/// What issuing came to.
package struct Issued: Equatable, Sendable {
    /// The invoice, with its number.
    package let invoice: InvoiceView
    /// The series that the number is from.
    package let series: String
    /// Mandatory content that is missing, where the books' country does not refuse for it.
    package let gaps: [Gap]
}

extension Invoices {
    /// Issues a draft: gives it the next number of this writer's series and freezes it as it
    /// stands. Nothing takes this back.
    ///
    /// `date` is the date of issue as given by the user; without one it is today, which is
    /// questioned when it lies more than a day before or more than a year after the newest date
    /// in the books. It never lies before the series' last document.
    package static func issue(
        _ writing: Writing, _ id: RowID, on date: CivilDate?, series: String? = nil,
        at moment: Moment
    ) throws -> Issued {
        let rows = try draft(writing, id)
        let content = try rows.content()
        guard !content.lines.isEmpty else { throw BillingFailure.noLines }
        let totals = try Totals(of: content)
        let seller = try Books.settings(writing)
        let buyer = try buyer(writing, rows)
        let gaps = Gap.missing(in: content, seller: seller, buyer: buyer)
        guard gaps.isEmpty || seller.country == nil else { throw BillingFailure.incomplete(gaps) }
        let claim = try SeriesBook.usable(writing, name: series)
        if date == nil { try question(moment.today, writing) }
        let date = date ?? moment.today
        if let last = claim.lastDate, date < last {
            throw BillingFailure.dateGoesBack(
                series: claim.name, date: date, lastNumber: claim.lastText ?? "", lastDate: last)
        }
        let terms = buyer.terms.flatMap { try? Terms($0) } ?? seller.terms
        let due = rows.due ?? terms.due(from: date)
        guard due >= date else { throw BillingFailure.dueBeforeIssue(due: due, date: date) }
        let document = DocumentContent(
            series: claim.name, number: claim.nextNumber, date: date, due: due,
            currency: content.currency, terms: terms, seller: parties(seller),
            buyer: parties(buyer), mentions: mentions(seller, buyer), rows: rows, totals: totals,
            exemptions: VATExemption.all(of: content, seller: seller))
        let (row, hash) = try freeze(
            document, sequence: claim.lastNumber &+ 1, client: buyer.id, in: writing)
        let facts = InvoiceFacts(issued: date, due: due, amount: totals.due)
        let view = InvoiceView(
            id: id.text, document: row.text, number: document.number,
            status: InvoiceStatus(of: facts, on: max(date, moment.today)), flags: [],
            issued: date, due: due, client: buyer.id, clientName: buyer.name,
            currency: content.currency,
            lines: zip(rows.lines, zip(content.lines, totals.lineNets)).map { row, pair in
                InvoiceView.LineView(id: row.id, line: pair.0, net: pair.1)
            },
            adjustments: totals.adjustments, totals: totals, sums: InvoiceView.Sums(totals),
            paid: 0, terms: terms.text, hash: hash, details: content.details)
        return Issued(invoice: view, series: claim.name, gaps: gaps)
    }

    private static func buyer(_ reading: Reading, _ rows: DraftRows) throws -> ClientView {
        guard let client = rows.client else {
            throw BillingFailure.damaged(
                table: "invoices", row: rows.invoice.id, field: "client")
        }
        let record = try Clients.stored(reading, client)
        return ClientView(id: client.text, isRemoved: false) { record.text($0) }
    }

    /// The one place where a clock is asked: today against what the books have shown. A closed
    /// series does not count: it may have been closed for its dates.
    private static func question(_ today: CivilDate, _ reading: Reading) throws {
        let shown = try reading.rows(
            "SELECT max(created) AS created FROM invoices"
        ).first?.integer("created")
        let dates =
            try SeriesBook.list(reading).filter { $0.state != .closed }.compactMap(\.lastDate)
            + [shown.flatMap { CivilDate(milliseconds: $0) }].compactMap(\.self)
        guard let newest = dates.max() else { return }
        let ahead = today.days(since: newest)
        guard (-1...366).contains(ahead) else {
            throw BillingFailure.implausibleToday(today: today, newest: newest)
        }
    }

    /// The most bytes of a document's content: what one value may hold.
    private static let contentBytesMax = Limits.textBytesMax

    private static func freeze(
        _ document: DocumentContent, sequence: Int64, client: String, in writing: Writing
    ) throws -> (row: RowID, hash: String) {
        let text = document.json.text
        guard text.utf8.count <= contentBytesMax else {
            throw BillingFailure.contentTooLarge(bytes: text.utf8.count, limit: contentBytesMax)
        }
        let hash = ContentHash.hexadecimal(text.utf8)
        let totals = document.totals
        let row = try writing.freeze(
            "documents",
            [
                "invoice": .text(document.rows.invoice.id), "client": .text(client),
                "series": .text(document.series), "sequence": .integer(sequence),
                "number": .text(document.number), "kind": .text(DocumentContent.invoiceKind),
                "date": .text(document.date.iso), "due": .text(document.due.iso),
                "currency": .text(document.currency.code), "net": .integer(totals.net),
                "vat": .integer(totals.vat), "gross": .integer(totals.gross),
                "total": .integer(totals.due), "terms": .text(document.terms.text),
                "draft": .integer(document.rows.fingerprint), "hash": .text(hash),
                "content": .text(text),
            ])
        return (row, hash)
    }

    private static func parties(_ seller: Settings) -> [JSON.Member] {
        let fields = [
            "legalForm", "capital", "address", "registration", "vatId", "email", "phone", "website",
        ]
        var members = [JSON.Member("name", .string(seller.name))]
        if let country = seller.country { members.append(JSON.Member("country", .string(country))) }
        members += fields.compactMap { field in
            seller.details[field].map { JSON.Member(field, .string($0)) }
        }
        if let siren = seller.siren { members.append(JSON.Member("siren", .string(siren))) }
        if let siret = seller.details["siren"], siret.count == 14 {
            members.append(JSON.Member("siret", .string(siret)))
        }
        return members
    }

    /// What of a client stands on a document; the rest is between the business and itself.
    private static let buyerFields: [ClientField] = [
        .email, .phone, .contact, .vatId, .address, .country, .billingName, .billingEmail,
        .billingAddress, .deliveryAddress,
    ]

    private static func parties(_ buyer: ClientView) -> [JSON.Member] {
        var members = [
            JSON.Member("id", .string(buyer.id)), JSON.Member("name", .string(buyer.name)),
            JSON.Member("kind", .string(buyer.kind.rawValue)),
        ]
        if let siren = buyer.siren { members.append(JSON.Member("siren", .string(siren))) }
        if let siret = buyer.siret { members.append(JSON.Member("siret", .string(siret))) }
        members += buyerFields.compactMap { field in
            buyer[field].map { JSON.Member(field.rawValue, .string($0)) }
        }
        return members
    }

    private static func mentions(_ seller: Settings, _ buyer: ClientView) -> [JSON.Member] {
        var mentions = ["penalty", "discount", "nature", "exemption"].compactMap { field in
            seller.details[field].map { JSON.Member(field, .string($0)) }
        }
        if seller.regime == .franchise, seller.details["exemption"] == nil {
            mentions.append(
                JSON.Member("exemption", .string("TVA non applicable, art. 293 B du CGI")))
        }
        if seller.regime == .debits {
            mentions.append(
                JSON.Member(
                    "debits", .string("Option pour le paiement de la taxe d'après les débits")))
        }
        // Code de commerce art. D441-5: between businesses, whatever the contract says.
        if seller.country == "FR", buyer.kind != .consumer {
            mentions.append(JSON.Member("recoveryFee", .string("40.00 EUR")))
        }
        return mentions
    }
}
