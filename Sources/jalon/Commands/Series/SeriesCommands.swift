import ArgumentParser
import Billing
import Replication

/// `jalon series …`.
struct SeriesCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "series", abstract: "Number series: each belongs to one device.",
        subcommands: [SeriesList.self, SeriesOpen.self, SeriesContinue.self, SeriesClose.self],
        defaultSubcommand: SeriesList.self)
}

struct SeriesList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the number series.")

    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let replica = try session.replica()
        let mine = try replica.status().writers.first(where: \.isOwn)?.key
        let series = try replica.read { try SeriesBook.list($0) }
        return try Answer(json: .array(series.map { $0.json(mine: mine) })) { page in
            var table = Table([
                .left("NAME"), .left("STATE"), .left("WHOSE"), .left("LAST"), .left("ON"),
                .left("REASON"),
            ])
            for one in series {
                let isMine = mine.map(one.writers.contains) ?? false
                table.add([
                    Cell(one.name, .strong),
                    Cell(one.state.rawValue, one.state == .claimedTwice ? .bad : .plain),
                    Cell(isMine ? "this device" : one.writers.isEmpty ? "nobody" : "another"),
                    Cell(one.lastText ?? ""), Cell(one.lastDate?.iso ?? ""),
                    Cell(one.reason ?? ""),
                ])
            }
            page.table(table, none: "No series yet. Open one: jalon series open F")
        }.shown(as: form, in: session)
    }
}

struct SeriesOpen: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Open a series for this device.")

    @Argument(help: ArgumentHelp("What its numbers begin with, as in F2.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("Why there is another one; it is recorded.", valueName: "text"))
    var reason: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let series = try session.write(writing) {
            try SeriesBook.open($0, name: name, reason: reason, at: session.moment)
        }
        return Answer(
            json: series.ownJSON, line: "Series \(series.name) is open on this device.")
    }
}

struct SeriesContinue: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "continue", abstract: "Go on with the series of a retired device.",
        discussion: "Only when nothing will ever be issued from the old device again.")

    @Argument(help: ArgumentHelp("The series.", valueName: "name"))
    var name: String
    @Option(
        help: ArgumentHelp("The last number that was issued, if it is not here.", valueName: "N"))
    var last: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let series = try session.write(writing) {
            try SeriesBook.continue($0, name: name, last: last, at: session.moment)
        }
        return Answer(
            json: series.ownJSON,
            line:
                "This device goes on with series \(series.name) after \(series.lastText ?? "no number")."
        )
    }
}

struct SeriesClose: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "close", abstract: "Close a series for good.")

    @Argument(help: ArgumentHelp("The series.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("Why; it is recorded.", valueName: "text"))
    var reason: String?
    @Option(
        help: ArgumentHelp("The last number that was issued, if it is not here.", valueName: "N"))
    var last: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let series = try session.write(writing) {
            try SeriesBook.close($0, name: name, reason: reason, last: last, at: session.moment)
        }
        return Answer(
            json: series.ownJSON,
            line: "Series \(series.name) is closed after \(series.lastText ?? "no number").")
    }
}

extension SeriesClaim {
    /// What a decision of this device's own writer came to; a series goes by its name.
    fileprivate var ownJSON: JSON { json(mine: writers.first).adding(["id": .string(name)]) }
}
