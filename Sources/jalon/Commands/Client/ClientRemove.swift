import ArgumentParser
import Billing

struct ClientRemove: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a client who has nothing open.")

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let removed = try session.write(writing) {
            try Clients.remove($0, try Lookup.client($0, client, for: .writing))
        }
        return Answer(
            json: removed.json,
            line: "Removed client “\(removed.name)”. Back again: jalon client restore \(removed.id)"
        )
    }
}
