package import Convergence
package import Replication

/// A receipt: proof that money came in, which is another thing than an invoice.
package struct Receipt: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// The number: `R`, the series of the writer that gave it, a dash and digits.
    package let number: String
    /// The payment as it stood.
    package let payment: PaymentView
    /// The business's name as it stood.
    package let seller: String
    /// When it was written.
    package let date: CivilDate
    /// SHA-256 of what was frozen, in hexadecimal.
    package let hash: String

    /// `id number date hash seller payment`.
    package var json: JSON {
        .members([
            "id": .string(id), "number": .string(number), "date": .string(date.iso),
            "hash": .string(hash), "seller": .string(seller), "payment": payment.json,
        ])
    }

    /// The receipt as a text.
    package func text(_ language: Language) -> String {
        let words = Wording(language: language)
        func label(_ french: String, _ english: String) -> String {
            language == .french ? french : english
        }
        var lines = [
            "\(label("Reçu", "Receipt")) \(number)", "", seller, "",
            "\(label("Reçu de", "Received from")): \(payment.clientName)",
            "\(label("Montant", "Amount")): \(words.amount(payment.amount, payment.currency))",
            "\(label("Le", "On")): \(words.date(payment.date?.iso ?? ""))",
        ]
        if let method = payment.method {
            lines.append("\(words("method")): \(PaymentMethod.printed(method, language))")
        }
        if let reference = payment.reference {
            lines.append("\(words("paymentReference")): \(reference)")
        }
        for allocation in payment.allocations {
            let amount = words.amount(allocation.amount, payment.currency)
            lines.append("\(label("Pour", "For")) \(allocation.number ?? ""): \(amount)")
        }
        if payment.credit > 0 {
            let credit = words.amount(payment.credit, payment.currency)
            lines.append("\(label("À votre crédit", "To your credit")): \(credit)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}

/// Receipts are frozen like invoices, with numbers of the writer's own series.
package enum Receipts {
    /// The receipt of a payment: the one that there is, or a new one.
    package static func issue(
        _ writing: Writing, _ id: RowID, at moment: Moment
    ) throws -> Receipt {
        let payment = try Payments.find(writing, id)
        if let present = try stored(writing, payment) { return present }
        let isWritten = writing.written("receipts").contains { $0["payment"]?.text == id.text }
        guard payment.amount > 0, !isWritten else {
            throw BillingFailure.nothingToAllocate(payment: payment.id)
        }
        let reversed = try writing.rows(
            "SELECT 1 FROM payments WHERE reverses = ? AND hidden = 0", [.text(id.text)])
        guard reversed.isEmpty else { throw BillingFailure.alreadyReversed(payment: payment.id) }
        let claims = try SeriesBook.list(writing)
        let me = String(describing: try writing.writer)
        guard let claim = claims.first(where: { $0.state == .open && $0.writers == [me] }) else {
            throw BillingFailure.noSeries(known: claims.filter { $0.state != .closed })
        }
        let series = "R" + claim.name
        let last = try writing.rows(
            "SELECT max(sequence) AS last FROM receipts WHERE series = ? AND hidden = 0",
            [.text(series)]
        ).first?.integer("last")
        let written = writing.written("receipts").filter { $0["series"]?.text == series }
        let sequence = written.compactMap { $0["sequence"]?.integer }.reduce(last ?? 0, max) &+ 1
        let number = SeriesClaim.number(series, sequence)
        let seller = try Books.settings(writing).name
        let content = JSON.members([
            "number": .string(number), "date": .string(moment.today.iso),
            "seller": .string(seller), "payment": payment.json,
        ]).text
        let hash = ContentHash.hexadecimal(content.utf8)
        let row = try writing.freeze(
            "receipts",
            [
                "payment": .text(payment.id), "series": .text(series),
                "sequence": .integer(sequence), "number": .text(number),
                "date": .text(moment.today.iso), "seller": .text(seller), "hash": .text(hash),
                "content": .text(content),
            ])
        return Receipt(
            id: row.text, number: number, payment: payment, seller: seller, date: moment.today,
            hash: hash)
    }

    private static func stored(
        _ reading: Reading, _ payment: PaymentView
    ) throws -> Receipt? {
        let record = try reading.rows(
            "SELECT * FROM receipts WHERE payment = ? AND hidden = 0 ORDER BY date, number, id",
            [.text(payment.id)]
        ).first
        guard let record, let date = record.text("date").flatMap({ CivilDate(iso: $0) }) else {
            return nil
        }
        // What was handed out says the same for ever, whatever became of payment and client.
        let content = record.text("content").flatMap { try? JSON(reading: Array($0.utf8)) }
        let told = content?["payment"].flatMap { PaymentView(told: $0) }
        return Receipt(
            id: record.text("id") ?? "", number: record.text("number") ?? "",
            payment: told ?? payment, seller: record.text("seller") ?? "", date: date,
            hash: record.text("hash") ?? "")
    }
}
