import ArgumentParser
import Billing

struct PaymentConfirm: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm", abstract: "Enter what a bank's line says: reference, day, amount.",
        usage:
            #"jalon payment confirm --reference "VIR BLUM F-0012" --on 2026-03-05 --amount 450.00"#,
        discussion: """
            The invoice is the one whose number the reference names, or that of --for. On a terminal what \
            is not given is asked for. The same three facts are one payment, also when two of your \
            machines enter them.
            """)

    @Option(help: ArgumentHelp("What the line says, with the invoice's number.", valueName: "text"))
    var reference: String?
    @Option(help: ArgumentHelp("The day of the payment.", valueName: "date"))
    var on: String?
    @Option(help: ArgumentHelp("How much, as in 450.00.", valueName: "amount"))
    var amount: String?
    @Option(
        name: .customLong("for"),
        help: ArgumentHelp("The invoice, where the reference names none.", valueName: "invoice"))
    var invoice: String?
    @Option(help: .method("How"), completion: .methods)
    var method: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let missing = [("--reference", reference), ("--on", on), ("--amount", amount)]
            .filter { $0.1 == nil }.map(\.0)
        guard missing.isEmpty || Terminal.isAttended else {
            throw Failure(
                "\(missing.joined(separator: ", ")) must be given: nobody is here to be asked.",
                tries: [
                    #"jalon payment confirm --reference "VIR F-0012" --on 2026-03-05 --amount 450.00"#
                ], status: .usage)
        }
        let reference = try reference ?? session.output.ask("reference")
        guard let date = try session.date(on ?? session.output.ask("date")) else {
            throw BillingFailure.date(text: "", .empty)
        }
        let amount = try amount ?? session.output.ask("amount")
        let result = try session.write(writing) { books in
            try Payments.confirm(
                books, reference: reference, on: date, amount: amount,
                of: invoice.map { try Lookup.invoice(books, $0, for: .writing) }, method: method,
                at: session.moment)
        }
        return .paid(result)
    }
}

extension Answer {
    /// A payment of one invoice, and where that stands then.
    static func paid(_ result: PaymentResult) -> Answer {
        let payment = result.payment
        return Answer(json: result.json) { page in
            page.line(
                "\(payment.amountText) entered for \(result.number) of \(payment.clientName),"
                    + " id \(payment.id).")
            let open = "\(payment.currency.text(result.balance)) \(payment.currency.code)"
            if payment.credit > 0 {
                let credit = payment.currency.text(payment.credit)
                page.line("\(credit) more than was open: a credit of the client.", .warning)
            } else if result.balance == 0 {
                page.line("It is paid in full.", .good)
            } else if result.status == .writtenOff {
                page.line("It was written off: nothing more is expected of it.")
            } else {
                page.line("\(open) still open.")
            }
        }
    }
}
