import ArgumentParser
import Billing
import Convergence

/// `jalon view …`.
struct ViewCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Lists with a name, for what you look at again and again.",
        subcommands: [ViewShow.self, ViewSave.self, ViewList.self, ViewRemove.self],
        defaultSubcommand: ViewShow.self)
}

struct ViewShow: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a saved list.")

    @Argument(help: ArgumentHelp("Its name; all names else.", valueName: "view"))
    var view: String?
    @Flag(help: "As comma-separated values, for a spreadsheet.")
    var csv = false
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        guard let view else { return try ViewList.answer(session) }
        let saved = try session.read {
            try SavedViews.find($0, try Lookup.view($0, view, for: .reading))
        }
        switch saved.noun {
        case "payment":
            return .payments(
                try session.read { try Payments.list($0) }, try query(saved, session), csv: csv)
        case "bill":
            return .bills(
                try session.read { try Bills.list($0, asOf: session.today) },
                try query(saved, session), csv: csv)
        default:
            return .invoices(
                try session.read { try Invoices.list($0, asOf: session.today) },
                try query(saved, session), csv: csv, none: "No such invoices.")
        }
    }

    private func query<Row: QueryRow>(_ view: SavedView, _ session: Session) throws -> Query<Row> {
        try Query(
            where: view.condition, sort: view.sort, group: view.group, today: session.today)
    }
}

struct ViewSave: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Save a list under a name, in place of one of that name.")

    @Argument(help: ArgumentHelp("Its name.", valueName: "name"))
    var name: String
    @Option(
        help: ArgumentHelp("Of what: invoice, payment or bill.", valueName: "noun"))
    var of: String = "invoice"
    @OptionGroup var query: QueryOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let view = try session.write(writing) {
            try SavedViews.save(
                $0, name: name, noun: of, where: query.condition, sort: query.sort,
                group: query.group, today: session.today)
        }
        return Answer(json: view.json, line: "Saved. Look at it: jalon view \(view.name)")
    }
}

struct ViewList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the saved lists.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer { try Self.answer(session) }

    static func answer(_ session: Session) throws -> Answer {
        let views = try session.read { try SavedViews.list($0) }
        return Answer(json: .array(views.map(\.json))) { page in
            var table = Table([
                .left("NAME"), .left("OF"), .left("WHERE"), .left("SORT"), .left("GROUP"),
            ])
            for view in views {
                table.add([
                    Cell(view.name, .strong), Cell(view.noun), Cell(view.condition ?? ""),
                    Cell(view.sort ?? ""), Cell(view.group ?? ""),
                ])
            }
            page.table(
                table, none: #"No views yet. Save one: jalon view save due --where "status=due""#)
        }
    }
}

struct ViewRemove: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove a saved list.")

    @Argument(help: ArgumentHelp("Its name.", valueName: "view"))
    var view: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let removed = try session.write(writing) {
            try SavedViews.remove($0, try Lookup.view($0, view, for: .writing))
        }
        return Answer(json: removed.json, line: "Removed the view “\(removed.name)”.")
    }
}
