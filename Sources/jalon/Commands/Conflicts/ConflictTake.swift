import ArgumentParser
import Billing
import Replication

struct ConflictTake: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "take", abstract: "Take the other value instead, on every device.")

    @Argument(help: ArgumentHelp("Its id, or the beginning of it.", valueName: "id"))
    var id: String
    @Option(help: ArgumentHelp("Which one, if there are several; the first else.", valueName: "N"))
    var value: Int = 1
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let dispute = try session.write(writing) { books in
            let dispute = try Dispute.find(id, books)
            if try IssuedConflicts.list(books).contains(where: { $0.id == dispute.id }) {
                try IssuedConflicts.refuseTaking(books, id: dispute.id)
            }
            _ = try books.take(conflict: dispute.id, alternative: value)
            return dispute
        }
        return Answer(json: dispute.json) { page in
            page.line("Took the other value of \(dispute.label).")
        }
    }
}
