import Convergence
package import Replication

/// What a payment in a foreign currency came to in euros, against what its invoice stood for.
package struct ExchangeGain: Equatable, Sendable {
    /// The day of the payment.
    package let date: CivilDate
    /// The invoice's number, and its client's name.
    package let number: String
    package let clientName: String
    /// The currency, and how much of it settles the invoice, in minor units.
    package let currency: Currency
    package let amount: Int64
    /// The euros that this stood for at the invoice's rate of exchange, in cents; nil where the invoice
    /// names none.
    package let invoiced: Int64?
    /// The euros that came, in cents; nil where the payment does not say.
    package let received: Int64?

    /// What was gained, or lost where it is negative; nil where one of both is not known.
    package var gain: Int64? {
        guard let invoiced, let received else { return nil }
        return received &- invoiced
    }

    /// `date number clientName currency amount invoiced received gain`, the last three in euros.
    package var json: JSON {
        .members([
            "date": .string(date.iso), "number": .string(number),
            "clientName": .string(clientName), "currency": .string(currency.code),
            "amount": .string(currency.text(amount)),
            "invoiced": .text(invoiced.map(Currency.eur.text)),
            "received": .text(received.map(Currency.eur.text)),
            "gain": .text(gain.map(Currency.eur.text)),
        ])
    }
}

/// Gains and losses of exchange.
package enum ExchangeGains {
    /// Every part of a payment in another currency than the euro, by the day of the payment.
    ///
    /// The euros of a payment are split over what it settles, and over what is left of it as credit, in
    /// the proportion of the parts; the last one takes the remaining cents.
    package static func list(
        _ reading: Reading, from: CivilDate, to: CivilDate
    ) throws -> [ExchangeGain] {
        guard from <= to else { throw BillingFailure.periodBackwards(from: from, to: to) }
        let rows = try reading.rows(
            """
            SELECT p.id AS payment, p.date AS day, p.currency AS currency, p.amount AS whole,
                p.euros AS euros, a.amount AS part, d.number AS number, d.content AS content,
                c.name AS client
            FROM payments p JOIN allocations a ON a.payment = p.id AND a.hidden = 0
            JOIN documents d ON d.id = a.document LEFT JOIN clients c ON c.id = p.client
            WHERE p.hidden = 0 AND p.currency <> 'EUR' AND p.date BETWEEN ? AND ?
            ORDER BY p.date, p.created, p.id, \(Payments.allocationOrder)
            """,
            [.text(from.iso), .text(to.iso)])
        var gains: [ExchangeGain] = []
        var start = rows.startIndex
        while start < rows.endIndex {
            let payment = rows[start].text("payment")
            let end = rows[start...].firstIndex { $0.text("payment") != payment } ?? rows.endIndex
            gains += Self.gains(rows[start..<end])
            start = end
        }
        return gains
    }

    /// Those of one payment.
    private static func gains(_ rows: ArraySlice<Record>) -> [ExchangeGain] {
        guard let first = rows.first, let date = first.text("day").flatMap({ CivilDate(iso: $0) }),
            let currency = first.text("currency").flatMap({ try? Currency($0) }),
            let whole = first.integer("whole")?.minor
        else { return [] }
        let parts = rows.map { $0.integer("part")?.minor ?? 0 }
        let rest = parts.reduce(whole) { $0 &- $1 }
        let shares = (parts + (rest == 0 ? [] : [rest])).map { whole < 0 ? 0 &- $0 : $0 }
        // What another program wrote may not be parts of a whole: then nothing is known of them.
        let euros = first.integer("euros")?.minor.flatMap {
            try? Splitting.split($0, shares: shares)
        }
        return rows.enumerated().map { index, record in
            let exchange = record.text("content").flatMap { try? JSON(reading: Array($0.utf8)) }?[
                "invoice"]?["exchange"]?.string
            return ExchangeGain(
                date: date, number: record.text("number") ?? "",
                clientName: record.text("client") ?? "", currency: currency, amount: parts[index],
                invoiced: exchange.flatMap { try? currency.inEuros(parts[index], rate: $0) },
                received: euros?[index])
        }
    }
}

extension Currency {
    /// An amount in cents of the euro at a rate, euros for one unit; half up on the absolute value.
    func inEuros(_ minor: Int64, rate text: String) throws(BillingFailure) -> Int64 {
        let rate = try Decimal(text, as: .price)
        return try Int128(minor).times(Int128(rate.coefficient)).times(100)
            .dividedHalfUp(
                by: Int128.powerOfTen(rate.scale).times(Int128.powerOfTen(decimals))
            ).asMinor()
    }
}
