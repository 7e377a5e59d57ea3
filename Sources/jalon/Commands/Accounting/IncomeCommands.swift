import ArgumentParser
import Billing

struct IncomeCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "income", abstract: "What came in and what is still to come, month by month.",
        discussion: """
            Received is what was paid in the month, less what was taken or paid back. Expected is what is \
            open of the invoices that fall due in it, or to which you gave more time until then; of a client \
            with a pay day (jalon client edit --pay-day) that on the next pay day whose cut-off they met. \
            What was expected before the first month stands before it. The two are never added up.
            """)

    @Option(help: ArgumentHelp("The first day; that of the year unless given.", valueName: "date"))
    var from: String?
    @Option(help: ArgumentHelp("The last day; as far as it goes unless given.", valueName: "date"))
    var to: String?
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let last = try session.date(to)
        let year = (last ?? session.today).parts.year
        let first = try session.date(from) ?? CivilDate(year: year, month: 1, day: 1) ?? .first
        let months = try session.read {
            try Incomes.list($0, from: first, to: last, asOf: session.today)
        }
        let totals = Incomes.totals(of: months)
        let before = "before \(first.iso.prefix(7))"
        return try Answer(
            json: .members([
                "asOf": .string(session.today.iso), "from": .string(first.iso),
                "to": .text(last?.iso), "months": .array(months.map(\.json)),
                "totals": .array(
                    totals.map {
                        .members([
                            "currency": .string($0.currency.code),
                            "expected": .string($0.currency.text($0.expected)),
                            "received": .string($0.currency.text($0.received)),
                        ])
                    }),
            ])
        ) { page in
            var table = Table([
                .left("MONTH"), .left("IN"), .right("EXPECTED"), .right("RECEIVED"),
            ])
            func add(_ name: String, _ income: Income, _ style: Cell.Style) {
                func text(_ minor: Int64) -> String {
                    minor == 0 ? "" : income.currency.text(minor)
                }
                table.add([
                    Cell(name, style), Cell(income.currency.code),
                    Cell(text(income.expected), style), Cell(text(income.received), style),
                ])
            }
            for month in months { add(month.name ?? before, month, .plain) }
            if months.count > totals.count {
                for total in totals { add("all", total, .strong) }
            }
            page.table(table, none: "Nothing came in, and nothing is expected.")
        }.shown(as: form, in: session) {
            [["month", "currency", "expected", "received"]]
                + months.map {
                    [
                        $0.name ?? "", $0.currency.code, $0.currency.text($0.expected),
                        $0.currency.text($0.received),
                    ]
                }
        }
    }
}

struct ExchangeCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "exchange",
        abstract: "What payments in other currencies gained or lost in euros.",
        discussion: """
            Compares what an invoice stood for at its own rate (jalon invoice edit --exchange) with the \
            euros that came (jalon pay --euros).
            """)

    @OptionGroup var period: PeriodOptions
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let (first, last) = try period.days(session)
        let gains = try session.read { try ExchangeGains.list($0, from: first, to: last) }
        let known = gains.compactMap(\.gain)
        let sum = known.reduce(0) { $0 &+ $1 }
        let unknown = gains.count - known.count
        return try Answer(
            json: .members([
                "from": .string(first.iso), "to": .string(last.iso),
                "gains": .array(gains.map(\.json)), "gain": .string(Currency.eur.text(sum)),
                "unknown": .integer(unknown),
            ])
        ) { page in
            var table = Table([
                .left("DATE"), .left("CLIENT", drops: 1), .left("INVOICE"), .right("AMOUNT"),
                .right("INVOICED EUR"), .right("CAME EUR"), .right("GAIN"),
            ])
            for gain in gains {
                table.add([
                    Cell(gain.date.iso), Cell(gain.clientName), Cell(gain.number, .strong),
                    Cell("\(gain.currency.text(gain.amount)) \(gain.currency.code)"),
                    Cell(gain.invoiced.map(Currency.eur.text) ?? "?"),
                    Cell(gain.received.map(Currency.eur.text) ?? "?"),
                    Cell(
                        gain.gain.map(Currency.eur.text) ?? "?",
                        (gain.gain ?? 0) < 0 ? .bad : .plain),
                ])
            }
            page.table(table, none: "No payments in other currencies than the euro.")
            if !gains.isEmpty {
                let word = sum < 0 ? "Lost" : "Gained"
                page.line("\(word) \(Currency.eur.text(sum < 0 ? -sum : sum)) EUR.", .strong)
            }
            if unknown > 0 {
                page.line(
                    "\(unknown) of them not counted: the invoice names no rate (--exchange), or the"
                        + " payment no euros (--euros).", .warning)
            }
        }.shown(as: form, in: session)
    }
}
