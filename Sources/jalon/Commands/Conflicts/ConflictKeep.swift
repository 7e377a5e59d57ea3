import ArgumentParser
import Billing
import Replication

struct ConflictKeep: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "keep", abstract: "Keep what is shown, on every device.")

    @Argument(help: ArgumentHelp("Its id, or the beginning of it.", valueName: "id"))
    var id: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let dispute = try session.write(writing) { books in
            let dispute = try Dispute.find(id, books)
            if try IssuedConflicts.list(books).contains(where: { $0.id == dispute.id }) {
                _ = try IssuedConflicts.keep(books, id: dispute.id)
            } else {
                _ = try books.keep(conflict: dispute.id)
            }
            return dispute
        }
        return Answer(json: dispute.json) { page in
            page.line("Kept \(dispute.label) as it is shown.")
        }
    }
}
