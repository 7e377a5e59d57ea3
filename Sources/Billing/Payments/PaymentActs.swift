package import Convergence
package import Replication

/// What a payment settles, as typed: an invoice, and how much of the payment; nil is what is open.
package struct AllocationInput: Sendable {
    /// The invoice.
    package let invoice: InvoiceRef
    /// How much, as typed.
    package let amount: String?

    /// Makes an input.
    package init(invoice: InvoiceRef, amount: String?) {
        self.invoice = invoice
        self.amount = amount
    }
}

extension Payments {
    /// Records a payment of a client, over several invoices, or over the oldest ones, or none: what is
    /// not allocated is a credit of the client.
    package static func add(
        _ writing: Writing, client: RowID, amount: String, currency: Currency?,
        for inputs: [AllocationInput], oldestFirst: Bool = false, on date: CivilDate?,
        method: String? = nil, reference: String? = nil, note: String? = nil,
        euros: String? = nil, at moment: Moment
    ) throws -> PaymentView {
        let usual = try Clients.currency(writing, of: client)
        let currency = currency ?? usual
        let minor = try currency.minor(amount)
        guard minor > 0 else { throw BillingFailure.paymentNotPositive(text: amount) }
        let parts =
            oldestFirst
            ? try oldest(writing, client: client, minor, currency)
            : try parts(writing, inputs, of: client, left: minor, currency)
        return try record(
            writing,
            PaymentView(
                id: "", client: client.text,
                clientName: try Clients.stored(writing, client).text("name") ?? "",
                date: date ?? moment.today, amount: minor, currency: currency,
                method: try method.map { try PaymentMethod.checked($0) },
                reference: try reference.map { try PlainText.line($0, .reference) },
                note: try note.map { try PlainText.line($0, .note) },
                allocations: parts.map(\.allocation),
                euros: try Self.euros(euros, currency)),
            documents: parts.map(\.document), at: moment)
    }

    /// Allocates what is left of a payment: `nothingToAllocate` of one that was taken back, or whose
    /// money went back to the client since.
    package static func allocate(
        _ writing: Writing, _ id: RowID, to inputs: [AllocationInput]
    ) throws -> PaymentView {
        let payment = try find(writing, id)
        guard payment.amount > 0, let client = RowID(payment.client),
            try reversal(writing, of: id) == nil
        else { throw BillingFailure.nothingToAllocate(payment: payment.id) }
        // A refund is of the client's credit, not of one payment: what is spent is nobody's any more.
        let left = min(payment.credit, try credit(writing, of: client, payment.currency))
        guard left > 0 else { throw BillingFailure.nothingToAllocate(payment: payment.id) }
        let parts = try parts(writing, inputs, of: client, left: left, payment.currency)
        guard !parts.isEmpty else { throw BillingFailure.nothingToChange }
        for part in parts { try allocate(writing, part, to: payment.id) }
        return payment.with(payment.allocations + parts.map(\.allocation))
    }

