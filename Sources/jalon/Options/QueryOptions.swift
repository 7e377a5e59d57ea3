import ArgumentParser
import Billing

/// How a list is filtered, sorted and grouped.
struct QueryOptions: ParsableArguments {
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only those, as in “status=overdue and open>100”.", valueName: "conditions"))
    var condition: String?
    @Option(help: ArgumentHelp("By which fields; -due begins with the last.", valueName: "fields"))
    var sort: String?
    @Option(help: ArgumentHelp("In groups of one field, with their sums.", valueName: "field"))
    var group: String?
    @Flag(help: "As comma-separated values, for a spreadsheet.")
    var csv = false

    func query<Row: QueryRow>(_ session: Session) throws -> Query<Row> {
        try Query(where: condition, sort: sort, group: group, today: session.today)
    }
}

extension Answer {
    /// A list as it was asked for: in JSON an array, or one of groups with their sums.
    static func list<Row: QueryRow>(
        _ rows: [Row], _ query: Query<Row>, csv: Bool, none: String,
        json: @escaping (Row) -> JSON, table: @escaping ([Row]) -> Table
    ) -> Answer {
        let groups = query.groups(rows)
        let isGrouped = query.isGrouped
        let answer =
            isGrouped
            ? JSON.array(groups.map { $0.json(json) })
            : JSON.array(groups.flatMap(\.rows).map(json))
        return Answer(json: answer) { page in
            if csv {
                let all = table(groups.flatMap(\.rows))
                let cells = [all.columns.map(\.heading)] + all.rows.map { $0.map(\.text) }
                for line in CSV.text(cells).split(separator: "\r\n") { page.line(String(line)) }
                return
            }
            for group in groups {
                if isGrouped { page.line(group.name ?? "", .strong) }
                page.table(table(group.rows), none: none)
                if isGrouped {
                    for line in group.sumLines { page.line(line, .faint) }
                    page.line()
                }
            }
            if groups.isEmpty { page.line(none) }
        }
    }
}

extension Query.Group {
    fileprivate func json(_ row: (Row) -> JSON) -> JSON {
        .members([
            "group": .text(name), "count": .integer(rows.count),
            "sums": .array(
                sums.map { sum in
                    .object(
                        [JSON.Member("currency", .string(sum.currency.code))]
                            + sum.sums.map {
                                JSON.Member($0.name, .string(sum.currency.text($0.minor)))
                            })
                }), "rows": .array(rows.map(row)),
        ])
    }

    /// The sums of each currency on a line.
    fileprivate var sumLines: [String] {
        sums.map { sum in
            "\(rows.count): "
                + sum.sums.filter { $0.minor != 0 }.map {
                    "\($0.name) \(sum.currency.text($0.minor))"
                }.joined(separator: ", ") + " \(sum.currency.code)"
        }
    }
}
