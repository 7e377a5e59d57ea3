import ArgumentParser
import Billing

struct ClientShow: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a client and what is open.")

    @Argument(help: ArgumentHelp("Name or id.", valueName: "client"))
    var client: String
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let detail = try session.read {
            let row = try Lookup.client($0, client, for: .reading)
            return try Clients.show($0, row, asOf: session.today)
        }
        return Answer(json: detail.json) { page in
            page.line(detail.client.name, .strong)
            page.facts(detail.client.facts)
            page.line()
            if let next = detail.nextPayment {
                page.line("Pays next on \(next.paid.iso) what was sent by \(next.sendBy.iso).")
            }
            if detail.drafts > 0 { page.line("\(detail.drafts) not yet issued.") }
            page.table(.owed(detail.accounts), none: "Nothing is open.")
        }
    }
}

extension ClientView {
    /// What is known, in the order of a letterhead.
    var facts: [(name: String, value: String?)] {
        ClientField.allCases.map { field in
            (
                name: field == .siren && siret != nil ? "SIRET" : field.rawValue.words,
                value: self[field]?.replacing("\n", with: ", ")
            )
        } + [(name: "labels", value: labels.joined(separator: ", ")), (name: "id", value: id)]
    }
}
