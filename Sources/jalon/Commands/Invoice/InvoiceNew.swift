import ArgumentParser
import Billing

struct InvoiceNew: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Write a draft.",
        discussion: """
            A line is "NAME; QUANTITY; PRICE; RATE[; CATEGORY]", as in "Design; 3; 450.00; 20". The \
            category is S, or Z at rate 0, unless given.

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
    @Option(help: ArgumentHelp("When it is to be paid.", valueName: "date"))
    var due: String?
    @Option(help: ArgumentHelp("Take the content from a JSON file, or - .", valueName: "file"))
    var from: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let due = try session.date(due)
        let file = try from.map {
            try InputFile.bytes($0, limit: DraftFiles.limit, what: "a draft")
        }
        let invoice = try session.write(writing) { books in
            let row = try Lookup.client(books, client, for: .writing)
            let currency = try Billing.Books.settings(books).currency
            var content =
                try file.map { try DraftContent(file: $0, currency: currency) }
                ?? DraftContent(currency: currency)
            content.lines += try lines.map { try DraftContent.Line(syntax: $0) }
            return try Invoices.new(books, client: row, content, due: due, at: session.moment)
        }
        return Answer(json: invoice.json) { page in
            page.line("Draft for \(invoice.clientName), \(invoice.total).")
            page.line("Issue it: jalon invoice issue \(invoice.id)", .faint)
        }
    }
}

/// How drafts come in files.
enum DraftFiles {
    /// More than any document can hold.
    static let limit = 4 << 20
}
