import ArgumentParser
import Billing

struct InvoiceIssue: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Give a draft its number, for good.",
        discussion: "What was issued is never altered; the remedy for a mistake is a credit note.")

    @Argument(help: ArgumentHelp("The draft's id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("The date of issue.", valueName: "date"))
    var on: String?
    @Option(help: ArgumentHelp("The series, if this device has several.", valueName: "name"))
    var series: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on)
        let issued = try session.write(writing) { books in
            let row = try Lookup.invoice(books, invoice, for: .writing).invoice
            return try Invoices.issue(
                books, row, on: date, series: series, at: session.moment)
        }
        for gap in issued.gaps {
            session.output.notice("It lacks \(gap.words); for the next one: \(gap.command)")
        }
        let document = issued.invoice
        return Answer(json: document.json) { page in
            page.line(
                "Issued \(document.label) for \(document.clientName),"
                    + " \(document.total),"
                    + " to be paid by \(document.due?.iso ?? "no date").")
        }
    }
}
