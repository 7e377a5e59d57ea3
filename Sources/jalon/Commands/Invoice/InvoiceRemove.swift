import ArgumentParser
import Billing

struct InvoiceRemove: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a draft.")

    @Argument(help: ArgumentHelp("The draft's id, or its client.", valueName: "invoice"))
    var invoice: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let removed = try session.write(writing) {
            try Invoices.remove($0, try Lookup.draft($0, invoice, for: .writing).invoice)
        }
        return Answer(
            json: removed.json, line: "Removed the draft \(removed.id) for \(removed.clientName).")
    }
}
