import ArgumentParser
import Billing
import Replication

/// What can be said of a draft beside its lines; an empty text clears what stood there.
struct DraftDetails: ParsableArguments {
    @Option(help: ArgumentHelp("The client's purchase order.", valueName: "text"))
    var po: String?
    @Option(help: ArgumentHelp("The client's own reference.", valueName: "text"))
    var reference: String?
    @Option(help: ArgumentHelp("The day of the delivery or the work.", valueName: "date"))
    var delivered: String?
    @Option(name: .customLong("from-day"), help: ArgumentHelp("Its first day.", valueName: "date"))
    var periodFrom: String?
    @Option(name: .customLong("to-day"), help: ArgumentHelp("Its last day.", valueName: "date"))
    var periodTo: String?
    @Option(help: .method("How it is to be paid"), completion: .methods)
    var method: String?
    @Option(help: ArgumentHelp("Where it can be paid at once: https://…", valueName: "address"))
    var link: String?
    @Option(help: ArgumentHelp("The language of the document: fr, en.", valueName: "code"))
    var language: String?
    @Option(
        help: ArgumentHelp("Euros for one unit of the currency, for the VAT.", valueName: "rate"))
    var exchange: String?
    @Option(name: .customLong("exchange-date"), help: ArgumentHelp("Its day.", valueName: "date"))
    var exchangeDate: String?
    @Option(
        name: .customLong("exchange-source"),
        help: ArgumentHelp("Who published it, as in ECB.", valueName: "text"))
    var exchangeSource: String?
    @Option(
        help: ArgumentHelp(
            "Tell below the total what the client still owes: yes, no.", valueName: "word"))
    var carry: String?
    @Option(help: ArgumentHelp("What else is to be read on it.", valueName: "text"))
    var note: String?
    @Option(
        name: .customLong("deduct"), parsing: .singleValue,
        help: ArgumentHelp("A deposit invoice to deduct; may be repeated.", valueName: "number"))
    var deposits: [String] = []
    @Option(
        name: .customLong("discount"), parsing: .singleValue,
        help: ArgumentHelp("Off the whole; may be repeated.", valueName: "10%: why"))
    var discounts: [String] = []
    @Option(
        name: .customLong("charge"), parsing: .singleValue,
        help: ArgumentHelp("On top of the whole; may be repeated.", valueName: "9.00: why"))
    var charges: [String] = []

    /// What was given, by field; dates are read as people type them.
    func fields(_ session: Session) throws -> [DraftField: String] {
        let given: [DraftField: String?] = [
            .po: po, .reference: reference, .delivered: delivered, .periodFrom: periodFrom,
            .periodTo: periodTo, .method: method, .link: link, .language: language,
            .exchange: exchange, .exchangeDate: exchangeDate, .exchangeSource: exchangeSource,
            .carry: carry, .note: note?.withLineBreaks,
        ]
        var fields = given.compactMapValues(\.self)
        for (field, text) in fields where field.isDate && !text.isEmpty {
            fields[field] = try session.date(text)?.iso
        }
        return fields
    }

    /// The deposits to deduct.
    func deposits(_ books: Reading) throws -> [DraftContent.Deposit] {
        try deposits.map {
            try Invoices.deposit(books, try Lookup.invoice(books, $0, for: .writing))
        }
    }

    /// The discounts and charges of a draft with these lines.
    func adjustments(
        _ currency: Currency, _ lines: [DraftContent.Line]
    ) throws -> [DraftContent.Adjustment] {
        try discounts.map {
            try DraftContent.Adjustment(
                syntax: $0, charge: false, currency: currency, lines: lines)
        }
            + charges.map {
                try DraftContent.Adjustment(
                    syntax: $0, charge: true, currency: currency, lines: lines)
            }
    }
}
