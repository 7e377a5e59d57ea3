import ArgumentParser
import Billing
import Convergence
import Replication

struct InvoiceSend: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Note that an invoice went to the client, with its text.",
        discussion: """
            Prints a message for the client's billing address to send by whatever you use, and the \
            invoice as a file with --output. Until a date is given it counts as sent today.
            """)

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("To whom, if another.", valueName: "address"))
    var to: String?
    @Option(help: ArgumentHelp("When.", valueName: "date"))
    var on: String?
    @Option(help: ArgumentHelp("Where to write the invoice.", valueName: "file"))
    var output: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on)
        let replica = try session.replica(for: .writing)
        let (event, message) = try session.write(writing) { books in
            let ref = try Lookup.invoice(books, invoice, for: .writing)
            let message = try Message(books, ref, to: to, asOf: session.today)
            let event = try Events.add(
                books, ref, .sent, on: date, with: message.to, at: session.moment)
            // The file before the commit: what the books say went out is there.
            if let output, !writing.dryRun { try Files.write(message.document, to: output) }
            return (event, message)
        }
        let isOnlyHere = try replica.isOnlyHere("documents", message.row)
        if isOnlyHere {
            session.output.notice(
                "\(event.number) is on this machine alone: jalon sync, before it is lost with it.")
        }
        let json = event.json.adding([
            "to": .text(message.to), "subject": .string(message.subject),
            "message": .string(message.body), "file": .text(output),
            "onlyHere": .bool(isOnlyHere),
        ])
        return Answer(json: json) { page in
            page.line("Noted that \(event.number) was sent on \(event.date.iso).", .good)
            page.facts([
                ("to", message.to ?? "nobody yet: --to ADDRESS"),
                ("subject", message.subject), ("file", output),
            ])
            page.line()
            for line in message.body.split(separator: "\n", omittingEmptySubsequences: false) {
                page.line(String(line))
            }
        }
    }

    /// What is written to the client.
    private struct Message {
        let to: String?
        let subject: String
        let body: String
        let document: String
        let row: RowID

        init(_ books: Reading, _ ref: InvoiceRef, to: String?, asOf date: CivilDate) throws {
            let view = try Invoices.show(books, ref, asOf: date)
            guard let row = view.document.flatMap({ RowID($0) }), let number = view.number else {
                throw BillingFailure.notIssued(ref.invoice)
            }
            let content = try Invoices.content(books, row)
            guard let document = DocumentText(content: content, format: .text, language: nil) else {
                throw BillingFailure.damaged(table: "documents", row: row.text, field: "content")
            }
            self.row = row
            self.document = document.text(
                try Templates.chosen(nil, .text, document.language))
            let seller = try Billing.Books.settings(books).name
            // The address of today: who moved since must get it too.
            let client = RowID(view.client)
            let known = try client.flatMap {
                try Clients.show(books, $0, asOf: date).client
            }
            self.to = try to.map(Identifiers.email) ?? known?[.billingEmail] ?? known?.email
            let letter = document.letter(seller: seller, number: number)
            (subject, body) = (letter.subject, letter.body)
        }
    }
}

struct InvoiceAssign: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign", abstract: "Say who sees that an invoice is paid: one person.",
        discussion: """
            Everybody's invoices: jalon invoice list --where "owner=Anna" or jalon owed --owner Anna. \
            Who sees to new ones: jalon me set --owner NAME, and for one client jalon client edit \
            CLIENT --owner NAME.
            """)

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Argument(help: ArgumentHelp("Who from now on.", valueName: "name"))
    var owner: String
    @Option(help: ArgumentHelp("Since when; today unless given.", valueName: "date"))
    var on: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on)
        let view = try session.write(writing) { books in
            try Owners.assign(
                books, try Lookup.invoice(books, invoice, for: .writing), to: owner, on: date,
                at: session.moment)
        }
        return Answer(json: view.json, line: "\(view.owner ?? "") sees to \(view.label) now.")
    }
}

/// What happens with an invoice after it was issued: one command for each kind of fact.
struct InvoiceNote: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Note a talk or a promise beside an invoice.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Argument(help: ArgumentHelp("What was said.", valueName: "text"))
    var text: String
    @OptionGroup var fact: FactOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try fact.answer(session, writing, invoice, .note, text: text)
    }
}

struct InvoiceDispute: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "dispute", abstract: "Note that the client disputes an invoice.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var because: String?
    @OptionGroup var fact: FactOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try fact.answer(session, writing, invoice, .disputed, text: because)
    }
}

