package import Convergence
package import Replication

/// Drafts that follow from what was issued: credit notes, correctives, final invoices, repeats.
extension Invoices {
    /// Which part of a document a credit note takes back.
    package enum CreditPart: Equatable, Sendable {
        /// All that is left of it.
        case whole
        /// These lines by their numbers, with so much of each; nil is all of the line. Percentages off
        /// or on the whole document go with them.
        case lines([(number: Int, quantity: String?)])
        /// An amount without VAT, of a document whose lines have one VAT; with a rate, of those.
        case net(String, rate: String?)

        package static func == (left: CreditPart, right: CreditPart) -> Bool {
            switch (left, right) {
            case (.whole, .whole): true
            case (.lines(let left), .lines(let right)):
                left.map(\.number) == right.map(\.number)
                    && left.map(\.quantity) == right.map(\.quantity)
            case (.net(let left, let leftRate), .net(let right, let rightRate)):
                left == right && leftRate == rightRate
            default: false
            }
        }
    }

    /// Drafts a credit note on an issued document, which it will name by number and date.
    package static func credit(
        _ writing: Writing, _ ref: InvoiceRef, _ part: CreditPart, reason: String?,
        at moment: Moment
    ) throws -> InvoiceView {
        let origin = try issued(writing, ref)
        guard !origin.kind.isCredit else {
            throw BillingFailure.notCreditable(number: origin.number, origin.kind)
        }
        var content: DraftContent
        switch part {
        case .whole:
            guard !origin.isCorrected else {
                throw BillingFailure.creditTooLarge(
                    number: origin.number, open: origin.left.gross,
                    currency: origin.content.currency)
            }
            content = origin.content.negated
            content.prepaid = origin.content.prepaid == 0 ? 0 : -origin.content.prepaid
        case .lines(let lines):
            for (index, line) in lines.enumerated()
            where lines[..<index].contains(where: { $0.number == line.number }) {
                throw BillingFailure.lineTwice(number: line.number)
            }
            content = DraftContent(currency: origin.content.currency)
            content.lines = try lines.map { try credited($0, of: origin.content) }
            // Percentages of the whole were of these lines, too.
            content.adjustments = origin.content.adjustments.filter { adjustment in
                adjustment.percent != nil
                    && (adjustment.rate == nil
                        || content.lines.contains {
                            $0.category == adjustment.category && $0.rate == adjustment.rate
                        })
            }
        case .net(let amount, let rate):
            content = DraftContent(currency: origin.content.currency)
            content.lines = [try creditLine(amount, rate: rate, origin)]
        }
        content.kind = origin.kind == .deposit ? .depositCredit : .credit
        content.corrects = origin.document
        content.details = origin.content.details.filter {
            [.po, .reference, .language, .exchange, .exchangeDate, .exchangeSource].contains($0.key)
        }
        if let reason { content.details[.note] = try PlainText.block(reason, .reason) }
        try check(credit: try Totals(of: content), against: origin, in: writing)
        return try new(writing, client: origin.client, content, due: nil, at: moment)
    }

    /// Drafts a corrective invoice, which will take the place of an issued one: with its content, to
    /// be edited.
    package static func correct(
        _ writing: Writing, _ ref: InvoiceRef, at moment: Moment
    ) throws -> InvoiceView {
        let origin = try issued(writing, ref)
        guard origin.kind == .invoice || origin.kind == .corrective, !origin.isCorrected else {
            throw BillingFailure.notCreditable(number: origin.number, origin.kind)
        }
        var content = origin.content
        content.kind = .corrective
        content.corrects = origin.document
        return try new(writing, client: origin.client, content, due: nil, at: moment)
    }

    /// Drafts an invoice with the lines and discounts of another; what was of its time, as periods
    /// and rates of exchange, is left out.
    package static func `repeat`(
        _ writing: Writing, _ ref: InvoiceRef, at moment: Moment
    ) throws -> InvoiceView {
        let view = try show(writing, ref, asOf: .last)
        guard let client = RowID(view.client) else {
            throw BillingFailure.damaged(table: "invoices", row: view.id, field: "client")
        }
        var content =
            try view.document == nil
            ? draft(writing, ref.invoice).content() : issued(writing, ref).content
        content.kind = .invoice
        content.corrects = nil
        content.deposits = []
        content.prepaid = 0
        content.rounding = 0
        for field in DraftField.allCases where field.isDate { content.details[field] = nil }
        content.details[.exchange] = nil
        content.details[.exchangeSource] = nil
        for index in content.lines.indices {
            content.lines[index].periodFrom = nil
            content.lines[index].periodTo = nil
        }
        return try new(writing, client: client, content, due: nil, at: moment)
    }

