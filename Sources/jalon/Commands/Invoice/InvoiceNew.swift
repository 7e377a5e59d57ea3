import ArgumentParser
import Billing

struct InvoiceNew: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a draft.",
        discussion: """
            A line is "NAME; QUANTITY [UNIT]; PRICE; RATE[; CATEGORY]", as in "Design; 3 day; 450.00; \
            20". The category is S, or Z at rate 0, unless given; the rate may be left out for a \
            client that has one, or under the franchise. "@CODE; QUANTITY" takes the rest from the \
            rate card (jalon item). Behind it may stand discount=10%: loyalty, charge=5.00, \
            ref=4711-A, from=2026-03-01, to=2026-03-31, base=1000, reason=… and note=….

            A discount or charge of the whole is "10%: loyalty" or "50.00: loyalty; 20", the rate \
            where the lines have several.

            A draft file is JSON: {"currency": "EUR", "lines": [{"name": "Design", "quantity": "3", \
            "unit": "day", "price": "450.00", "priceBase": "1", "category": "S", "rate": "20", \
            "adjustments": [{"charge": false, "amount": "50.00", "reason": "loyalty"}]}], \
            "adjustments": [{"charge": true, "amount": "9.00", "reason": "post", "category": "S", \
            "rate": "20"}], "prepaid": "0.00", "rounding": "0.00"}
            """)

    @Argument(help: ArgumentHelp("Whose invoice: name or id.", valueName: "client"))
    var client: String
    @Option(
        name: .customLong("line"), parsing: .singleValue,
        help: ArgumentHelp("A line; may be repeated.", valueName: "line"))
    var lines: [String] = []
    @OptionGroup var details: DraftDetails
    @Option(help: ArgumentHelp("When it is to be paid.", valueName: "date"))
    var due: String?
    @Flag(help: "A deposit invoice: money in advance, with a number of its own.")
    var deposit = false
    @Option(help: ArgumentHelp("The person who sees to it, if not you.", valueName: "name"))
    var owner: String?
    @Option(help: ArgumentHelp("Another currency than usual.", valueName: "code"))
    var currency: String?
    @Option(help: ArgumentHelp("Take the content from a JSON file, or - .", valueName: "file"))
    var from: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let due = try session.date(due)
        let typed = try details.fields(session)
        let file = try from.map {
            try InputFile.bytes($0, limit: DraftFiles.limit, what: "a draft")
        }
        let invoice = try session.write(writing) { books in
            let row = try Lookup.client(books, client, for: .writing)
            let usual = try Clients.currency(books, of: row)
            let currency = try currency.map { try Currency($0) } ?? usual
            var content =
                try file.map { try DraftContent(file: $0, currency: currency) }
                ?? DraftContent(currency: currency)
            let defaults = try Clients.lineDefaults(books, for: row)
            content.lines += try lines.map {
                try DraftContent.Line(
                    syntax: $0, defaults: defaults, currency: content.currency)
            }
            content.adjustments += try details.adjustments(content.currency, content.lines)
            content.details.merge(try DraftField.details(typed)) { $1 }
            if deposit { content.kind = .deposit }
            content.deposits = try details.deposits(books)
            return try Invoices.new(
                books, client: row, content, due: due, owner: owner, at: session.moment)
        }
        return .draft(invoice)
    }
}

/// How drafts come in files.
enum DraftFiles {
    /// More than any document can hold.
    static let limit = 4 << 20
}
