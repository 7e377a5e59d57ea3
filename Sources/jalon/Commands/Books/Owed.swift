import ArgumentParser
import Billing

struct OwedCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "owed", abstract: "Who owes you what, since when, and who sees to it.",
        discussion: "DUE is the first day on which something that is open falls due, or fell.")

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
            let owners = Set(owed.clients.flatMap(\.owners))
            if owners.count == 1, let owner = owners.first {
                page.line("\(owner) sees to it.", .faint)
            }
        }.shown(as: form, in: session) { Self.rows(owed.clients) }
    }

    /// As a file of rows: the same fields whatever there is.
    private static func rows(_ clients: [OwedClient]) -> [[String]] {
        let names = [
            "client", "owes", "in", "not due", "1-30 days", "31-60", "over 60", "credit", "owner",
            "due",
        ]
        return [names]
            + clients.map { client in
                let sums = client.sums
                func text(_ minor: Int64?) -> String {
                    minor.map { $0 == 0 ? "" : sums.currency.text($0) } ?? ""
                }
                return [client.name, sums.currency.text(sums.owed), sums.currency.code]
                    + AgingBucket.allCases.map { text(sums.buckets[$0]) }
                    + [
                        text(sums.credit), client.owners.joined(separator: ", "),
                        client.due?.iso ?? "",
                    ]
            }
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
    /// What clients owe, since when, and by how late it is.
    static func owed(_ clients: [OwedClient]) -> Table {
        // One currency stands in the heading; credit and several owners are the exception. Amounts of
        // which there are none make room first, then who and when; an amount never does.
        let codes = Set(clients.map(\.sums.currency.code))
        let code = codes.count == 1 ? codes.first : nil
        func amounts(
            _ heading: String, _ style: Cell.Style, _ minor: @escaping (OwedClient) -> Int64
        ) -> (column: Column, cell: (OwedClient) -> Cell) {
            let isEmpty = clients.allSatisfy { minor($0) == 0 }
            return (
                .right(heading, drops: isEmpty ? 1 : nil), { $0.cell(minor($0), style) }
            )
        }
        var columns: [(column: Column, cell: (OwedClient) -> Cell)] = [
            (.left("CLIENT"), { Cell($0.name, .strong) }),
            (
                .right(["OWES", code].compactMap(\.self).joined(separator: " ")),
                { Cell($0.sums.currency.text($0.sums.owed)) }
            ),
        ]
        if code == nil { columns.append((.left("IN"), { Cell($0.sums.currency.code) })) }
        columns += [
            (.left("DUE", drops: 3), { Cell($0.due?.iso ?? "") }),
            amounts("NOT DUE", .plain) { $0.sums.buckets[.notDue] ?? 0 },
            amounts("1-30 DAYS", .warning) { $0.sums.buckets[.upTo30] ?? 0 },
            amounts("31-60", .bad) { $0.sums.buckets[.upTo60] ?? 0 },
            amounts("OVER 60", .bad) { $0.sums.buckets[.over60] ?? 0 },
        ]
        if clients.contains(where: { $0.sums.credit != 0 }) {
            columns.append(amounts("CREDIT", .plain, \.sums.credit))
        }
        if Set(clients.flatMap(\.owners)).count > 1 {
            columns.append(
                (.left("OWNER", drops: 2), { Cell($0.owners.joined(separator: ", ")) }))
        }
        var table = Table(columns.map(\.column))
        for client in clients { table.add(columns.map { $0.cell(client) }) }
        return table
    }
}

extension OwedClient {
    /// An amount in its currency; nothing where there is none.
    fileprivate func cell(_ minor: Int64, _ style: Cell.Style) -> Cell {
        Cell(minor == 0 ? "" : sums.currency.text(minor), style)
    }
}
