import ArgumentParser
import Billing

/// `jalon item …`.
struct ItemCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "item", abstract: "The rate card: what you sell again and again.",
        subcommands: [ItemList.self, ItemAdd.self, ItemEdit.self, ItemRemove.self],
        defaultSubcommand: ItemList.self)
}

/// What can be said about an item; an empty text clears what stood there.
struct ItemDetails: ParsableArguments {
    @Option(help: ArgumentHelp("What stands on the line.", valueName: "text"))
    var name: String?
    @Option(help: ArgumentHelp("The price without VAT.", valueName: "amount"))
    var price: String?
    @Option(help: ArgumentHelp("The unit, as in day.", valueName: "text"))
    var unit: String?
    @Option(help: ArgumentHelp("How many units the price is for.", valueName: "number"))
    var base: String?
    @Option(help: ArgumentHelp("The VAT rate.", valueName: "rate"))
    var rate: String?
    @Option(help: ArgumentHelp("The VAT category.", valueName: "code"))
    var category: String?
    @Option(help: ArgumentHelp("What stands below the line.", valueName: "text"))
    var note: String?

    var input: ItemInput {
        ItemInput(
            name: name, unit: unit, price: price, priceBase: base, rate: rate,
            category: category, note: note?.withLineBreaks)
    }
}

struct ItemList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rate card.")

    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let items = try session.read { try Items.list($0) }
        return try Answer(json: .array(items.map(\.json))) { page in
            var table = Table([
                .left("CODE"), .left("NAME"), .right("PRICE"), .left("UNIT"), .right("VAT"),
            ])
            for item in items {
                let base = item.priceBase.map { "\($0.text) " } ?? ""
                table.add([
                    Cell(item.code, .strong), Cell(item.name),
                    Cell(item.price?.text(atLeast: 2) ?? ""), Cell(base + (item.unit ?? "")),
                    Cell(
                        [item.category?.rawValue, item.rate.map { "\($0.text) %" }]
                            .compactMap(\.self).joined(separator: " ")),
                ])
            }
            page.table(
                table, none: "No items yet. Add one: jalon item add dev-day --price 450.00")
        }.shown(as: form, in: session)
    }
}

struct ItemAdd: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an item.",
        discussion: #"A line takes it by its code: --line "@dev-day; 3"."#)

    @Argument(help: ArgumentHelp("What it is called after @, as in dev-day.", valueName: "code"))
    var code: String
    @OptionGroup var details: ItemDetails
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let item = try session.write(writing) {
            try Items.add($0, code: code, details.input)
        }
        return Answer(json: item.json) { page in
            page.line("Added item “\(item.code)”, \(item.name).")
            page.line(#"Use it: jalon invoice new CLIENT --line "@\#(item.code); 3""#, .faint)
        }
    }
}

struct ItemEdit: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change an item; drafts keep what they took.",
        discussion: #"Only what is given changes; --unit "" clears it."#)

    @Argument(help: ArgumentHelp("Code or id.", valueName: "item"))
    var item: String
    @OptionGroup var details: ItemDetails
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let edited = try session.write(writing) {
            try Items.edit($0, try Lookup.item($0, item, for: .writing), details.input)
        }
        return Answer(json: edited.json, line: "Changed item “\(edited.code)”.")
    }
}

struct ItemRemove: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an item.")

    @Argument(help: ArgumentHelp("Code or id.", valueName: "item"))
    var item: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let removed = try session.write(writing) {
            try Items.remove($0, try Lookup.item($0, item, for: .writing))
        }
        return Answer(json: removed.json, line: "Removed item “\(removed.code)”.")
    }
}
