import Convergence
package import Replication

/// Money that came in: a row per payment, whose parts settle invoices.
package enum Payments {
    /// Records a payment of an invoice. What exceeds the invoice's balance is a credit of the
    /// client; two devices that both record a full payment leave it overpaid, which is shown.
    package static func pay(
        _ writing: Writing, _ ref: InvoiceRef, amount: String, on date: CivilDate?,
        method: String? = nil, reference: String? = nil, note: String? = nil, at moment: Moment
    ) throws -> PaymentResult {
        guard let document = try ref.document ?? Invoices.document(writing, of: ref.invoice) else {
            throw BillingFailure.notIssued(ref.invoice)
        }
        // All payments count, also those of a later day: the balance is what is left to allocate.
        let invoice = try Invoices.show(writing, ref, asOf: .last)
        let minor = try invoice.currency.minor(amount)
        guard minor > 0 else { throw BillingFailure.paymentNotPositive(text: amount) }
        let date = date ?? moment.today
        var fields: [String: Value] = [
            "client": .text(invoice.client), "date": .text(date.iso), "amount": .integer(minor),
            "currency": .text(invoice.currency.code), "created": .integer(moment.milliseconds),
        ]
        let method = try method.map { try PlainText.line($0, .method) }
        let reference = try reference.map { try PlainText.line($0, .reference) }
        let note = try note.map { try PlainText.line($0, .note) }
        for (field, text) in [("method", method), ("reference", reference), ("note", note)] {
            if let text { fields[field] = .text(text) }
        }
        let payment = try writing.insert("payments", fields)
        let allocated = min(minor, max(0, invoice.balance))
        if allocated > 0 {
            _ = try writing.insert(
                "allocations",
                [
                    "payment": .text(payment.text), "invoice": .text(ref.invoice.text),
                    "document": .text(document.text), "amount": .integer(allocated),
                ])
        }
        let number = invoice.number ?? ""
        let facts = InvoiceFacts(
            issued: invoice.issued, due: invoice.due, amount: invoice.sums?.due ?? 0,
            paid: invoice.paid &+ allocated)
        let view = PaymentView(
            id: payment.text, client: invoice.client, clientName: invoice.clientName, date: date,
            amount: minor, currency: invoice.currency, method: method, reference: reference,
            note: note,
            allocations: allocated == 0
                ? []
                : [.init(invoice: ref.invoice.text, number: number, amount: allocated)])
        return PaymentResult(
            payment: view, number: number, balance: invoice.balance &- allocated,
            status: InvoiceStatus(of: facts, on: max(moment.today, invoice.issued ?? .first)))
    }

    /// All payments by date, then in the order of their recording.
    package static func list(_ reading: Reading) throws -> [PaymentView] {
        var allocations: [String: [PaymentView.Allocation]] = [:]
        try reading.each(
            """
            SELECT a.payment, a.invoice, d.number, a.amount
            FROM allocations a LEFT JOIN documents d ON d.id = a.document
            WHERE a.hidden = 0 ORDER BY a.id
            """
        ) { cursor in
            guard let payment = cursor.text(0) else { return }
            allocations[payment, default: []].append(
                PaymentView.Allocation(
                    invoice: cursor.text(1) ?? "", number: cursor.text(2),
                    amount: cursor.integer(3) ?? 0))
        }
        let rows = try reading.rows(
            """
            SELECT p.*, c.name AS clientName
            FROM payments p LEFT JOIN clients c ON c.id = p.client
            WHERE p.hidden = 0 ORDER BY p.date, p.created, p.id
            """)
        return rows.map { record in
            let id = record.text("id") ?? ""
            return PaymentView(
                id: id, client: record.text("client") ?? "",
                clientName: record.text("clientName") ?? "",
                date: record.text("date").flatMap { CivilDate(iso: $0) },
                amount: record.integer("amount") ?? 0,
                currency: record.text("currency").flatMap { try? Currency($0) } ?? .eur,
                method: record.text("method"), reference: record.text("reference"),
                note: record.text("note"), allocations: allocations[id] ?? [])
        }
    }
}
