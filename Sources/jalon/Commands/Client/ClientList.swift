import ArgumentParser
import Billing

struct ClientList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the clients.",
        discussion: QueryOptions.discussion(ClientView.self))

    @Flag(help: "List those that were removed instead.")
    var removed = false
    @OptionGroup var query: QueryOptions
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        try .clients(
            session.read { try Clients.list($0, removed: removed) }, query.query(session), form,
            session,
            none: removed
                ? "No client was removed." : "No clients yet. Add one: jalon client add NAME")
    }
}

extension Answer {
    /// Clients, one on each line.
    static func clients(
        _ clients: [ClientView], _ query: Query<ClientView>, _ form: FormOptions,
        _ session: Session, none: String
    ) throws -> Answer {
        let isTagged = clients.contains { $0.tags != .none }
        return try .list(clients, query, form, session, none: none, json: \.json) { clients in
            var table = Table(
                [.left("NAME"), .left("EMAIL"), .left("TERMS", drops: 2)]
                    + (isTagged ? [.left("FOLDER", drops: 3), .left("LABELS", drops: 4)] : []) + [
                        .left("ID", drops: 1)
                    ])
            for client in clients {
                var cells = [
                    Cell(client.name, .strong), Cell(client.email ?? ""), Cell(client.terms ?? ""),
                ]
                if isTagged {
                    cells += [
                        Cell(client.tags.folder ?? ""),
                        Cell(client.labels.joined(separator: ", ")),
                    ]
                }
                table.add(cells + [Cell(client.id.shortID, .faint)])
            }
            return table
        }
    }
}
