import ArgumentParser
import Billing

/// `jalon package …`.
struct PackageCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "package", abstract: "Prepaid packages of sessions, hours or kilometres.",
        subcommands: [PackageNew.self, PackageUse.self, PackageList.self],
        defaultSubcommand: PackageList.self)
}

struct PackageNew: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Sell a package.")

    @Argument(help: ArgumentHelp("Whose: name or id.", valueName: "client"))
    var client: String
    @Argument(help: ArgumentHelp("What it is called.", valueName: "name"))
    var name: String
    @Option(help: ArgumentHelp("How many units it holds.", valueName: "count"))
    var units: String
    @Option(help: ArgumentHelp("What it costs.", valueName: "amount"))
    var price: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let package = try session.write(writing) { books in
            let row = try Lookup.client(books, client, for: .writing)
            return try Packages.new(
                books, client: row, name: name, units: units, price: price, at: session.moment)
        }
        return Answer(
            json: package.json,
            line: "Package “\(package.name)” of \(package.units) for \(package.clientName),"
                + " id \(package.id).")
    }
}

struct PackageUse: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "use", abstract: "Count units of a package as used.",
        discussion: "What several devices count adds up. -- -1 gives a unit back.")

    @Argument(help: ArgumentHelp("Name or id.", valueName: "package"))
    var package: String
    @Argument(help: ArgumentHelp("How many; 1 unless given.", valueName: "count"))
    var units: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let used = try session.write(writing) { books in
            let row = try Lookup.package(books, package, for: .writing)
            return try Packages.use(books, row, units: units)
        }
        return Answer(json: used.json) { page in
            page.line(
                "“\(used.name)” of \(used.clientName): \(used.used) of \(used.units) used,"
                    + " \(used.remaining) left.",
                used.remaining < 0 ? .warning : .plain)
        }
    }
}

struct PackageList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the packages and what is left of them.")

    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let packages = try session.read { try Packages.list($0) }
        return try Answer(json: .array(packages.map(\.json))) { page in
            var table = Table([
                .left("NAME"), .left("CLIENT"), .right("UNITS"), .right("USED"), .right("LEFT"),
                .right("PRICE"), .left("ID", drops: 1),
            ])
            for package in packages {
                table.add([
                    Cell(package.name, .strong), Cell(package.clientName), Cell("\(package.units)"),
                    Cell("\(package.used)"),
                    Cell("\(package.remaining)", package.remaining < 0 ? .warning : .plain),
                    Cell("\(package.currency.text(package.price)) \(package.currency.code)"),
                    Cell(package.id.shortID, .faint),
                ])
            }
            page.table(
                table,
                none: "No packages yet. Sell one:"
                    + " jalon package new CLIENT NAME --units 10 --price 900")
        }.shown(as: form, in: session)
    }
}
