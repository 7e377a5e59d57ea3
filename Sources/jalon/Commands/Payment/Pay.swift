import ArgumentParser
import Billing

struct Pay: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "pay", abstract: "Enter money that came in for an invoice.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Argument(help: ArgumentHelp("How much, as in 450.00.", valueName: "amount"))
    var amount: String
    @Option(help: ArgumentHelp("When it came; today unless given.", valueName: "date"))
    var on: String?
    @Option(help: .method("How"), completion: .methods)
    var method: String?
    @Option(help: ArgumentHelp("What the bank says.", valueName: "text"))
    var reference: String?
    @Option(
        help: ArgumentHelp("What came in euros, of another currency.", valueName: "amount"))
    var euros: String?
    @Option(help: ArgumentHelp("A note of your own.", valueName: "text"))
    var note: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on)
        let result = try session.write(writing) { books in
            let target = try Lookup.invoice(books, invoice, for: .writing)
            return try Payments.pay(
                books, target, amount: amount, on: date, method: method, reference: reference,
                note: note, euros: euros, at: session.moment)
        }
        return .paid(result)
    }
}
