import ArgumentParser

/// `jalon conflicts …`.
struct ConflictCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts",
        abstract: "What two devices wrote without knowing of each other, for you to decide.",
        subcommands: [
            ConflictList.self, ConflictShow.self, ConflictKeep.self, ConflictTake.self,
        ],
        defaultSubcommand: ConflictList.self)
}