struct InvoiceSettle: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "settle", abstract: "Note that a dispute is settled.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("How.", valueName: "text"))
    var because: String?
    @OptionGroup var fact: FactOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try fact.answer(session, writing, invoice, .settled, text: because)
    }
}

struct InvoiceExtend: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "extend", abstract: "Note that you gave the client more time.",
        discussion: "The due date stays on the invoice, which goes on counting as overdue.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("Until when.", valueName: "date"))
    var to: String
    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var because: String?
    @OptionGroup var fact: FactOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try fact.answer(
            session, writing, invoice, .extended, until: try session.date(to), text: because)
    }
}

struct InvoiceWriteOff: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "write-off", abstract: "Note that nothing more is expected of an invoice.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var because: String?
    @OptionGroup var fact: FactOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try fact.answer(session, writing, invoice, .writtenOff, text: because)
    }
}

/// What every fact may have.
struct FactOptions: ParsableArguments {
    @Option(help: ArgumentHelp("When; today unless given.", valueName: "date"))
    var on: String?
    @Option(help: ArgumentHelp("With whom.", valueName: "name"))
    var with: String?

    func answer(
        _ session: Session, _ writing: WriteOptions, _ invoice: String, _ kind: EventKind,
        until: CivilDate? = nil, text: String?
    ) throws -> Answer {
        let date = try session.date(on)
        let event = try session.write(writing) { books in
            try Events.add(
                books, try Lookup.invoice(books, invoice, for: .writing), kind, on: date,
                until: until, with: with, text: text?.withLineBreaks, at: session.moment)
        }
        let rest = event.until.map { " until \($0.iso)" } ?? ""
        return Answer(
            json: event.json,
            line: "Noted for \(event.number) on \(event.date.iso): \(kind.rawValue)\(rest).")
    }
}

struct InvoiceLog: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show what happened with an invoice: money and talks.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let entries = try session.read { books in
            try History.list(books, of: try Lookup.invoice(books, invoice, for: .reading))
        }
        return try Answer(json: .array(entries.map(\.json))) { page in
            var table = Table([
                .left("DATE"), .left("WHAT"), .right("AMOUNT"), .right("OPEN"), .left("WITH"),
                .left("TEXT"),
            ])
            for entry in entries {
                table.add([
                    Cell(entry.date.iso),
                    Cell(
                        entry.kind
                            + (entry.until.map {
                                (entry.kind == EventKind.debited.rawValue ? " for " : " until ")
                                    + $0
                            } ?? ""), .strong),
                    Cell(entry.amount.map { entry.currency.text($0) } ?? ""),
                    Cell(entry.balance.map { entry.currency.text($0) } ?? ""),
                    Cell(entry.with ?? ""), Cell(entry.words),
                ])
            }
            page.table(table, none: "Nothing happened with it yet.")
        }.shown(as: form, in: session)
    }
}

extension History.Entry {
    /// What was written about it, on one line.
    fileprivate var words: String {
        [reference, text?.replacing("\n", with: " "), receipt.map { "receipt \($0)" }]
            .compactMap(\.self).joined(separator: ", ")
    }
}

struct InvoiceInterest: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "interest", abstract: "Compute what paying late costs the client.",
        discussion: """
            Between businesses in France: the contract's rate, else the central bank's plus 10 points, \
            and 40 EUR once. For others only what their contract says (jalon client edit --penalty-rate).
            """)

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("Up to which day; today unless given.", valueName: "date"))
    var on: String?
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on) ?? session.today
        let interest = try session.read {
            try Interests.interest($0, try Lookup.invoice($0, invoice, for: .reading), on: date)
        }
        return Answer(json: interest.json) { page in
            guard !interest.periods.isEmpty else {
                return page.line("\(interest.number) is not late on \(date.iso).", .good)
            }
            var table = Table([
                .left("FROM"), .left("TO"), .right("DAYS"), .right("OPEN"), .right("RATE"),
                .right("INTEREST"),
            ])
            let currency = interest.currency
            for period in interest.periods {
                table.add([
                    Cell(period.from.iso), Cell(period.to.iso), Cell("\(period.days)"),
                    Cell(currency.text(period.balance)), Cell("\(period.rate.text) %"),
                    Cell(currency.text(period.amount)),
                ])
            }
            page.table(table, none: "")
            page.line(
                "Interest by \(interest.basis): \(currency.text(interest.interest)) \(currency.code),"
                    + " and a fee of \(Currency.eur.text(interest.fee)) EUR.", .strong)
        }
    }
}
