import ArgumentParser
import Billing
import Glibc
import Replication

struct StatementCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "statement", abstract: "A client's account: what was billed and what came in.")

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @Option(help: ArgumentHelp("The first day; the beginning unless given.", valueName: "date"))
    var from: String?
    @Option(help: ArgumentHelp("The last day; today unless given.", valueName: "date"))
    var to: String?
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let first = try session.date(from) ?? .first
        let last = try session.date(to) ?? session.today
        let statements = try session.read { books in
            try Statements.list(
                books, client: try Lookup.client(books, client, for: .reading), from: first,
                to: last)
        }
        return try Answer(json: .array(statements.map(\.json))) { page in
            for statement in statements {
                let currency = statement.currency
                page.line("\(statement.clientName), \(currency.code)", .strong)
                var table = Table([
                    .left("DATE"), .left("WHAT"), .left("NUMBER"), .right("AMOUNT"),
                    .right("OWED"),
                ])
                table.add([
                    Cell(from == nil ? "" : first.iso), "before", "", "",
                    Cell(currency.text(statement.opening)),
                ])
                for entry in statement.entries {
                    table.add([
                        Cell(entry.date.iso), Cell(entry.kind), Cell(entry.label),
                        Cell(currency.text(entry.amount)), Cell(currency.text(entry.balance)),
                    ])
                }
                page.table(table, none: "")
                let closing = statement.closing
                page.line(
                    closing >= 0
                        ? "Owed on \(last.iso): \(currency.text(closing)) \(currency.code)."
                        : "Credit on \(last.iso): \(currency.text(-closing)) \(currency.code).",
                    .strong)
            }
            if statements.isEmpty { page.line("There was nothing between you yet.") }
        }.shown(as: form, in: session) {
            [["currency", "date", "what", "number", "amount", "owed"]]
                + statements.flatMap { statement in
                    let currency = statement.currency
                    return [
                        [
                            currency.code, from == nil ? "" : first.iso, "before", "", "",
                            currency.text(statement.opening),
                        ]
                    ]
                        + statement.entries.map { entry in
                            [
                                currency.code, entry.date.iso, entry.kind, entry.label,
                                currency.text(entry.amount), currency.text(entry.balance),
                            ]
                        }
                }
        }
    }
}

struct TotalsCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "totals", abstract: "What was invoiced over some days, and in all.",
        discussion: """
            Deposits count with their own invoices, credit notes take off, and what was replaced counts \
            no more.
            """)

    @OptionGroup var period: PeriodOptions
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let (first, last) = try period.days(session)
        let totals = try session.read { try Turnovers.list($0, from: first, to: last) }
        return try Answer(json: .array(totals.map(\.json))) { page in
            for total in totals {
                let currency = total.currency
                page.line("\(first.iso) to \(last.iso), \(currency.code)", .strong)
                var table = Table([.left("VAT"), .right("BASIS"), .right("TAX")])
                for group in total.groups {
                    table.add([
                        Cell("\(group.category.rawValue) \(group.rate.text) %"),
                        Cell(currency.text(group.basis)), Cell(currency.text(group.vat)),
                    ])
                }
                table.add([
                    Cell("documents: \(total.documents)", .strong),
                    Cell(currency.text(total.net), .strong),
                    Cell(currency.text(total.vat), .strong),
                ])
                table.add([
                    Cell("since the beginning: \(total.perpetualDocuments)"),
                    Cell(currency.text(total.perpetualNet)),
                    Cell(currency.text(total.perpetualVAT)),
                ])
                page.table(table, none: "")
            }
            if totals.isEmpty { page.line("Nothing was issued by then.") }
        }.shown(as: form, in: session) {
            [["from", "to", "currency", "category", "rate", "basis", "tax"]]
                + totals.flatMap { total in
                    total.groups.map { group in
                        [
                            first.iso, last.iso, total.currency.code, group.category.rawValue,
                            group.rate.text, total.currency.text(group.basis),
                            total.currency.text(group.vat),
                        ]
                    }
                }
        }
    }
}

