import ArgumentParser
import Billing

struct OwedCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "owed", abstract: "Who owes you what, and how late it is.")

    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let owed = try session.read { try Ledger.owed($0, asOf: session.today) }
        for finding in owed.findings { session.output.notice(finding.words) }
        return try Answer(json: owed.json) { page in
            page.table(.owed(owed.clients), none: "Nobody owes you anything.")
            for sums in owed.totals where owed.clients.count > 1 {
                page.line(
                    "Together \(sums.currency.text(sums.owed)) \(sums.currency.code).", .strong)
            }
        }.shown(as: form, in: session)
    }
}

extension Table {
    /// What clients owe, by how late it is.
    static func owed(_ clients: [OwedClient]) -> Table {
        var table = Table([
            .left("CLIENT"), .right("OWES"), .left("IN"), .right("NOT DUE"), .right("1-30 DAYS"),
            .right("31-60"), .right("OVER 60"), .right("CREDIT"),
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
            ])
        }
        return table
    }
}
