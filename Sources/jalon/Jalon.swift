import ArgumentParser

/// The commands, all of them.
struct Jalon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jalon",
        abstract: "Billing for freelancers: works without a network, meets over a small relay.",
        discussion: """
            Names, numbers and ids mean the same everywhere: an exact id, number or name, or its \
            beginning if that is unique. --json, --books FOLDER and --as-of DATE work everywhere, \
            --dry-run on everything that writes.
            """,
        version: "jalon \(Version.text)",
        groupedSubcommands: [
            CommandGroup(
                name: "Start", subcommands: [Initialise.self, Join.self, MeCommands.self]),
            CommandGroup(
                name: "Every day",
                subcommands: [
                    Today.self, ClientCommands.self, ItemCommands.self, InvoiceCommands.self,
                    Pay.self,
                    PaymentCommands.self, PackageCommands.self, OwedCommand.self,
                    StatementCommand.self,
                    TemplateCommands.self, BillCommands.self, ViewCommands.self,
                ]),
            CommandGroup(
                name: "Together",
                subcommands: [
                    Sync.self, ConflictCommands.self, StatusCommand.self, Invite.self,
                    PeerCommands.self, SeriesCommands.self,
                ]),
            CommandGroup(
                name: "The year",
                subcommands: [
                    IncomeCommand.self, TotalsCommand.self, ExchangeCommand.self,
                    ArchiveCommand.self, RateCommands.self,
                ]),
            CommandGroup(
                name: "Care",
                subcommands: [
                    LogCommand.self, Verify.self, Doctor.self, Rebuild.self, Recovery.self,
                    Lost.self,
                ]),
        ],
        defaultSubcommand: Today.self)
}
