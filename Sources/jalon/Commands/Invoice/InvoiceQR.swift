import ArgumentParser
import Billing
import Convergence

struct InvoiceQR: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "qr", abstract: "Show the code by which a bank's app pays an invoice.",
        discussion: """
            What is still open, to the account that stands on the invoice (EPC069-12, in euros). With \
            --output it is written as an SVG picture.
            """)

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("Where to write it.", valueName: "file"))
    var output: String?
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let (content, view, withheld) = try session.read { books in
            let ref = try Lookup.invoice(books, invoice, for: .reading)
            let issued = try Invoices.show(books, ref, asOf: session.today).issued
            // What is dated ahead is handed out before its day.
            let view = try Invoices.show(
                books, ref, asOf: max(session.today, issued ?? session.today))
            guard let document = view.document.flatMap({ RowID($0) }) else {
                throw BillingFailure.notIssued(ref.invoice)
            }
            return (
                try Invoices.content(books, document), view,
                try RowID(view.client).flatMap { try Accounts.withholding(books, from: $0) }
            )
        }
        guard let transfer = TransferCode(document: content, open: view.open) else {
            throw Self.none(content, view, withheld)
        }
        if let output { try Files.write(transfer.code.svg, to: output) }
        let json = JSON.members([
            "number": .text(view.number), "amount": .text(view.open.map(view.currency.text)),
            "currency": .string(view.currency.code), "text": .string(transfer.text),
            "code": .array(transfer.code.lines.map(JSON.string)), "file": .text(output),
        ])
        let what = "\(view.label): \(view.open.map(view.amount) ?? "")"
        return Answer(json: json) { page in
            if let output { return page.line("Wrote the code of \(what) to \(output).") }
            page.line(what, .strong)
            for line in transfer.code.framedLines { page.line(line, .printed) }
        }
    }

    /// Why there is no code.
    private static func none(
        _ content: JSON, _ view: InvoiceView, _ withheld: (rule: AccountRule, isOwn: Bool)?
    ) -> Failure {
        let why: (String, [String]) =
            if view.currency != .eur {
                ("only transfers in euros have one, and it is in \(view.currency.code)", [])
            } else if view.open ?? 0 <= 0 {
                ("nothing is open of it", ["jalon invoice show \(view.label)"])
            } else if content["payment"]?["iban"] == nil, let withheld {
                (
                    "the account was withheld from \(view.clientName) by the rule "
                        + "\(withheld.rule.text) \(withheld.isOwn ? "of the client" : "of the books")",
                    [
                        withheld.isOwn
                            ? "jalon client edit \(view.client.shortID) --show-iban always, for the next one"
                            : "jalon me set --show-iban always, for the next one",
                        "jalon me account list, to give it to them yourself",
                    ]
                )
            } else if content["payment"]?["iban"] == nil {
                (
                    "no bank account stands on it",
                    ["jalon me account add IBAN, for the next one"]
                )
            } else {
                ("the account or the amount does not fit into one", [])
            }
        return Failure(
            "\(view.label) has no code to be paid by.", why: why.0, tries: why.1, status: .failed)
    }
}
