package import Convergence
package import Replication

/// What was between a client and the business over some days, in one currency.
package struct Statement: Equatable, Sendable {
    /// A document or a payment.
    package struct Entry: Equatable, Sendable {
        /// The day.
        package let date: CivilDate
        /// What it is: a kind of document, `payment`, `refund`, `reversal`, `written off`, or
        /// `recovered` for what came of it all the same.
        package let kind: String
        /// The number, or what the payment's reference says.
        package let label: String
        /// What it adds to what the client owes, in minor units.
        package let amount: Int64
        /// What the client owes after it.
        package let balance: Int64
    }

    /// The client's row and name.
    package let client: String
    package let clientName: String
    /// The first and the last day.
    package let from: CivilDate
    package let to: CivilDate
    /// The currency of all amounts.
    package let currency: Currency
    /// What the client owed before the first day.
    package let opening: Int64
    /// In the order of the days.
    package let entries: [Entry]

    /// What the client owes after the last day; negative is a credit.
    package var closing: Int64 { entries.last?.balance ?? opening }

    /// `client clientName from to currency opening closing entries`.
    package var json: JSON {
        .members([
            "client": .string(client), "clientName": .string(clientName),
            "from": .string(from.iso), "to": .string(to.iso), "currency": .string(currency.code),
            "opening": .string(currency.text(opening)), "closing": .string(currency.text(closing)),
            "entries": .array(
                entries.map { entry in
                    .members([
                        "date": .string(entry.date.iso), "kind": .string(entry.kind),
                        "label": .string(entry.label),
                        "amount": .string(currency.text(entry.amount)),
                        "balance": .string(currency.text(entry.balance)),
                    ])
                }),
        ])
    }
}

/// Statements of account.
package enum Statements {
    /// What was between a client and the business, per currency.
    package static func list(
        _ reading: Reading, client: RowID, from: CivilDate, to: CivilDate
    ) throws -> [Statement] {
        guard from <= to else { throw BillingFailure.periodBackwards(from: from, to: to) }
        let name = try Clients.stored(reading, client).text("name") ?? ""
        let rows = try reading.rows(
            """
            SELECT date AS day, currency, kind, number AS label, total AS amount, 0 AS place, id,
                corrects, NULL AS reverses, series AS first_order, sequence AS second_order
            FROM documents WHERE client = ?1 AND hidden = 0 AND date <= ?2
            UNION ALL
            SELECT date, currency, 'payment', reference, -amount, 1, id, NULL, reverses, created,
                reverses IS NOT NULL
            FROM payments WHERE client = ?1 AND hidden = 0 AND date <= ?2
            ORDER BY 1, 6, 10, 11, 7
            """,
            [.text(client.text), .text(to.iso)])
        // What a corrective names may be of the same day, in another series.
        var totals: [String: Int64] = [:]
        for record in rows {
            if let id = record.text("id") { totals[id] = record.integer("amount")?.minor }
        }
        var replaced: Set<String> = []
        var opening: [String: Int64] = [:]
        var balances: [String: Int64] = [:]
        var entries: [String: [Statement.Entry]] = [:]
        func add(
            _ code: String, _ date: CivilDate, _ kind: String, _ label: String, _ amount: Int64
        ) {
            balances[code, default: 0] &+= amount
            if date < from {
                opening[code] = balances[code]
            } else {
                entries[code, default: []].append(
                    Statement.Entry(
                        date: date, kind: kind, label: label, amount: amount,
                        balance: balances[code] ?? 0))
            }
        }
        var givenUp = try WriteOffs.list(reading, client: client, to: to)[...]
        func addGivenUp(before date: CivilDate?) {
            while let next = givenUp.first, date.map({ next.date < $0 }) ?? true {
                let kind = next.amount < 0 ? "written off" : "recovered"
                add(next.currency, next.date, kind, next.number, next.amount)
                givenUp.removeFirst()
            }
        }
        for record in rows {
            guard let code = record.text("currency"),
                let date = record.text("day").flatMap({ CivilDate(iso: $0) }),
                var amount = record.integer("amount")?.minor
            else { continue }
            // A corrective takes the place of what it names: the first one, where two devices each
            // made one.
            if record.text("kind") == DocumentKind.corrective.rawValue,
                let corrects = record.text("corrects"), replaced.insert(corrects).inserted
            {
                amount &-= totals[corrects] ?? 0
            }
            addGivenUp(before: date)
            add(code, date, kind(record, amount), record.text("label") ?? "", amount)
        }
        addGivenUp(before: nil)
        return try balances.keys.sorted().map { code in
            Statement(
                client: client.text, clientName: name, from: from, to: to,
                currency: try Currency(code), opening: opening[code] ?? 0,
                entries: entries[code] ?? [])
        }
    }

    private static func kind(_ record: Record, _ amount: Int64) -> String {
        guard record.text("kind") == "payment" else {
            return record.text("kind").flatMap { DocumentKind(rawValue: $0) }?.words ?? "document"
        }
        if record.text("reverses") != nil { return "reversal" }
        return amount > 0 ? "refund" : "payment"
    }
}
