import ArgumentParser
import Billing
import Replication

struct Lost: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "lost", abstract: "Declare changes gone that nobody has any more.",
        discussion: "What waits for them goes on. Should they turn up, they are taken in.")

    @Argument(help: ArgumentHelp("The writer, as jalon status names it.", valueName: "writer"))
    var writer: String
    @Argument(help: ArgumentHelp("The last of its changes that is gone.", valueName: "number"))
    var number: Int64
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try session.replica(for: .writing)
            .declareLost(writer, upTo: number, dryRun: writing.dryRun)
        let json = JSON.members(["writer": .string(writer), "number": .integer(number)])
        return Answer(
            json: json,
            line: "Changes of \(writer) up to \(number) count as lost; the rest goes on.")
    }
}
