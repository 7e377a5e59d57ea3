import ArgumentParser
import Billing

struct InvoiceDebit: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "debit", abstract: "Write the file that asks your bank to collect invoices.",
        usage: "jalon invoice debit F-0012 F-0013 --on 2026-12-05 --output debits.xml",
        discussion: """
            A direct debit of SEPA (pain.008.001.08), of what is open. It takes your creditor identifier \
            (jalon me set --creditor), your account (jalon me account), and of each client a mandate: \
            jalon client edit CLIENT --mandate M-17 --mandate-date 2026-01-15 --iban IBAN. That it was \
            asked for, with the file's hash, stands in jalon invoice log; what came is entered as always, \
            with jalon pay.
            """)

    @Argument(help: ArgumentHelp("Numbers or ids.", valueName: "invoice"))
    var invoices: [String]
    @Option(help: ArgumentHelp("When the accounts are to be debited.", valueName: "date"))
    var on: String
    @Option(help: ArgumentHelp("Where to write the file.", valueName: "file"))
    var output: String
    @Flag(help: "Also what was asked for already, as after a refusal.")
    var again = false
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        guard let date = try session.date(on) else {
            throw BillingFailure.date(text: on, .empty)
        }
        let order = try session.write(writing) { books in
            let refs = try invoices.map { try Lookup.invoice(books, $0, for: .writing) }
            let order = try Debits.order(
                books, refs, on: date, again: again, at: session.moment)
            let name = output.split(separator: "/").last.map(String.init) ?? output
            try Debits.note(books, order, refs, file: name, at: session.moment)
            // The file before the commit: what the books say was asked for is there.
            if !writing.dryRun { try Files.write(order.text, to: output) }
            return order
        }
        let json = order.json.adding(["file": .string(output)])
        return Answer(json: json) { page in
            var table = Table([
                .left("INVOICE"), .left("CLIENT"), .right("EUR"), .left("MANDATE"),
                .left("SEQUENCE"),
            ])
            for debit in order.debits {
                table.add([
                    Cell(debit.number, .strong), Cell(debit.name),
                    Cell(Currency.eur.text(debit.amount)), Cell(debit.mandate),
                    Cell(debit.sequence.rawValue),
                ])
            }
            page.table(table, none: "")
            page.line(
                "Wrote \(output): \(Currency.eur.text(order.sum)) EUR to be collected on"
                    + " \(order.date.iso).", .good)
            page.line(
                "Tell the clients before, 14 days unless you agreed on less, and give it to your bank.",
                .faint)
            page.line("Enter what came: jalon pay NUMBER AMOUNT", .faint)
        }
    }
}