struct ArchiveCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "archive", abstract: "Write a closed year into a folder, with its hashes.",
        discussion: """
            The folder can be checked without jalon: sha256sum -c manifest.sha256. The hash of the \
            manifest is noted in the books.
            """)

    @Argument(help: ArgumentHelp("The year, which is over.", valueName: "year"))
    var year: Int
    @Option(help: ArgumentHelp("The folder; jalon-archive-YEAR unless given.", valueName: "folder"))
    var output: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let folder = Folders.absolute(output ?? "jalon-archive-\(year)")
        let archive = try session.write(writing) { books in
            let archive = try Archives.make(books, year: year, today: session.today)
            // The files first: what the books say is there is there.
            if writing.dryRun {
                try Self.check(folder)
            } else {
                try Self.write(archive, to: folder)
            }
            try Archives.record(books, archive, at: session.moment)
            return archive
        }
        return Answer(json: archive.json.adding(["folder": .string(folder)])) { page in
            page.line("\(archive.documents) documents of \(year) are in \(folder).", .good)
            page.line("The hash of its manifest: \(archive.hash)")
            page.line("Check it: cd \(folder) && sha256sum -c \(Archive.manifestPath)", .faint)
        }
    }

    private static func write(_ archive: Archive, to folder: String) throws {
        for path in [folder, folder + "/documents"] {
            guard mkdir(path, 0o700) == 0 else { throw failure(path, errno) }
        }
        for file in archive.files { try Files.write(file.text, to: "\(folder)/\(file.path)") }
        try Files.write(archive.manifest, to: "\(folder)/\(Archive.manifestPath)")
    }

    /// Refuses a folder that could not be made, without making it.
    private static func check(_ folder: String) throws {
        var entry = stat()
        if lstat(folder, &entry) == 0 { throw failure(folder, EEXIST) }
        // A name within it, so that a file in the parent's place is refused as well.
        let parent = folder.split(separator: "/").dropLast().map { "/" + $0 }.joined() + "/."
        guard access(parent, W_OK | X_OK) == 0 else { throw failure(folder, errno) }
    }

    private static func failure(_ path: String, _ code: Int32) -> Failure {
        Failure(
            "the folder \(path) cannot be made: \(SystemError.text(code)).",
            why: code == EEXIST ? "an archive is never written over another" : "",
            tries: ["add --output FOLDER, which is not there yet"], status: .cannotWrite)
    }
}

/// `jalon rate …`.
struct RateCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rate", abstract: "Rates that penalties follow from, with their sources.",
        subcommands: [RateList.self, RateAdd.self], defaultSubcommand: RateList.self)
}

struct RateList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rates.")

    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let rates = try session.read { try LegalRates.list($0) }
        return try Answer(json: .array(rates.map(\.json))) { page in
            var table = Table([
                .left("RATE"), .left("FROM"), .left("TO"), .right("PERCENT"), .left("SOURCE"),
            ])
            for rate in rates {
                table.add([
                    Cell(rate.name), Cell(rate.from.iso), Cell(rate.to.iso),
                    Cell(rate.percent.text(atLeast: 2)), Cell(rate.source),
                ])
            }
            page.table(table, none: "No rates.")
        }.shown(as: form, in: session)
    }
}

struct RateAdd: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a rate that the table lacks, with its source.")

    @Argument(
        help: ArgumentHelp(
            "\(LegalRates.names.joined(separator: ", ")).", valueName: "rate"))
    var name: String
    @Argument(help: ArgumentHelp("Percent a year.", valueName: "percent"))
    var percent: String
    @Option(help: ArgumentHelp("Its first day.", valueName: "date"))
    var from: String
    @Option(help: ArgumentHelp("Its last day.", valueName: "date"))
    var to: String
    @Option(help: ArgumentHelp("Who published it.", valueName: "text"))
    var source: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        guard let first = try session.date(from), let last = try session.date(to) else {
            throw BillingFailure.date(text: from, .empty)
        }
        let rate = try session.write(writing) {
            try LegalRates.add(
                $0, name: name, from: first, to: last, percent: percent, source: source)
        }
        return Answer(
            json: rate.json,
            line: "\(rate.name) is \(rate.percent.text) % from \(rate.from.iso) to \(rate.to.iso).")
    }
}
