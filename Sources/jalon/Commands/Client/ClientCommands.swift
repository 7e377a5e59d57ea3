import ArgumentParser

/// `jalon client …`.
struct ClientCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "The people you work for.",
        subcommands: [
            ClientAdd.self, ClientList.self, ClientShow.self, ClientEdit.self, ClientRemove.self,
            ClientRestore.self,
        ],
        defaultSubcommand: ClientList.self)
}

/// What can be said about a client; an empty text clears what stood there.
struct ClientDetails: ParsableArguments {
    @Option(help: ArgumentHelp("Mail address.", valueName: "address"))
    var email: String?

    @Option(help: ArgumentHelp("Terms of payment: 30d, eom or eom+45d.", valueName: "terms"))
    var terms: String?

    @Option(
        name: .customLong("vat-id"),
        help: ArgumentHelp("VAT id, as in FR83404833048.", valueName: "id"))
    var vatId: String?

    @Option(help: ArgumentHelp("SIREN or SIRET.", valueName: "digits"))
    var siren: String?

    @Option(help: ArgumentHelp("Postal address; \\n between its lines.", valueName: "text"))
    var address: String?

    @Option(help: ArgumentHelp("Two letters, as in FR.", valueName: "country"))
    var country: String?
}
