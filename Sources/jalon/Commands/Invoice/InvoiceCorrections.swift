import ArgumentParser
import Billing

struct InvoiceCredit: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit", abstract: "Draft a credit note on an issued invoice.",
        discussion: """
            All of the invoice, unless lines or an amount are named. It names the invoice by number \
            and date, and takes effect when it is issued: jalon invoice issue.
            """)

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(
        name: .customLong("line"), parsing: .singleValue,
        help: ArgumentHelp("The Nth line, or so much of it; may be repeated.", valueName: "N[=Q]"))
    var lines: [String] = []
    @Option(help: ArgumentHelp("An amount without VAT.", valueName: "amount"))
    var net: String?
    @Option(help: ArgumentHelp("Its VAT rate, where there are several.", valueName: "rate"))
    var rate: String?
    @Option(help: ArgumentHelp("Why; it stands on the credit note.", valueName: "text"))
    var reason: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let part = try part()
        let draft = try session.write(writing) {
            try Invoices.credit(
                $0, try Lookup.invoice($0, invoice, for: .writing), part, reason: reason,
                at: session.moment)
        }
        return .draft(draft)
    }

    private func part() throws -> Invoices.CreditPart {
        if let net {
            guard lines.isEmpty else {
                throw Failure(
                    "lines and an amount cannot be credited at once.",
                    tries: ["leave out --line or --net"], status: .usage)
            }
            return .net(net, rate: rate)
        }
        guard !lines.isEmpty else { return .whole }
        return .lines(
            try lines.map { text in
                let parts = text.split(
                    separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard let number = Int(parts[0]) else {
                    throw Failure(
                        "“\(text)” does not say which line to credit.",
                        tries: ["--line 2, or --line 2=1.5 for a part of it"], status: .badInput)
                }
                return (number, parts.count == 2 ? String(parts[1]) : nil)
            })
    }
}

struct InvoiceCorrect: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "correct", abstract: "Draft an invoice that takes an issued one's place.",
        discussion: "It begins with the same content; edit it, then issue it.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        .draft(
            try session.write(writing) {
                try Invoices.correct(
                    $0, try Lookup.invoice($0, invoice, for: .writing), at: session.moment)
            })
    }
}

struct InvoiceRepeat: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "repeat", abstract: "Draft the same invoice once more.",
        discussion: "Dates, periods and rates of exchange are left out: they were of their time.")

    @Argument(help: ArgumentHelp("Number or id; or give --client.", valueName: "invoice"))
    var invoice: String?
    @Option(help: ArgumentHelp("The latest invoice of this client.", valueName: "client"))
    var client: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        guard (invoice == nil) != (client == nil) else {
            throw Failure(
                "one invoice is repeated, or the latest of one client.",
                tries: ["jalon invoice repeat F-0012", "jalon invoice repeat --client NAME"],
                status: .usage)
        }
        let draft = try session.write(writing) { books in
            let ref =
                try invoice.map { try Lookup.invoice(books, $0, for: .writing) }
                ?? Invoices.latest(
                    books, of: Lookup.client(books, client ?? "", for: .writing))
            return try Invoices.repeat(books, ref, at: session.moment)
        }
        return .draft(draft)
    }
}

extension Answer {
    /// A draft that was just made.
    static func draft(_ invoice: InvoiceView) -> Answer {
        Answer(json: invoice.json) { page in
            let kind = invoice.kind == .invoice ? "Draft" : "Draft of a \(invoice.kind.words)"
            page.line("\(kind) for \(invoice.clientName), \(invoice.total).")
            page.line("Issue it: jalon invoice issue \(invoice.id)", .faint)
        }
    }
}
