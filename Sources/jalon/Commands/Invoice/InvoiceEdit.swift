import ArgumentParser
import Billing
import Convergence

struct InvoiceEdit: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change a draft.",
        discussion: "Lines are counted from 1, as invoice show lists them.")

    @Argument(help: ArgumentHelp("The draft's id, or its client.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("Another client.", valueName: "client"))
    var client: String?
    @Option(
        name: .customLong("line"), parsing: .singleValue,
        help: ArgumentHelp("A further line; may be repeated.", valueName: "line"))
    var lines: [String] = []
    @Option(
        name: .customLong("set-line"), parsing: .singleValue,
        help: ArgumentHelp("Another line in place of the Nth.", valueName: "N=line"))
    var replacements: [String] = []
    @Option(
        name: .customLong("remove-line"), parsing: .singleValue,
        help: ArgumentHelp("Take the Nth line away.", valueName: "N"))
    var removals: [Int] = []
    @OptionGroup var details: DraftDetails
    @Flag(
        name: .customLong("remove-discounts"),
        help: "Take discounts and charges of the whole away first.")
    var removesDiscounts = false
    @Flag(name: .customLong("remove-deposits"), help: "Take the deducted deposits away first.")
    var removesDeposits = false
    @Option(help: ArgumentHelp(#"When it is to be paid; "" leaves it open."#, valueName: "date"))
    var due: String?
    @Option(help: ArgumentHelp("What was paid before.", valueName: "amount"))
    var prepaid: String?
    @Option(help: ArgumentHelp("What rounds the sum.", valueName: "amount"))
    var rounding: String?
    @Option(
        help: ArgumentHelp("Take the whole content from a JSON file, or - .", valueName: "file"))
    var from: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = due?.isEmpty == true ? nil : try session.date(due)
        let file = try from.map {
            try InputFile.bytes($0, limit: DraftFiles.limit, what: "a draft")
        }
        let typed = try details.fields(session)
        let edited = try session.write(writing) { books in
            let row = try Lookup.draft(books, invoice, for: .writing).invoice
            var edit = Billing.InvoiceEdit()
            edit.client = try client.map { try Lookup.client(books, $0, for: .writing) }
            if due != nil { edit.due = date.map { .set($0) } ?? .clear }
            let draft = try Invoices.show(
                books, InvoiceRef(invoice: row, document: nil), asOf: session.today)
            let owner =
                try edit.client ?? RowID(draft.client)
                ?? Lookup.client(books, draft.client, for: .reading)
            let defaults = try Clients.lineDefaults(books, for: owner)
            func line(_ text: String) throws -> DraftContent.Line {
                try DraftContent.Line(syntax: text, defaults: defaults, currency: draft.currency)
            }
            edit.append = try lines.map(line)
            edit.replace = try replacedLines(line)
            edit.adjust = try details.adjustments(
                draft.currency, draft.lines.map(\.line) + edit.append)
            edit.removesAdjustments = removesDiscounts
            edit.deduct = try details.deposits(books)
            edit.removesDeposits = removesDeposits
            edit.details = typed
            edit.remove = Set(removals)
            edit.prepaid = prepaid
            edit.rounding = rounding
            let currency = try Billing.Books.settings(books).currency
            edit.content = try file.map { try DraftContent(file: $0, currency: currency) }
            return try Invoices.edit(books, row, edit)
        }
        return Answer(
            json: edited.json,
            line: "Changed the draft for \(edited.clientName): \(edited.total) now.")
    }

    private func replacedLines(
        _ line: (String) throws -> DraftContent.Line
    ) throws -> [Int: DraftContent.Line] {
        var result: [Int: DraftContent.Line] = [:]
        for text in replacements {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let number = Int(parts[0]), result[number] == nil else {
                throw Failure(
                    "“\(text)” does not say which line to replace.",
                    tries: [#"--set-line "2=Design; 3; 450.00; 20""#], status: .badInput)
            }
            result[number] = try line(String(parts[1]))
        }
        return result
    }
}