    /// The latest invoice of a client that no other one replaced: what a repeat begins with.
    package static func latest(_ reading: Reading, of client: RowID) throws -> InvoiceRef {
        let row = try reading.rows(
            """
            SELECT id, invoice FROM documents d
            WHERE client = ?1 AND hidden = 0 AND kind IN (?2, ?3) AND NOT EXISTS (
                SELECT 1 FROM documents c WHERE c.corrects = d.id AND c.hidden = 0 AND c.kind = ?3)
            ORDER BY date DESC, sequence DESC, id LIMIT 1
            """,
            [
                .text(client.text), .text(DocumentKind.invoice.rawValue),
                .text(DocumentKind.corrective.rawValue),
            ]
        ).first
        guard let row, let document = row.text("id").flatMap({ RowID($0) }),
            let invoice = row.text("invoice").flatMap({ RowID($0) })
        else { throw BillingFailure.nothingIssued(client: client.text) }
        return InvoiceRef(invoice: invoice, document: document)
    }

    /// A deposit as a final invoice of the same client and currency deducts it.
    package static func deposit(
        _ reading: Reading, _ ref: InvoiceRef
    ) throws -> DraftContent.Deposit {
        let origin = try issued(reading, ref)
        guard origin.kind == .deposit else {
            throw BillingFailure.notADeposit(number: origin.number)
        }
        guard origin.deposit.gross > 0 else {
            throw BillingFailure.depositGone(number: origin.number, final: nil)
        }
        return origin.deposit
    }

    /// Refuses a final invoice whose deposits are not what is left of them, or stand on another one.
    static func check(
        deposits: [DraftContent.Deposit], of invoice: RowID, client: String, _ currency: Currency,
        replacing replaced: String?, in reading: Reading
    ) throws {
        for deposit in deposits {
            guard let ref = try Self.ref(reading, document: deposit.document) else {
                throw BillingFailure.depositGone(number: deposit.number, final: nil)
            }
            let origin = try issued(reading, ref)
            let others = try finals(reading, deducting: deposit.document)
            if let other = others.first(where: { $0.invoice != invoice && $0.document != replaced })
            {
                throw BillingFailure.depositGone(number: deposit.number, final: other.number)
            }
            guard origin.deposit == deposit, origin.client.text == client,
                origin.content.currency == currency
            else { throw BillingFailure.depositGone(number: deposit.number, final: nil) }
        }
    }

    /// The invoices that deduct a deposit and stand: neither replaced nor taken back as a whole. What a
    /// document deducts is what was issued, whatever became of its draft.
    static func finals(_ reading: Reading, deducting deposit: String) throws -> [Origin] {
        try reading.rows(
            """
            SELECT d.id FROM deposits x JOIN documents d ON d.invoice = x.invoice
            WHERE x.document = ? AND d.hidden = 0 AND d.kind NOT IN (\(DocumentKind.creditsSQL))
            ORDER BY d.date, d.series, d.sequence, d.id
            """,
            [.text(deposit)]
        ).compactMap { $0.text("id") }.map { try origin(reading, $0) }
            .filter { final in
                final.stands && final.content.deposits.contains { $0.document == deposit }
            }
    }
}

extension Invoices {
    /// A document that another one refers to.
    struct Origin {
        let document: String
        let invoice: RowID?
        let number: String
        let date: CivilDate
        let kind: DocumentKind
        let client: RowID
        let content: DraftContent
        let totals: Totals
        /// Whether a credit note or a corrective names it.
        let isCorrected: Bool
        /// Whether credit notes took back more of it than there was.
        let isCreditedBeyond: Bool
        /// What credit notes left of it; nothing of what a corrective replaced.
        let left: Remainder

        /// Whether it was neither replaced nor taken back as a whole.
        var stands: Bool { !isCorrected || !left.isNothing }

        /// What is left of it, as a final invoice deducts it.
        var deposit: DraftContent.Deposit {
            DraftContent.Deposit(
                document: document, number: number, date: date, groups: left.groups)
        }
    }

    static func issued(_ reading: Reading, _ ref: InvoiceRef) throws -> Origin {
        guard let document = try ref.document ?? document(reading, of: ref.invoice) else {
            throw BillingFailure.notIssued(ref.invoice)
        }
        return try origin(reading, document.text)
    }

