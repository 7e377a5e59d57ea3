import Convergence
package import Replication

/// What paying late costs a client at a date.
package struct Interest: Equatable, Sendable {
    /// Days with one balance and one rate.
    package struct Period: Equatable, Sendable {
        /// The first and the last day, both counted.
        package let from: CivilDate
        package let to: CivilDate
        /// What was open, in minor units.
        package let balance: Int64
        /// In percent a year.
        package let rate: Decimal
        /// Balance × rate × days / 365, rounded half up.
        package let amount: Int64

        /// How many days.
        package var days: Int { to.days(since: from) + 1 }
    }

    /// The document's number.
    package let number: String
    /// The day that it was computed for.
    package let asOf: CivilDate
    /// When the document fell due.
    package let due: CivilDate
    /// The currency of balance and interest.
    package let currency: Currency
    /// Where the rate comes from: the contract, or the law.
    package let basis: String
    /// In the order of the days.
    package let periods: [Period]
    /// The fee for recovery costs, in euro cents; 0 where none is due.
    package let fee: Int64

    /// The sum of the periods.
    package var interest: Int64 { periods.reduce(0) { $0 &+ $1.amount } }

    /// `number asOf due currency basis interest fee feeCurrency periods`.
    package var json: JSON {
        .members([
            "number": .string(number), "asOf": .string(asOf.iso), "due": .string(due.iso),
            "currency": .string(currency.code), "basis": .string(basis),
            "interest": .string(currency.text(interest)),
            "fee": .string(Currency.eur.text(fee)), "feeCurrency": .string("EUR"),
            "periods": .array(
                periods.map { period in
                    .members([
                        "from": .string(period.from.iso), "to": .string(period.to.iso),
                        "days": .integer(period.days),
                        "balance": .string(currency.text(period.balance)),
                        "rate": .string(period.rate.text),
                        "amount": .string(currency.text(period.amount)),
                    ])
                }),
        ])
    }
}

