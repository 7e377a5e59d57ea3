import ArgumentParser
import Billing
import Convergence
import Glibc
import Replication

/// `jalon bill …`.
struct BillCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bill", abstract: "What suppliers want of you.",
        subcommands: [
            BillList.self, BillAdd.self, BillPay.self, BillReverse.self, BillRemove.self,
        ],
        defaultSubcommand: BillList.self)
}

struct BillList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the bills, with how late they are.",
        discussion: QueryOptions.discussion(BillView.self))

    @OptionGroup var query: QueryOptions
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try .bills(
            session.read { try Bills.list($0, asOf: session.today) }, query.query(session), form,
            session)
    }
}

struct BillAdd: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Enter a supplier's bill.")

    @Argument(help: ArgumentHelp("The supplier's name.", valueName: "supplier"))
    var supplier: String
    @Argument(help: ArgumentHelp("How much with VAT.", valueName: "amount"))
    var amount: String
    @Option(help: ArgumentHelp("The VAT in it.", valueName: "amount"))
    var vat: String?
    @Option(help: ArgumentHelp("The supplier's number.", valueName: "text"))
    var number: String?
    @Option(help: ArgumentHelp("Its date; today unless given.", valueName: "date"))
    var on: String?
    @Option(help: ArgumentHelp("When it is to be paid.", valueName: "date"))
    var due: String?
    @Option(help: ArgumentHelp("Another currency.", valueName: "code"))
    var currency: String?
    @Option(help: ArgumentHelp("A note of your own.", valueName: "text"))
    var note: String?
    @Option(
        help: ArgumentHelp("Its file; the name and the SHA-256 are kept.", valueName: "file"))
    var file: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        var input = BillInput(supplier: supplier, amount: amount)
        input.number = number
        input.date = try session.date(on)
        input.due = try session.date(due)
        input.currency = try currency.map { try Currency($0) }
        input.vat = vat
        input.note = note?.withLineBreaks
        if let file {
            input.file = file.split(separator: "/").last.map(String.init) ?? file
            input.hash = ContentHash.hexadecimal(try FileContent.bytes(file))
        }
        let typed = input
        let bill = try session.write(writing) {
            try Bills.add($0, typed, at: session.moment)
        }
        return Answer(
            json: bill.json,
            line: "Entered the bill \(bill.label) of \(bill.supplier), \(bill.total), to be paid by"
                + " \(bill.due?.iso ?? ""), id \(bill.id).")
    }
}

struct BillPay: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "pay", abstract: "Note that a bill was paid.")

    @Argument(help: ArgumentHelp("Number, supplier or id.", valueName: "bill"))
    var bill: String
    @Argument(help: ArgumentHelp("How much; all that is open unless given.", valueName: "amount"))
    var amount: String?
    @Option(help: ArgumentHelp("When; today unless given.", valueName: "date"))
    var on: String?
    @Option(help: .method("How"), completion: .methods)
    var method: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on)
        let paid = try session.write(writing) {
            try Bills.pay(
                $0, try Lookup.bill($0, bill, for: .writing), amount: amount, on: date,
                method: method, at: session.moment)
        }
        return Answer(
            json: paid.json,
            line: paid.status == .paid
                ? "The bill \(paid.label) of \(paid.supplier) is paid." : paid.openText)
    }
}

struct BillReverse: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "reverse", abstract: "Take back what was paid last of a bill.")

    @Argument(help: ArgumentHelp("Number, supplier or id.", valueName: "bill"))
    var bill: String
    @Option(help: ArgumentHelp("When; today unless given.", valueName: "date"))
    var on: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on)
        let reversed = try session.write(writing) {
            try Bills.reverse(
                $0, try Lookup.bill($0, bill, for: .writing), on: date, at: session.moment)
        }
        return Answer(json: reversed.json, line: "Taken back. \(reversed.openText)")
    }
}

struct BillRemove: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a bill that was entered by mistake.")

    @Argument(help: ArgumentHelp("Number, supplier or id.", valueName: "bill"))
    var bill: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let removed = try session.write(writing) {
            try Bills.remove($0, try Lookup.bill($0, bill, for: .writing))
        }
        return Answer(
            json: removed.json,
            line:
                "Removed the bill \(removed.label) of \(removed.supplier), with what was paid of it."
        )
    }
}

extension BillStatus {
    /// The same colours as of invoices.
    var style: Cell.Style {
        switch self {
        case .open: .plain
        case .overdue: .bad
        case .paid: .good
        }
    }
}

extension BillView {
    /// What is to be paid.
    fileprivate var total: String { "\(currency.text(amount)) \(currency.code)" }

    /// What is left of it, as a sentence.
    fileprivate var openText: String {
        "\(currency.text(balance)) \(currency.code) of the bill \(label) of \(supplier) still open."
    }
}

extension Answer {
    /// Bills, one on each line.
    static func bills(
        _ bills: [BillView], _ query: Query<BillView>, _ form: FormOptions, _ session: Session
    ) throws -> Answer {
        try .list(
            bills, query, form, session,
            none: "No bills. Enter one: jalon bill add SUPPLIER AMOUNT",
            json: \.json
        ) { bills in
            let codes = Set(bills.map(\.currency.code))
            let code = codes.count == 1 ? codes.first : nil
            var table = Table([
                .left("SUPPLIER"), .left("NUMBER"), .left("DATE", drops: 1), .left("DUE", drops: 3),
                .right(["AMOUNT", code].compactMap(\.self).joined(separator: " ")),
                .right("VAT", drops: 2), .right("OPEN"), .left("STATUS"), .right("LATE"),
            ])
            for bill in bills {
                let rest = code == nil ? " " + bill.currency.code : ""
                table.add([
                    Cell(bill.supplier, .strong),
                    bill.number.map { Cell($0) } ?? Cell(bill.id.shortID, .faint),
                    Cell(bill.date?.iso ?? ""), Cell(bill.due?.iso ?? ""),
                    Cell(bill.currency.text(bill.amount) + rest),
                    Cell(bill.currency.text(bill.vat)),
                    Cell(bill.currency.text(bill.balance) + rest),
                    Cell(bill.status.rawValue, bill.status.style),
                    Cell(bill.daysLate == 0 ? "" : "\(bill.daysLate)"),
                ])
            }
            return table
        }
    }
}

/// A file of any kind, for its hash.
enum FileContent {
    private static let limit = 64 << 20

    /// The bytes of a file; refuses one that is too large to be a bill.
    static func bytes(_ path: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            guard count > 0 else { throw unreadable(path, errno) }
            bytes.append(contentsOf: chunk[..<count])
            guard bytes.count <= limit else {
                throw Failure(
                    "\(path) is too large.", why: "at most \(limit) bytes are read",
                    status: .badInput)
            }
        }
    }

    private static func unreadable(_ path: String, _ code: Int32) -> Failure {
        Failure(
            "\(path) cannot be read: \(SystemError.text(code)).", tries: ["ls -l \(path)"],
            status: .badInput)
    }
}