    static func origin(_ reading: Reading, _ document: String) throws -> Origin {
        let record = try reading.rows("SELECT * FROM documents WHERE id = ?", [.text(document)])
            .first
        guard let record, let issued = record.text("content").flatMap(IssuedContent.init),
            let content = try? issued.rows.content(),
            let client = record.text("client").flatMap({ RowID($0) }),
            let date = record.text("date").flatMap({ CivilDate(iso: $0) })
        else {
            throw BillingFailure.damaged(table: "documents", row: document, field: "content")
        }
        var corrections = try reading.rows(
            "SELECT kind, content FROM documents WHERE corrects = ? AND hidden = 0",
            [.text(document)]
        ).map { (kind: $0.text("kind"), content: $0.text("content")) }
        // Reads do not see what the same transaction issued.
        for twin in (reading as? Writing)?.written("documents") ?? []
        where twin["corrects"]?.text == document {
            corrections.append((twin["kind"]?.text, twin["content"]?.text))
        }
        var left = Remainder(of: issued.totals)
        let notes = corrections.filter { $0.kind != DocumentKind.corrective.rawValue }
        for credit in notes.compactMap({ $0.content.flatMap(IssuedContent.init) }) {
            left.take(credit.totals)
        }
        let isReplaced = notes.count < corrections.count
        return Origin(
            document: document, invoice: record.text("invoice").flatMap { RowID($0) },
            number: record.text("number") ?? "", date: date, kind: content.kind, client: client,
            content: content, totals: issued.totals, isCorrected: !corrections.isEmpty,
            isCreditedBeyond: left.isOverdrawn(of: issued.totals),
            left: isReplaced ? left.nothing : left)
    }

    static func ref(_ reading: Reading, document: String) throws -> InvoiceRef? {
        let row = try reading.rows(
            "SELECT invoice FROM documents WHERE id = ? AND hidden = 0", [.text(document)]
        ).first
        guard let invoice = row?.text("invoice").flatMap({ RowID($0) }) else { return nil }
        return InvoiceRef(invoice: invoice, document: RowID(document))
    }

    /// Refuses what corrects a document for another client or in another currency: the money would stand
    /// with two.
    static func check(client: String, _ currency: Currency, correcting origin: Origin) throws {
        guard client == origin.client.text, currency == origin.content.currency else {
            throw BillingFailure.correctsElsewhere(number: origin.number)
        }
    }

    /// Refuses a credit of more than is left of a document under any VAT, and of a deposit that a final
    /// invoice deducts: it would be taken off twice.
    static func check(credit: Totals, against origin: Origin, in reading: Reading) throws {
        if origin.kind == .deposit,
            let final = try finals(reading, deducting: origin.document).first
        {
            throw BillingFailure.depositGone(number: origin.number, final: final.number)
        }
        guard origin.left.holds(credit) else {
            throw BillingFailure.creditTooLarge(
                number: origin.number, open: origin.left.gross, currency: origin.content.currency)
        }
    }

    private static func credited(
        _ wanted: (number: Int, quantity: String?), of content: DraftContent
    ) throws -> DraftContent.Line {
        guard content.lines.indices.contains(wanted.number - 1) else {
            throw BillingFailure.noSuchLine(number: wanted.number, count: content.lines.count)
        }
        let whole = DraftContent(currency: content.currency, lines: content.lines).negated
        var line = whole.lines[wanted.number - 1]
        guard let text = wanted.quantity else { return line }
        let quantity = try Decimal(text, as: .quantity)
        guard quantity > .zero, quantity <= content.lines[wanted.number - 1].quantity else {
            throw BillingFailure.number(.quantity, text: text, .tooLarge)
        }
        line.quantity = Decimal(coefficient: -quantity.coefficient, scale: quantity.scale)
        // Amounts off or on were for the whole line; percentages hold for any part of it.
        line.adjustments.removeAll { $0.percent == nil }
        return line
    }

    private static func creditLine(
        _ text: String, rate: String?, _ origin: Origin
    ) throws -> DraftContent.Line {
        let currency = origin.content.currency
        let amount = try currency.minor(text)
        guard amount > 0 else { throw BillingFailure.paymentNotPositive(text: text) }
        let wanted = try rate.map { try Decimal($0, as: .rate) }
        let groups = origin.totals.groups.filter { wanted == nil || $0.rate == wanted }
        guard groups.count == 1, let group = groups.first else {
            throw BillingFailure.creditRate(
                number: origin.number, amount: text,
                rates: Set(origin.totals.groups.map(\.rate)).sorted())
        }
        return DraftContent.Line(
            name: origin.number, quantity: Decimal(coefficient: -1, scale: 0),
            price: Decimal(coefficient: amount, scale: currency.decimals),
            category: group.category, rate: group.rate)
    }
}
