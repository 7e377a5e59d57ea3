import ArgumentParser
import Billing

/// How a list is filtered, sorted and grouped.
struct QueryOptions: ParsableArguments {
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only those, as in “status=overdue or due and open>100”.", valueName: "conditions"))
    var condition: String?
    @Option(
        // A field may begin with a minus.
        parsing: .unconditional,
        help: ArgumentHelp("By which fields; -due begins with the last.", valueName: "fields"))
    var sort: String?
    @Option(help: ArgumentHelp("In groups of one field, with their sums.", valueName: "field"))
    var group: String?

    func query<Row: QueryRow>(_ session: Session) throws -> Query<Row> {
        try Query(where: condition, sort: sort, group: group, today: session.today)
    }

    /// What the help of a list says about its fields.
    static func discussion<Row: QueryRow>(_: Row.Type) -> String {
        """
        Fields: \(Row.queryFields.map(\.name).joined(separator: " ")). Conditions take = != < <= > >= \
        and ~ for a part of a text; “and” joins them, “or” stands between values, “none” is what is \
        not there, and a value in double quotes may hold anything. --csv and --plain have all fields \
        in this order. jalon view save keeps a list under a name.
        """
    }
}

extension Answer {
    /// A list as it was asked for: in JSON an array, or one of groups with their sums. Where the rows
    /// are not all that there are, their number tells nobody anything.
    static func list<Row: QueryRow>(
        _ rows: [Row], _ query: Query<Row>, _ form: FormOptions, _ session: Session, none: String,
        isWhole: Bool = true, json: @escaping (Row) -> JSON, table: @escaping ([Row]) -> Table
    ) throws -> Answer {
        let groups = query.groups(rows)
        let none =
            if !isWhole {
                "None is like that."
            } else {
                query.isFiltered && !rows.isEmpty ? "None of \(rows.count) is like that." : none
            }
        return try Answer(
            json: query.isGrouped
                ? .array(groups.map { $0.json(json) })
                : .array(groups.flatMap(\.rows).map(json))
        ) { page in
            for (index, group) in groups.enumerated() {
                guard query.isGrouped else {
                    page.table(table(group.rows), none: none)
                    continue
                }
                if index > 0 { page.line() }
                page.line(group.name ?? "", .strong)
                page.table(table(group.rows), none: none)
                for line in group.sumLines { page.line(line, .faint) }
            }
            if groups.isEmpty { page.line(none) }
        }.shown(as: form, in: session) {
            [Row.queryFields.map(\.name)]
                + groups.flatMap { group in
                    group.rows.map { row in Row.queryFields.map { $0.text(row) } }
                }
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
                            + sum.parts.map {
                                JSON.Member($0.name, .string(sum.currency.text($0.minor)))
                            })
                }), "rows": .array(rows.map(row)),
        ])
    }

    /// How many there are, and the sums of each currency on a line.
    fileprivate var sumLines: [String] {
        guard !sums.isEmpty else { return ["\(rows.count)"] }
        return sums.map { sum in
            "\(rows.count): "
                + sum.parts.filter { $0.minor != 0 }.map {
                    "\($0.name) \(sum.currency.text($0.minor))"
                }.joined(separator: ", ") + " \(sum.currency.code)"
        }
    }
}
