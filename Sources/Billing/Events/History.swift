import Convergence
package import Replication

/// Money and talks about one document, in the order of the days.
package enum History {
    /// Something that happened.
    package struct Entry: Equatable, Sendable {
        package let date: CivilDate
        /// `issued`, `payment`, `reversal`, a kind of document that corrects it, or a kind of event.
        package let kind: String
        package let currency: Currency
        /// What was billed, paid or credited; nil for a talk.
        package let amount: Int64?
        /// What is open after it; nil for a talk.
        package let balance: Int64?
        package let with: String?
        package let text: String?
        /// Until when more time was given.
        package let until: String?
        /// What the bank's line of a payment says, and the number of its receipt.
        package let reference: String?
        package let receipt: String?

        /// `date kind currency amount balance with text until reference receipt`; `with` of a
        /// payment is how it was paid.
        package var json: JSON {
            .members([
                "date": .string(date.iso), "kind": .string(kind),
                "currency": .string(currency.code), "amount": .text(amount.map(currency.text)),
                "balance": .text(balance.map(currency.text)), "with": .text(with),
                "text": .text(text), "until": .text(until),
                "reference": .text(reference), "receipt": .text(receipt),
            ])
        }
    }

    /// What happened with a document.
    package static func list(_ reading: Reading, of ref: InvoiceRef) throws -> [Entry] {
        let origin = try Invoices.issued(reading, ref)
        let rows = try reading.rows(
            """
            SELECT date AS day, 0 AS place, created, 'issued' AS kind, NULL AS amount, NULL AS other,
                NULL AS text, NULL AS until, NULL AS reference, NULL AS payment
            FROM (SELECT date, 0 AS created FROM documents WHERE id = ?1)
            UNION ALL
            SELECT p.date, 1, p.created, CASE WHEN p.reverses IS NULL THEN 'payment' ELSE 'reversal' END,
                a.amount, p.method, p.note, NULL, p.reference, p.id
            FROM allocations a JOIN payments p ON p.id = a.payment
            WHERE a.document = ?1 AND a.hidden = 0 AND p.hidden = 0
            UNION ALL
            SELECT date, 2, 0, kind, -total, NULL, number, NULL, NULL, NULL FROM documents
            WHERE corrects = ?1 AND hidden = 0
            UNION ALL
            SELECT date, 3, created, kind, NULL, "with", text, until, NULL, NULL FROM events
            WHERE document = ?1 AND hidden = 0
            ORDER BY 1, 3, 2
            """,
            [.text(origin.document)])
        let currency = origin.content.currency
        var balance = origin.totals.due
        var isReplaced = false
        return try rows.compactMap { record in
            guard let date = record.text("day").flatMap({ CivilDate(iso: $0) }),
                var kind = record.text("kind")
            else { return nil }
            var amount = record.integer("amount")?.minor
            if let document = DocumentKind(rawValue: kind) {
                // All of it goes with the first corrective, as in the ledger: beside what was paid and
                // what credit notes take off.
                if document == .corrective {
                    amount = isReplaced ? 0 : origin.totals.due
                    isReplaced = true
                }
                kind = document.words
            }
            balance &-= amount ?? 0
            let payment = record.text("payment")
            let receipt = try payment.flatMap { RowID($0) }.flatMap {
                try Receipts.numbers(reading, payment: $0)[$0.text]
            }
            let isMoney = amount != nil || kind == "issued"
            return Entry(
                date: date, kind: kind, currency: currency,
                amount: kind == "issued" ? origin.totals.due : amount,
                balance: isMoney ? balance : nil, with: record.text("other"),
                text: record.text("text"), until: record.text("until"),
                reference: record.text("reference"), receipt: receipt)
        }
    }
}
