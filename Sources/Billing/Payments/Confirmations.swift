import Convergence
package import Replication

extension Payments {
    /// Records what a bank's line or a client's note says of a payment: its reference, day and amount.
    ///
    /// The invoice is the one that the reference names by its number, unless another is given; where it
    /// names none or several, nothing is written and those that may be meant are told. The payment's row
    /// follows from these three facts, so that two devices which enter the same confirmation have
    /// entered one payment; `paymentKnown` where it is there already.
    package static func confirm(
        _ writing: Writing, reference: String, on date: CivilDate, amount: String,
        of given: InvoiceRef? = nil, method: String? = nil, at moment: Moment
    ) throws -> PaymentResult {
        let reference = try PlainText.line(reference, .reference)
        let ref =
            try given
            ?? named(writing, by: reference, amount: amount)
        let currency = try Invoices.show(writing, ref, asOf: .last).currency
        let keys: [Value] = [
            .text("confirmed"), .text(Matcher.folded(reference)), .text(date.iso),
            .integer(try currency.minor(amount)), .text(currency.code),
        ]
        if let row = RowIDs.derived("payments", keys: keys),
            try !writing.rows("SELECT 1 FROM payments WHERE id = ?", [.text(row.text)]).isEmpty
        {
            throw BillingFailure.paymentKnown(id: row.text)
        }
        // What orders lists follows from the facts as well.
        let day = Moment(today: moment.today, milliseconds: Int64(date.day) * 86_400_000)
        return try pay(
            writing, ref, amount: amount, on: date, method: method, reference: reference,
            keys: keys,
            at: day)
    }

    /// The one invoice that a reference names by its number.
    private static func named(
        _ reading: Reading, by reference: String, amount: String
    ) throws -> InvoiceRef {
        var refs: [InvoiceRef] = []
        var candidates: [Candidate] = []
        let words = reference.split { $0.isWhitespace || ",;:.()[]\"'".contains($0) }
        for word in words {
            guard let parts = SeriesClaim.parts(ofNumber: String(word)) else { continue }
            let rows = try reading.rows(
                """
                SELECT d.id AS id, d.invoice AS invoice, d.number AS number, c.name AS client
                FROM documents d LEFT JOIN clients c ON c.id = d.client
                WHERE d.series IN (?1, ?2) AND d.sequence = ?3 AND d.hidden = 0 ORDER BY d.id
                """,
                [
                    .text(parts.series), .text(parts.series.uppercased()),
                    .integer(parts.sequence),
                ])
            for record in rows {
                guard let document = record.text("id").flatMap({ RowID($0) }),
                    let invoice = record.text("invoice").flatMap({ RowID($0) })
                else { continue }
                let ref = InvoiceRef(invoice: invoice, document: document)
                guard !refs.contains(ref) else { continue }
                refs.append(ref)
                candidates.append(
                    Candidate(
                        id: document.text, label: record.text("number") ?? "",
                        detail: record.text("client") ?? ""))
            }
        }
        if refs.count == 1, let ref = refs.first { return ref }
        if refs.isEmpty { candidates = try open(reading, amount) }
        throw BillingFailure.paymentUnmatched(reference: reference, candidates: candidates)
    }

    /// The invoices of which just so much is open; none in a currency that has no such amount, as yen
    /// have no 100.50.
    private static func open(_ reading: Reading, _ amount: String) throws -> [Candidate] {
        try Ledger.owed(reading, asOf: .last).clients.flatMap { client -> [Candidate] in
            let minor: Int64
            do {
                minor = try client.sums.currency.minor(amount)
            } catch BillingFailure.number(_, _, .tooManyDecimals) {
                return []
            }
            return client.invoices.filter { $0.balance == minor }.map {
                Candidate(id: $0.document, label: $0.number, detail: client.name)
            }
        }
    }
}
