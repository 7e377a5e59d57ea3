import ArgumentParser
import Billing

struct ClientEdit: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change what is known about a client.",
        discussion: #"Only what is given changes; --email "" clears it."#)

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @Option(help: ArgumentHelp("Another name.", valueName: "name"))
    var name: String?
    @OptionGroup var details: ClientDetails
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let change = try session.write(writing) {
            let row = try Lookup.client($0, client, for: .writing)
            return try Clients.edit(
                $0, row, ClientInput(name: name, fields: try details.fields(session)))
        }
        session.warn(similar: change.similar)
        let edited = change.client
        return Answer(json: edited.json, line: "Changed client “\(edited.name)”, id \(edited.id).")
    }
}
