import ArgumentParser
import Billing

struct ClientList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the clients.")

    @Flag(help: "List those that were removed instead.")
    var removed = false
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let clients = try session.read { try Clients.list($0, removed: removed) }
        return Answer(json: .array(clients.map(\.json))) { page in
            var table = Table([.left("NAME"), .left("EMAIL"), .left("TERMS"), .left("ID")])
            for client in clients {
                table.add([
                    Cell(client.name, .strong), Cell(client.email ?? ""), Cell(client.terms ?? ""),
                    Cell(client.id, .faint),
                ])
            }
            page.table(table, none: "No clients yet. Add one: jalon client add NAME")
        }
    }
}