    /// Undoes a payment by a row that takes it and its allocations back; nothing is erased.
    ///
    /// The row follows from the payment, so that two devices which take it back have taken it back once.
    /// It bears a day on which the payment was there: `beforePayment` for an earlier one. What was
    /// allocated elsewhere while it was taken back is taken back by a second call; `alreadyReversed`
    /// where nothing is left of it.
    package static func reverse(
        _ writing: Writing, _ id: RowID, reason: String?, on date: CivilDate?, at moment: Moment
    ) throws -> PaymentView {
        let payment = try find(writing, id)
        let former = try reversal(writing, of: id)
        let parts = try standing(writing, of: id)
        // What was a refund settles other documents than the money that it gave out.
        guard payment.reverses == nil, former == nil || payment.amount > 0 && !parts.isEmpty else {
            throw BillingFailure.alreadyReversed(payment: payment.id)
        }
        if let former { return try takeBack(writing, parts, by: former) }
        if let date, let paid = payment.date, date < paid {
            throw BillingFailure.beforePayment(payment: payment.id, date: date, paid: paid)
        }
        // What orders lists must be the same on both devices.
        let created = try writing.rows(
            "SELECT created FROM payments WHERE id = ?", [.text(id.text)]
        ).first?.integer("created")
        return try record(
            writing,
            PaymentView(
                id: "", client: payment.client, clientName: payment.clientName,
                date: date ?? max(moment.today, payment.date ?? .first), amount: -payment.amount,
                currency: payment.currency, method: payment.method, reference: payment.reference,
                note: try reason.map { try PlainText.line($0, .reason) },
                allocations: parts.map(\.allocation.negated), reverses: payment.id,
                euros: payment.euros.map { -$0 }),
            documents: parts.map(\.document), keys: [.text("reversal"), .text(payment.id)],
            at: Moment(today: moment.today, milliseconds: created ?? 0))
    }

    /// Records money that went back to a client, out of the client's credit.
    package static func refund(
        _ writing: Writing, client: RowID, amount: String, currency: Currency?,
        on date: CivilDate?, method: String? = nil, reference: String? = nil, note: String? = nil,
        at moment: Moment
    ) throws -> PaymentView {
        let usual = try Clients.currency(writing, of: client)
        let currency = currency ?? usual
        let minor = try currency.minor(amount)
        guard minor > 0 else { throw BillingFailure.paymentNotPositive(text: amount) }
        let credit = try credit(writing, of: client, currency)
        guard minor <= credit else {
            throw BillingFailure.refundTooLarge(open: credit, currency: currency)
        }
        return try record(
            writing,
            PaymentView(
                id: "", client: client.text,
                clientName: try Clients.stored(writing, client).text("name") ?? "",
                date: date ?? moment.today, amount: -minor, currency: currency,
                method: try method.map { try PaymentMethod.checked($0) },
                reference: try reference.map { try PlainText.line($0, .reference) },
                note: try note.map { try PlainText.line($0, .note) }, allocations: []),
            documents: [], at: moment)
    }

    /// One payment.
    package static func find(_ reading: Reading, _ id: RowID) throws -> PaymentView {
        guard let payment = try list(reading, id: id).first else {
            throw BillingFailure.notFound(.payment, text: id.text, suggestions: [])
        }
        return payment
    }
}

extension Payments {
    struct Part {
        let allocation: PaymentView.Allocation
        let document: String
    }

    static func allocate(
        _ writing: Writing, _ part: Part, to payment: String, isDerived: Bool = false
    ) throws {
        let fields: [String: Value] = [
            "payment": .text(payment), "invoice": .text(part.allocation.invoice),
            "document": .text(part.document), "amount": .integer(part.allocation.amount),
        ]
        if isDerived {
            _ = try writing.insertDerived(
                "allocations", keys: keys(part, of: payment), fields)
        } else {
            _ = try writing.insert("allocations", fields)
        }
    }

    /// What a client has as credit, in minor units of a currency.
    private static func credit(
        _ reading: Reading, of client: RowID, _ currency: Currency
    ) throws -> Int64 {
        try Ledger.owed(reading, asOf: .last, client: client).clients
            .first { $0.sums.currency == currency }?.sums.credit ?? 0
    }

    /// The row that takes a payment back.
    private static func reversal(_ reading: Reading, of payment: RowID) throws -> RowID? {
        try reading.rows(
            "SELECT id FROM payments WHERE reverses = ? AND hidden = 0 ORDER BY id",
            [.text(payment.text)]
        ).first?.text("id").flatMap { RowID($0) }
    }

