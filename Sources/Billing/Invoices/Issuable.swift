import Convergence
import Replication

/// A draft with all that its document says once it is issued.
struct Issuable {
    let rows: DraftRows
    let content: DraftContent
    let totals: Totals
    let seller: Settings
    let buyer: ClientView
    /// The document that this one takes back or replaces.
    let origin: Invoices.Origin?

    /// Reads a draft; fails when it was issued, has no line, or cannot be computed with.
    init(_ reading: Reading, _ id: RowID) throws {
        rows = try Invoices.draft(reading, id)
        content = try rows.content()
        guard !content.lines.isEmpty else { throw BillingFailure.noLines }
        try content.check()
        totals = try Totals(of: content)
        guard content.kind == .invoice || content.kind == .deposit || content.corrects != nil else {
            throw BillingFailure.damaged(table: "invoices", row: id.text, field: "corrects")
        }
        seller = try Books.settings(reading)
        guard let client = rows.client else {
            throw BillingFailure.damaged(
                table: "invoices", row: rows.invoice.id, field: "client")
        }
        let record = try Clients.stored(reading, client)
        buyer = ClientView(id: client.text, isRemoved: false) { record.text($0) }
        origin = try content.corrects.map { try Invoices.origin(reading, $0) }
    }

    /// Mandatory content that is missing.
    var gaps: [Gap] { Gap.missing(in: content, seller: seller, buyer: buyer) }

    /// The terms of payment: the client's, else those of the books.
    var terms: Terms { buyer.terms.flatMap { try? Terms($0) } ?? seller.terms }

    /// Who sees to it: the person whom the draft names, else the one who sees to the document that it
    /// corrects, to the client, or to everything; nil where nobody does.
    func owner(_ reading: Reading) throws -> String? {
        if let own = rows.invoice.values["owner"]?.text { return own }
        if let origin, let ref = try Invoices.ref(reading, document: origin.document) {
            return try Invoices.show(reading, ref, asOf: .last).owner
        }
        return buyer[.owner] ?? seller.owner
    }

    /// When it falls due if it is issued on a date.
    func due(from date: CivilDate) -> CivilDate { rows.due ?? terms.due(from: date) }

    /// Refuses what other documents do not allow: a correction for another client, a credit of more
    /// than is left, a deposit that is gone.
    func check(_ reading: Reading) throws {
        if let origin {
            // Two devices may have come to it that each edited the draft.
            try Invoices.check(client: buyer.id, content.currency, correcting: origin)
            if content.kind.isCredit {
                try Invoices.check(credit: totals, against: origin, in: reading)
            } else if content.kind != .corrective || origin.isCorrected {
                throw BillingFailure.notCreditable(number: origin.number, origin.kind)
            }
        }
        // A credit note takes deposits back with the invoice that deducted them.
        guard !content.kind.isCredit, let invoice = RowID(rows.invoice.id) else { return }
        try Invoices.check(
            deposits: content.deposits, of: invoice, client: buyer.id, content.currency,
            replacing: content.corrects, in: reading)
    }

    /// The document as it is issued on a date.
    func document(
        _ reading: Reading, number: String, series: String, on date: CivilDate
    ) throws -> DocumentContent {
        DocumentContent(
            series: series, number: number, date: date, due: due(from: date),
            currency: content.currency, terms: terms, seller: Self.parties(seller),
            buyer: Self.parties(buyer), mentions: Self.mentions(seller, buyer), rows: rows,
            totals: totals, exemptions: VATExemption.all(of: content, seller: seller),
            origin: origin.map {
                DocumentContent.Reference(document: $0.document, number: $0.number, date: $0.date)
            },
            counted: Counting.groups(totals, content, replaces: origin),
            carried: try CarriedBalance.list(
                reading, content, client: buyer.id, besides: origin?.document, on: date),
            payment: try PaymentInstructions.members(
                reading, content, seller: seller, buyer: buyer, number: number, on: date),
            language: content.details[.language].flatMap { Language(rawValue: $0) }
                ?? buyer.language ?? seller.language,
            kind: content.kind)
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

extension InvoiceView {
    /// What was just issued.
    init(
        issued document: DocumentContent, of issuable: Issuable, row: RowID, hash: String,
        owner: String, today: CivilDate
    ) {
        let totals = document.totals
        let facts = InvoiceFacts(
            issued: document.date, due: document.due, amount: totals.due, paid: 0,
            kind: document.kind, credited: 0)
        self.init(
            id: document.rows.invoice.id, document: row.text, number: document.number,
            status: InvoiceStatus(of: facts, on: max(document.date, today)), flags: [],
            issued: document.date, due: document.due, client: issuable.buyer.id,
            clientName: issuable.buyer.name, currency: document.currency,
            lines: zip(document.rows.lines, zip(issuable.content.lines, totals.lineNets)).map {
                row, pair in
                LineView(id: row.id, line: pair.0, net: pair.1)
            },
            adjustments: totals.adjustments, totals: totals, sums: Sums(totals), paid: 0,
            terms: document.terms.text, hash: hash, details: issuable.content.details,
            kind: document.kind, corrects: document.origin?.number,
            deposits: issuable.content.deposits, owner: owner, credited: facts.credited)
        takeLateness(on: max(document.date, today))
    }
}
