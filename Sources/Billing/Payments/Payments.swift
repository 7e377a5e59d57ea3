package import Convergence
package import Replication

/// Money that came in: a row per payment, whose parts settle invoices.
package enum Payments {
    /// Records a payment of an invoice. What exceeds the invoice's balance is a credit of the
    /// client; `euros` is what came of a payment in another currency, as typed. The rows are random, or
    /// follow from keys; two devices that both record a full payment leave it overpaid, which is shown.
    package static func pay(
        _ writing: Writing, _ ref: InvoiceRef, amount: String, on date: CivilDate?,
        method: String? = nil, reference: String? = nil, note: String? = nil,
        euros: String? = nil, keys: [Value]? = nil, at moment: Moment
    ) throws -> PaymentResult {
        guard let document = try ref.document ?? Invoices.document(writing, of: ref.invoice) else {
            throw BillingFailure.notIssued(ref.invoice)
        }
        // All payments count, also those of a later day: the balance is what is left to allocate.
        let invoice = try Invoices.show(writing, ref, asOf: .last)
        let minor = try invoice.currency.minor(amount)
        guard minor > 0 else { throw BillingFailure.paymentNotPositive(text: amount) }
        let allocated = min(minor, max(0, invoice.balance))
        let record = try Self.record(
            writing,
            PaymentView(
                id: "", client: invoice.client, clientName: invoice.clientName,
                date: date ?? moment.today, amount: minor, currency: invoice.currency,
                method: try method.map { try PaymentMethod.checked($0) },
                reference: try reference.map { try PlainText.line($0, .reference) },
                note: try note.map { try PlainText.line($0, .note) },
                allocations: allocated == 0
                    ? []
                    : [
                        .init(
                            invoice: ref.invoice.text, number: invoice.number, amount: allocated)
                    ], euros: try Self.euros(euros, invoice.currency)),
            documents: [document.text], keys: keys, at: moment)
        let day = max(moment.today, invoice.issued ?? .first)
        var facts = InvoiceFacts(
            issued: invoice.issued, due: invoice.due, amount: invoice.sums?.due ?? 0,
            paid: invoice.paid &+ allocated, kind: invoice.kind, credited: invoice.credited)
        facts.take(
            try Events.courses(writing, asOf: day, document: document.text)[document.text])
        return PaymentResult(
            payment: record, number: invoice.number ?? "",
            balance: invoice.balance &- allocated, status: InvoiceStatus(of: facts, on: day))
    }

    /// The euros that a payment in another currency came to, in cents.
    static func euros(_ text: String?, _ currency: Currency) throws(BillingFailure) -> Int64? {
        guard let text else { return nil }
        guard currency != .eur else {
            throw .choice(
                ChoiceFault(
                    field: "euros", text: text, allowed: ["nothing: the payment is in euros"]))
        }
        let minor = try Currency.eur.minor(text)
        guard minor > 0 else { throw .paymentNotPositive(text: text) }
        return minor
    }

    /// Writes a payment and its allocations, and returns it with its id; rows that follow from keys, or
    /// random ones.
    static func record(
        _ writing: Writing, _ payment: PaymentView, documents: [String], keys: [Value]? = nil,
        at moment: Moment
    ) throws -> PaymentView {
        var fields: [String: Value] = [
            "client": .text(payment.client), "amount": .integer(payment.amount),
            "currency": .text(payment.currency.code), "created": .integer(moment.milliseconds),
        ]
        let texts = [
            ("date", payment.date?.iso), ("method", payment.method),
            ("reference", payment.reference), ("note", payment.note),
            ("reverses", payment.reverses),
        ]
        for (field, text) in texts {
            if let text { fields[field] = .text(text) }
        }
        if let euros = payment.euros { fields["euros"] = .integer(euros) }
        let id =
            try keys.map { try writing.insertDerived("payments", keys: $0, fields) }
            ?? writing.insert("payments", fields)
        for (allocation, document) in zip(payment.allocations, documents) {
            try allocate(
                writing, Part(allocation: allocation, document: document), to: id.text,
                isDerived: keys != nil)
        }
        return PaymentView(
            id: id.text, client: payment.client, clientName: payment.clientName,
            date: payment.date, amount: payment.amount, currency: payment.currency,
            method: payment.method, reference: payment.reference, note: payment.note,
            allocations: payment.allocations, reverses: payment.reverses, euros: payment.euros)
    }

    /// The order in which a payment's parts are read: wherever two readings are put side by side.
    static let allocationOrder = "d.date, d.series, d.sequence, a.id"

    /// All payments by date, then in the order of their recording, what takes one back behind it; those
    /// up to a date, or one.
    package static func list(
        _ reading: Reading, id: RowID? = nil, asOf date: CivilDate? = nil
    ) throws -> [PaymentView] {
        let key: Value = id.map { .text($0.text) } ?? .null
        var allocations: [String: [PaymentView.Allocation]] = [:]
        try reading.each(
            """
            SELECT a.payment, a.invoice, d.number, a.amount
            FROM allocations a LEFT JOIN documents d ON d.id = a.document
            WHERE a.hidden = 0 \(id == nil ? "" : "AND a.payment = ?")
            ORDER BY \(allocationOrder)
            """, id == nil ? [] : [key]
        ) { cursor in
            guard let payment = cursor.text(0) else { return }
            allocations[payment, default: []].append(
                PaymentView.Allocation(
                    invoice: cursor.text(1) ?? "", number: cursor.text(2),
                    amount: cursor.integer(3)?.minor ?? 0))
        }
        let rows = try reading.rows(
            """
            SELECT p.*, c.name AS clientName
            FROM payments p LEFT JOIN clients c ON c.id = p.client
            WHERE p.hidden = 0 \(id == nil ? "" : "AND p.id = ?1")
                \(date == nil ? "" : "AND p.date <= ?2")
            ORDER BY p.date, p.created, p.reverses IS NOT NULL, p.id
            """, date.map { [key, .text($0.iso)] } ?? (id == nil ? [] : [key]))
        let tags = id == nil ? try Labels.tags(reading) : [:]
        let receipts = id == nil ? try Receipts.numbers(reading) : [:]
        return rows.map { record in
            let id = record.text("id") ?? ""
            let client = record.text("client") ?? ""
            return PaymentView(
                id: id, client: client,
                clientName: record.text("clientName") ?? "",
                date: record.text("date").flatMap { CivilDate(iso: $0) },
                amount: record.integer("amount")?.minor ?? 0,
                currency: record.text("currency").flatMap { try? Currency($0) } ?? .eur,
                method: record.text("method"), reference: record.text("reference"),
                note: record.text("note"), allocations: allocations[id] ?? [],
                reverses: record.text("reverses"), euros: record.integer("euros")?.minor,
                receipt: receipts[id], clientTags: tags[client] ?? .none)
        }
    }
}