    /// What a payment settles, each document once; less what its reversal took back, if there is one.
    static func standing(_ reading: Reading, of payment: RowID) throws -> [Part] {
        try reading.rows(
            """
            SELECT a.invoice, a.document, d.number, sum(a.amount) AS amount
            FROM allocations a LEFT JOIN documents d ON d.id = a.document
            WHERE a.payment IN (
                    SELECT id FROM payments WHERE (id = ?1 OR reverses = ?1) AND hidden = 0)
                AND a.hidden = 0 AND \(Currency.isMinor("a.amount"))
            GROUP BY a.invoice, a.document HAVING sum(a.amount) <> 0
            ORDER BY \(allocationOrder)
            """,
            [.text(payment.text)]
        ).map { record in
            Part(
                allocation: .init(
                    invoice: record.text("invoice") ?? "", number: record.text("number"),
                    amount: record.integer("amount") ?? 0),
                document: record.text("document") ?? "")
        }
    }

    /// Lets a reversal take back further parts. It has one row for each document, so that two devices
    /// take them back once.
    private static func takeBack(
        _ writing: Writing, _ parts: [Part], by reversal: RowID
    ) throws -> PaymentView {
        for part in parts {
            let row = RowIDs.derived("allocations", keys: keys(part, of: reversal.text))
            let taken = try writing.rows(
                "SELECT amount FROM allocations WHERE id = ? AND hidden = 0",
                [row.map { .text($0.text) } ?? .null]
            ).first?.integer("amount")?.minor
            let whole = PaymentView.Allocation(
                invoice: part.allocation.invoice, number: part.allocation.number,
                amount: (taken ?? 0) &- part.allocation.amount)
            try allocate(
                writing, Part(allocation: whole, document: part.document), to: reversal.text,
                isDerived: true)
        }
        let view = try find(writing, reversal)
        return view.with(view.allocations + parts.map(\.allocation.negated))
    }

    /// What the derived row of a part follows from.
    private static func keys(_ part: Part, of payment: String) -> [Value] {
        [.text(payment), .text(part.document)]
    }

    /// The parts that were typed: each within what is open of its invoice and what is left.
    private static func parts(
        _ reading: Reading, _ inputs: [AllocationInput], of client: RowID, left: Int64,
        _ currency: Currency
    ) throws -> [Part] {
        var left = left
        var parts: [Part] = []
        var seen: Set<String> = []
        for input in inputs {
            let view = try Invoices.show(reading, input.invoice, asOf: .last)
            guard let document = view.document, let number = view.number else {
                throw BillingFailure.notIssued(input.invoice.invoice)
            }
            guard view.client == client.text, view.currency == currency,
                seen.insert(document).inserted
            else { throw BillingFailure.allocationElsewhere(number: number) }
            let open = max(0, view.balance)
            let wanted = try input.amount.map { try currency.minor($0) } ?? min(open, left)
            guard wanted > 0, wanted <= open else {
                throw BillingFailure.allocationTooLarge(
                    number: number, open: open, currency: currency)
            }
            guard wanted <= left else {
                throw BillingFailure.allocationTooLarge(
                    number: number, open: left, currency: currency)
            }
            left &-= wanted
            parts.append(
                Part(
                    allocation: .init(invoice: view.id, number: number, amount: wanted),
                    document: document))
        }
        return parts
    }

    private static func oldest(
        _ reading: Reading, client: RowID, _ minor: Int64, _ currency: Currency
    ) throws -> [Part] {
        var left = minor
        var parts: [Part] = []
        let open = try Ledger.owed(reading, asOf: .last, client: client).clients
            .filter { $0.sums.currency == currency }.flatMap(\.invoices)
        for invoice in open where invoice.balance > 0 && left > 0 {
            let part = min(invoice.balance, left)
            left &-= part
            parts.append(
                Part(
                    allocation: .init(
                        invoice: invoice.id, number: invoice.number, amount: part),
                    document: invoice.document))
        }
        return parts
    }
}

extension PaymentView.Allocation {
    /// The same taken back.
    fileprivate var negated: Self { Self(invoice: invoice, number: number, amount: -amount) }
}
