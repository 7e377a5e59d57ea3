import ArgumentParser
import Billing

struct OwedCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "owed", abstract: "Who owes you what, and how late it is.")

    @Option(help: ArgumentHelp("Only what this person sees to.", valueName: "name"))
    var owner: String?
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let all = try session.read { try Ledger.owed($0, asOf: session.today) }
        let owed = owner.map(all.owned) ?? all
        for finding in owed.findings { session.output.notice(finding.words) }
        return try Answer(json: owed.json) { page in
            page.table(.owed(owed.clients), none: none(all))
            for sums in owed.totals where owed.clients.count > 1 {
                page.line(
                    "Together \(sums.currency.text(sums.owed)) \(sums.currency.code).", .strong)
            }
        }.shown(as: form, in: session)
    }

    /// Why there is nothing: a name that was mistyped is told by those that there are.
    private func none(_ all: Owed) -> String {
        let owners = Set(all.clients.flatMap(\.owners)).sorted()
        guard let owner, !owners.isEmpty else { return "Nobody owes you anything." }
        return "\(owner) sees to nothing that is open; \(owners.joined(separator: ", ")) "
            + (owners.count == 1 ? "does." : "do.")
    }
}

extension Table {
    /// What clients owe, by how late it is.
    static func owed(_ clients: [OwedClient]) -> Table {
        var table = Table([
            .left("CLIENT"), .right("OWES"), .left("IN"), .right("NOT DUE"), .right("1-30 DAYS"),
            .right("31-60"), .right("OVER 60"), .right("CREDIT", drops: 2),
            .left("OWNER", drops: 1),
        ])
        for client in clients {
            let sums = client.sums
            func cell(_ minor: Int64, _ style: Cell.Style = .plain) -> Cell {
                Cell(minor == 0 ? "" : sums.currency.text(minor), style)
            }
            table.add([
                Cell(client.name, .strong), Cell(sums.currency.text(sums.owed)),
                Cell(sums.currency.code), cell(sums.buckets[.notDue] ?? 0),
                cell(sums.buckets[.upTo30] ?? 0, .warning), cell(sums.buckets[.upTo60] ?? 0, .bad),
                cell(sums.buckets[.over60] ?? 0, .bad), cell(sums.credit),
                Cell(client.owners.joined(separator: ", ")),
            ])
        }
        return table
    }
}