/// Penalties for paying late.
///
/// Code de commerce art. L441-10, II: between businesses they run from the day after the due date
/// without a reminder, at the contract's rate, which is no less than three times the legal interest
/// rate, or else at the European Central Bank's refinancing rate of the half-year (that of its first
/// day) plus 10 points; and 40 EUR once for each invoice (art. D441-5). For consumers and abroad
/// only what the contract says is due.
package enum Interests {
    /// The points that the law adds to the refinancing rate.
    private static let points = Decimal(coefficient: 10, scale: 0)
    /// The fee of art. D441-5, in cents.
    private static let legalFee: Int64 = 4_000

    /// What paying a document late costs at a date.
    package static func interest(
        _ reading: Reading, _ ref: InvoiceRef, on date: CivilDate
    ) throws -> Interest {
        let origin = try Invoices.issued(reading, ref)
        let view = try Invoices.show(reading, ref, asOf: date)
        guard let due = view.due, !origin.kind.isCredit else {
            throw BillingFailure.notCreditable(number: origin.number, origin.kind)
        }
        let terms = try Conditions(reading, client: origin.client)
        var periods: [Interest.Period] = []
        let changes = try changes(reading, origin)
        if let first = due.adding(days: 1), first <= date {
            periods = try Self.periods(
                from: first, to: date, total: origin.totals.due, changes, terms)
        }
        return Interest(
            number: origin.number, asOf: date, due: due, currency: origin.content.currency,
            basis: terms.basis, periods: periods, fee: periods.isEmpty ? 0 : terms.fee)
    }

    /// What a client is charged by.
    private struct Conditions {
        let contract: Decimal?
        let isFrenchBusiness: Bool
        let fee: Int64
        let rates: [LegalRate]

        var basis: String { contract == nil ? "law" : "contract" }

        init(_ reading: Reading, client: RowID) throws {
            let record = try Clients.stored(reading, client)
            let buyer = ClientView(id: client.text, isRemoved: false) { record.text($0) }
            let seller = try Books.settings(reading)
            let country =
                buyer.country ?? buyer.vatId.map { String($0.prefix(2)) } ?? seller.country
            isFrenchBusiness = buyer.kind != .consumer && (country ?? "FR") == "FR"
            let typed =
                buyer[.penaltyRate] ?? (isFrenchBusiness ? seller.details["penaltyRate"] : nil)
            contract = typed.flatMap { try? Decimal($0, as: .rate) }
            rates = try LegalRates.list(reading)
            let agreed = buyer[.recoveryFee].flatMap { try? Currency.eur.minor($0) }
            fee = agreed ?? (isFrenchBusiness ? legalFee : 0)
            guard contract != nil || isFrenchBusiness else {
                throw BillingFailure.noPenaltyAgreed(client: buyer.name)
            }
        }

        /// The rate on the days of a half-year.
        func rate(in half: CivilDate) throws(BillingFailure) -> Decimal {
            guard let contract else {
                let rate = try LegalRates.rate(LegalRates.refinancing, on: half, among: rates)
                return rate.plus(points)
            }
            guard isFrenchBusiness else { return contract }
            let legal = try LegalRates.rate(LegalRates.professional, on: half, among: rates)
            return max(contract, legal.plus(legal).plus(legal))
        }
    }

    /// What was paid or credited, by the day; what is replaced is taken off as a whole.
    private static func changes(
        _ reading: Reading, _ origin: Invoices.Origin
    ) throws -> [(day: CivilDate, amount: Int64)] {
        let rows = try reading.rows(
            """
            SELECT p.date AS day, a.amount AS amount FROM allocations a
            JOIN payments p ON p.id = a.payment
            WHERE a.document = ?1 AND a.hidden = 0 AND p.hidden = 0
            UNION ALL
            SELECT date, CASE kind WHEN ?2 THEN ?3 ELSE -total END FROM documents
            WHERE corrects = ?1 AND hidden = 0
            ORDER BY 1
            """,
            [
                .text(origin.document), .text(DocumentKind.corrective.rawValue),
                .integer(origin.totals.due),
            ])
        return rows.compactMap { record in
            guard let day = record.text("day").flatMap({ CivilDate(iso: $0) }),
                let amount = record.integer("amount")?.minor
            else { return nil }
            return (day, amount)
        }
    }

    /// Cuts the days wherever the balance or the half-year changes. What is paid on a day is not open
    /// on it any more.
    private static func periods(
        from first: CivilDate, to last: CivilDate, total: Int64,
        _ changes: [(day: CivilDate, amount: Int64)], _ terms: Conditions
    ) throws -> [Interest.Period] {
        var periods: [Interest.Period] = []
        var start = first
        while start <= last {
            let half = start.halfYear
            var end = min(last, half.last)
            if let next = changes.first(where: { $0.day > start && $0.day <= end })?.day,
                let before = next.adding(days: -1)
            {
                end = before
            }
            let settled = changes.filter { $0.day <= start }.reduce(Int64(0)) { $0 &+ $1.amount }
            let balance = total &- settled
            if balance > 0 {
                let rate = try terms.rate(in: half.first)
                let days = end.days(since: start) + 1
                let amount = try Int128(balance).times(Int128(rate.coefficient))
                    .times(Int128(days))
                    .dividedHalfUp(by: 365 * 100 * Int128.powerOfTen(rate.scale)).asMinor()
                periods.append(
                    Interest.Period(
                        from: start, to: end, balance: balance, rate: rate, amount: amount))
            }
            guard let next = end.adding(days: 1) else { break }
            start = next
        }
        return periods
    }
}

extension Decimal {
    /// The sum of two rates.
    func plus(_ other: Decimal) -> Decimal {
        let scale = max(scale, other.scale)
        let sum =
            Int128(coefficient) * Int128.powerOfTen(scale - self.scale)
            + Int128(other.coefficient) * Int128.powerOfTen(scale - other.scale)
        return Decimal(coefficient: Int64(clamping: sum), scale: scale)
    }
}

extension CivilDate {
    /// The first and the last day of the half-year.
    var halfYear: (first: CivilDate, last: CivilDate) {
        let (year, month, _) = parts
        let isFirst = month <= 6
        return (
            CivilDate(year: year, month: isFirst ? 1 : 7, day: 1) ?? self,
            CivilDate(year: year, month: isFirst ? 6 : 12, day: isFirst ? 30 : 31) ?? self
        )
    }
}
