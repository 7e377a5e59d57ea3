import ArgumentParser
import Billing

struct ClientRemove: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a client from the lists; what was issued goes on naming it.")

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let (removed, left) = try session.write(writing) { books in
            let row = try Lookup.client(books, client, for: .writing)
            let left = try Clients.show(books, row, asOf: session.today)
            return (try Clients.remove(books, row), left)
        }
        for account in left.accounts where account.sums.owed != 0 {
            let sums = account.sums
            session.output.notice(
                "\(sums.currency.text(sums.owed)) \(sums.currency.code) are still open, and go on"
                    + " standing in jalon owed.")
        }
        if left.drafts > 0 { session.output.notice("\(left.drafts) not yet issued.") }
        return Answer(
            json: removed.json,
            line: "Removed client “\(removed.name)”. Back again: jalon client restore \(removed.id)"
        )
    }
}
