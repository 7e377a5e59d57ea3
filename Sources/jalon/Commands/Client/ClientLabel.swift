import ArgumentParser
import Billing

struct ClientLabel: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "label", abstract: "Mark a client with labels, or take them off.",
        usage: "jalon client label CLIENT [LABEL …] [--remove LABEL …]",
        discussion: """
            Lists are filtered by them: jalon client list --where label=vip, and likewise invoices and \
            payments. A folder is set with jalon client edit --folder Agencies/Paris.
            """)

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @Argument(help: ArgumentHelp("Words that lists are filtered by.", valueName: "label"))
    var labels: [String] = []
    @Option(
        parsing: .singleValue, help: ArgumentHelp("One to take off.", valueName: "label"))
    var remove: [String] = []
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let marked = try session.write(writing) {
            try Labels.change(
                $0, try Lookup.client($0, client, for: .writing), add: labels, remove: remove)
        }
        let words = marked.labels.joined(separator: ", ")
        return Answer(
            json: marked.json,
            line: "“\(marked.name)” is marked with \(words.isEmpty ? "nothing" : words).")
    }
}
