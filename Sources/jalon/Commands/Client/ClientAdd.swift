import ArgumentParser
import Billing

struct ClientAdd: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a client.",
        usage: "jalon client add NAME [--email ADDRESS] [--terms 30d] …")

    @Argument(help: ArgumentHelp("The client's name.", valueName: "name"))
    var name: String
    @OptionGroup var details: ClientDetails
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let change = try session.write(writing) {
            try Clients.add(
                $0, ClientInput(name: name, fields: try details.fields(session)), at: session.moment
            )
        }
        session.warn(similar: change.similar)
        let client = change.client
        return Answer(json: client.json, line: "Added client “\(client.name)”, id \(client.id).")
    }
}

extension Session {
    /// Tells of clients with nearly the same name: a warning, never a refusal.
    func warn(similar: [Candidate]) {
        guard !similar.isEmpty else { return }
        output.notice("There are clients with a similar name:")
        for line in Failure.choices(similar) { output.notice("  \(line)") }
    }
}

extension String {
    /// The text with line breaks where `\n` was typed.
    var withLineBreaks: String {
        split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
    }
}
