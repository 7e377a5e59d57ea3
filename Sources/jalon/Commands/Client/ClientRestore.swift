import ArgumentParser
import Billing

struct ClientRestore: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Bring back a client that was removed.")

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let restored = try session.write(writing) {
            try Clients.restore($0, try Lookup.client($0, client, for: .restoring))
        }
        return Answer(
            json: restored.json, line: "Client “\(restored.name)” is back, id \(restored.id).")
    }
}
