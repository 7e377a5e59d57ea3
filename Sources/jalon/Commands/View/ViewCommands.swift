import ArgumentParser
import Billing
import Convergence

/// `jalon view …`.
struct ViewCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "view", abstract: "Lists with a name, for what you look at again and again.",
        subcommands: [
            ViewShow.self, ViewSave.self, ViewList.self, ViewPin.self, ViewUnpin.self,
            ViewRemove.self,
        ],
        defaultSubcommand: ViewShow.self)
}

struct ViewShow: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a saved list, or the names of all.")

    @Argument(help: ArgumentHelp("Its name; all names else.", valueName: "view"))
    var view: String?
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        guard let view else { return try ViewList.answer(session, form) }
        let saved = try session.read {
            try SavedViews.find($0, try Lookup.view($0, view, for: .reading))
        }
        let (today, none) = (session.today, "Nothing there yet.")
        switch try saved.known {
        case .invoice:
            let query: Query<InvoiceView> = try saved.query(today: today)
            let withDetails = InvoiceList.needsDetails(query, form, session)
            let invoices = try session.read {
                try Invoices.list(
                    $0, needsSettled: InvoiceView.needsSettled(query), withDetails: withDetails,
                    asOf: today)
            }
            return try .invoices(invoices, query, form, session, none: none)
        case .payment:
            return try .payments(
                session.read { try Payments.list($0, asOf: session.asOf) },
                saved.query(today: today), form, session)
        case .client:
            return try .clients(
                session.read { try Clients.list($0) }, saved.query(today: today), form, session,
                none: none)
        case .bill:
            return try .bills(
                session.read { try Bills.list($0, asOf: today) }, saved.query(today: today), form,
                session)
        }
    }
}

struct ViewSave: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Save a list under a name, in place of one of that name.",
        discussion: "The fields are those of the list: jalon invoice list --help names them.")

    @Argument(help: ArgumentHelp("Its name.", valueName: "name"))
    var name: String
    @Option(
        help: ArgumentHelp(
            "Of what: \(ViewNoun.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "noun"))
    var of: String = ViewNoun.invoice.rawValue
    @Flag(inversion: .prefixedNo, help: "On the first page, as jalon alone shows it, or not.")
    var pin: Bool?
    @OptionGroup var query: QueryOptions
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let view = try session.write(writing) {
            try SavedViews.save(
                $0, name: name, noun: of, where: query.condition, sort: query.sort,
                group: query.group, isPinned: pin, today: session.today)
        }
        return Answer(
            json: view.json, line: "Saved “\(view.name)”. Look at it: jalon view \(view.typed)")
    }
}

struct ViewList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the saved lists.")

    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer { try Self.answer(session, form) }

    static func answer(_ session: Session, _ form: FormOptions) throws -> Answer {
        let views = try session.read { try SavedViews.list($0) }
        return try Answer(json: .array(views.map(\.json))) { page in
            var table = Table([
                .left("NAME"), .left("OF"), .left("WHERE"), .left("SORT"), .left("GROUP"),
                .left("PINNED"),
            ])
            for view in views {
                table.add([
                    Cell(view.name, .strong), Cell(view.noun), Cell(view.condition ?? ""),
                    Cell(view.sort ?? ""), Cell(view.group ?? ""),
                    Cell(view.isPinned ? "yes" : ""),
                ])
            }
            page.table(
                table, none: #"No views yet. Save one: jalon view save due --where "status=due""#)
        }.shown(as: form, in: session)
    }
}

struct ViewPin: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "pin", abstract: "Put a saved list on the first page.")

    @Argument(help: ArgumentHelp("Its name.", valueName: "view"))
    var view: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let pinned = try session.write(writing) {
            try SavedViews.pin($0, try Lookup.view($0, view, for: .writing), true)
        }
        return Answer(
            json: pinned.json, line: "“\(pinned.name)” is on the first page. Look at it: jalon")
    }
}

struct ViewUnpin: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "unpin", abstract: "Take a saved list away from the first page.")

    @Argument(help: ArgumentHelp("Its name.", valueName: "view"))
    var view: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let unpinned = try session.write(writing) {
            try SavedViews.pin($0, try Lookup.view($0, view, for: .writing), false)
        }
        return Answer(json: unpinned.json, line: "“\(unpinned.name)” is not on the first page.")
    }
}

extension SavedView {
    /// The name as a shell needs it.
    var typed: String { name.contains(" ") ? "\"\(name)\"" : name }
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
