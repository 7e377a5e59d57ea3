import ArgumentParser
import Billing
import Convergence
import Replication

struct PaymentAdd: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Enter money of a client, over several invoices or none.",
        discussion: """
            --for F-0012 takes what is open of it, --for F-0012=50.00 so much. What is not allocated is \
            the client's credit, which jalon payment allocate uses later.
            """)

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @Argument(help: ArgumentHelp("How much, as in 450.00.", valueName: "amount"))
    var amount: String
    @OptionGroup var target: AllocationOptions
    @Option(
        help: ArgumentHelp("What came in euros, of another currency.", valueName: "amount"))
    var euros: String?
    @Flag(help: "Over the invoices that fall due first.")
    var oldest = false
    @OptionGroup var money: MoneyOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        guard !oldest || target.inputs.isEmpty else {
            throw Failure(
                "a payment goes over the oldest invoices or over those that are named.",
                tries: ["leave out --oldest or --for"], status: .usage)
        }
        let date = try session.date(money.on)
        let payment = try session.write(writing) { books in
            try Payments.add(
                books, client: try Lookup.client(books, client, for: .writing), amount: amount,
                currency: try money.currency.map { try Currency($0) },
                for: try target.read(books), oldestFirst: oldest, on: date, method: money.method,
                reference: money.reference, note: money.note, euros: euros, at: session.moment)
        }
        return .payment(payment, "entered for")
    }
}

struct PaymentAllocate: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocate", abstract: "Use what is left of a payment for invoices.")

    @Argument(help: ArgumentHelp("Id or reference.", valueName: "payment"))
    var payment: String
    @OptionGroup var target: AllocationOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let allocated = try session.write(writing) { books in
            try Payments.allocate(
                books, try Lookup.payment(books, payment, for: .writing),
                to: try target.read(books))
        }
        return .payment(allocated, "of")
    }
}

struct PaymentReverse: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "reverse", abstract: "Take a payment back, as one that bounced.",
        discussion: "Nothing is erased: a further row takes it back.")

    @Argument(help: ArgumentHelp("Id or reference.", valueName: "payment"))
    var payment: String
    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var because: String?
    @Option(help: ArgumentHelp("When; today unless given.", valueName: "date"))
    var on: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on)
        let reversal = try session.write(writing) { books in
            try Payments.reverse(
                books, try Lookup.payment(books, payment, for: .writing), reason: because,
                on: date, at: session.moment)
        }
        return .payment(reversal, "taken back of")
    }
}

struct PaymentRefund: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "refund", abstract: "Enter money that went back to a client.",
        discussion: "It comes out of the client's credit.")

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @Argument(help: ArgumentHelp("How much, as in 450.00.", valueName: "amount"))
    var amount: String
    @OptionGroup var money: MoneyOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(money.on)
        let refund = try session.write(writing) { books in
            try Payments.refund(
                books, client: try Lookup.client(books, client, for: .writing), amount: amount,
                currency: try money.currency.map { try Currency($0) }, on: date,
                method: money.method, reference: money.reference, note: money.note,
                at: session.moment)
        }
        return .payment(refund, "paid back to")
    }
}

struct PaymentReceipt: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "receipt", abstract: "Give a receipt for a payment, with a number.",
        discussion: "A payment has one receipt: asked again, it is the same.")

    @Argument(help: ArgumentHelp("Id or reference.", valueName: "payment"))
    var payment: String
    @Option(help: ArgumentHelp("fr or en.", valueName: "code"))
    var language: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let wanted = try language.map(Templates.language)
        let (receipt, own) = try session.write(writing) { books in
            let receipt = try Receipts.issue(
                books, try Lookup.payment(books, payment, for: .writing), at: session.moment)
            let client = try RowID(receipt.payment.client).map {
                try Clients.show(books, $0, asOf: session.today).client
            }
            let usual = try Billing.Books.settings(books).language
            return (receipt, client?.language ?? usual)
        }
        let text = receipt.text(wanted ?? own)
        return Answer(json: receipt.json.adding(["text": .string(text)])) { page in
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                page.line(String(line))
            }
        }
    }
}

/// What is said of money besides its amount.
struct MoneyOptions: ParsableArguments {
    @Option(help: ArgumentHelp("When; today unless given.", valueName: "date"))
    var on: String?
    @Option(help: ArgumentHelp("Another currency than the client's.", valueName: "code"))
    var currency: String?
    @Option(help: .method("How"), completion: .methods)
    var method: String?
    @Option(help: ArgumentHelp("What the bank says.", valueName: "text"))
    var reference: String?
    @Option(help: ArgumentHelp("A note of your own.", valueName: "text"))
    var note: String?
}

/// What a payment is for.
struct AllocationOptions: ParsableArguments {
    @Option(
        name: .customLong("for"), parsing: .singleValue,
        help: ArgumentHelp("An invoice, or so much of one; may be repeated.", valueName: "N[=A]"))
    var inputs: [String] = []

    func read(_ books: Reading) throws -> [AllocationInput] {
        try inputs.map { text in
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return AllocationInput(
                invoice: try Lookup.invoice(books, String(parts[0]), for: .writing),
                amount: parts.count == 2 ? String(parts[1]) : nil)
        }
    }
}

extension Answer {
    /// A payment, and what it settles.
    static func payment(_ payment: PaymentView, _ verb: String) -> Answer {
        Answer(json: payment.json) { page in
            page.line("\(payment.amountText) \(verb) \(payment.clientName), id \(payment.id).")
            for allocation in payment.allocations {
                let amount = payment.currency.text(allocation.amount)
                page.line("  \(allocation.number ?? "")  \(amount)")
            }
            if payment.credit > 0 {
                page.line(
                    "\(payment.currency.text(payment.credit)) \(payment.currency.code) is credit.",
                    .warning)
            }
        }
    }
}
