import Convergence
package import Replication

/// What came in over a month, and what of it is still to come: two columns that are never added up,
/// since what is expected may never arrive.
package struct Income: Equatable, Sendable {
    /// The month's first day; nil for what fell due before the first month and is still open.
    package let month: CivilDate?
    /// The currency of both amounts.
    package let currency: Currency
    /// What is still open of the invoices that fall due in the month, or to which more time was given
    /// until then, in minor units. Of a client with a pay day, that of the invoices whose pay day lies
    /// in the month: the first on or after the day on which they fall due, or until which more time was
    /// given, whose cut-off they met, as in `PayCycle.payment`. They are taken to be sent on the day of
    /// issue where nothing says that it was another.
    package fileprivate(set) var expected: Int64 = 0
    /// The payments of the month, less what was taken back or paid back.
    package fileprivate(set) var received: Int64 = 0

    /// The month as `2026-03`; nil as ``month``.
    package var name: String? { month.map { String($0.iso.prefix(7)) } }

    /// `month currency expected received`.
    package var json: JSON {
        .members([
            "month": .text(name), "currency": .string(currency.code),
            "expected": .string(currency.text(expected)),
            "received": .string(currency.text(received)),
        ])
    }
}

/// Reports of expected and received money.
package enum Incomes {
    /// Each month and currency that has either, in this order, from a day's month on; as the books stood
    /// on a date. Without a last day what is expected goes as far as it goes.
    package static func list(
        _ reading: Reading, from: CivilDate, to: CivilDate? = nil, asOf date: CivilDate
    ) throws -> [Income] {
        if let to, from > to { throw BillingFailure.periodBackwards(from: from, to: to) }
        let first = from.startOfMonth
        var book = Book()
        let courses = try Events.courses(reading, asOf: date)
        let withPayDay = try Clients.withPayDay(reading)
        for client in try Ledger.owed(reading, asOf: date).clients {
            let cycle = withPayDay[client.client]?.payCycle
            for invoice in client.invoices where invoice.balance > 0 {
                let course = courses[invoice.document]
                let day =
                    cycle?.payment(of: invoice, course)?.paid ?? course?.extendedTo ?? invoice.due
                    ?? invoice.issued
                if let to, day > to { continue }
                book.add(
                    day < first ? nil : day.startOfMonth, client.sums.currency,
                    expected: invoice.balance)
            }
        }
        let rows = try reading.rows(
            """
            SELECT substr(date, 1, 7) AS month, currency, sum(amount) AS amount FROM payments
            WHERE hidden = 0 AND date BETWEEN ? AND ?
                AND \(Currency.isMinor("amount"))
            GROUP BY 1, 2
            """,
            [.text(first.iso), .text(min(to ?? date, date).iso)])
        for record in rows {
            guard let month = record.text("month").flatMap({ CivilDate(iso: $0 + "-01") }),
                let currency = record.text("currency").flatMap({ try? Currency($0) })
            else { continue }
            book.add(month, currency, received: record.integer("amount") ?? 0)
        }
        return book.months.values.sorted {
            ($0.month ?? .first, $0.currency.code) < ($1.month ?? .first, $1.currency.code)
        }
    }

    /// The sums of each currency over all months; their month is nil.
    package static func totals(of months: [Income]) -> [Income] {
        var book = Book()
        for month in months {
            book.add(
                nil, month.currency, expected: month.expected, received: month.received)
        }
        return book.months.values.sorted { $0.currency.code < $1.currency.code }
    }

    private struct Book {
        struct Key: Hashable {
            let month: CivilDate?
            let currency: String
        }

        var months: [Key: Income] = [:]

        mutating func add(
            _ month: CivilDate?, _ currency: Currency, expected: Int64 = 0, received: Int64 = 0
        ) {
            let key = Key(month: month, currency: currency.code)
            months[key, default: Income(month: month, currency: currency)].expected &+= expected
            months[key, default: Income(month: month, currency: currency)].received &+= received
        }
    }
}

extension PayCycle {
    /// When an issued invoice is paid after what happened with it, and by when it had to be sent.
    func payment(
        of invoice: OwedClient.Invoice, _ course: Events.Course?
    ) -> (sendBy: CivilDate, paid: CivilDate)? {
        payment(
            of: course?.extendedTo ?? invoice.due ?? invoice.issued,
            sent: course?.sent ?? invoice.issued)
    }
}

extension CivilDate {
    fileprivate var startOfMonth: CivilDate {
        CivilDate(year: parts.year, month: parts.month, day: 1) ?? self
    }
}
