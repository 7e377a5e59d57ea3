import ArgumentParser
import Billing

/// `jalon books …`.
struct BooksCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "books", abstract: "What the books say about you: it stands on every invoice.",
        subcommands: [BooksShow.self, BooksEdit.self], defaultSubcommand: BooksShow.self)
}

struct BooksShow: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what the books say about you.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let settings = try session.read { try Books.settings($0) }
        return Answer(json: settings.json) { page in
            page.line(settings.name, .strong)
            let details = SettingsInput.detailFields.map { field in
                (name: field.words, value: settings.details[field]?.replacing("\n", with: ", "))
            }
            page.facts(
                [("currency", settings.currency.code), ("country", settings.country)] + details)
        }
    }
}

struct BooksEdit: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change what the books say about you.",
        discussion: #"Only what is given changes; --email "" clears it."#)

    @Option(help: ArgumentHelp("The name of the business.", valueName: "text"))
    var name: String?
    @Option(help: ArgumentHelp("Two letters, as in FR.", valueName: "code"))
    var country: String?
    @Option(
        name: .customLong("legal-form"),
        help: ArgumentHelp("As in EI, or SARL au capital de 1 000 EUR.", valueName: "text"))
    var legalForm: String?
    @Option(help: ArgumentHelp("Postal address; \\n between its lines.", valueName: "text"))
    var address: String?
    @Option(help: ArgumentHelp("SIREN or SIRET.", valueName: "digits"))
    var siren: String?
    @Option(help: ArgumentHelp("Where you are registered: RCS or RM.", valueName: "text"))
    var registration: String?
    @Option(name: .customLong("vat-id"), help: ArgumentHelp("VAT id.", valueName: "id"))
    var vatId: String?
    @Option(help: ArgumentHelp("Mail address.", valueName: "address"))
    var email: String?
    @Option(help: ArgumentHelp("Terms of clients without their own.", valueName: "terms"))
    var terms: String?
    @Option(help: ArgumentHelp("The penalty for paying late.", valueName: "text"))
    var penalty: String?
    @Option(help: ArgumentHelp("The discount for paying early, or none.", valueName: "text"))
    var discount: String?
    @Option(help: ArgumentHelp("Goods, services or both.", valueName: "text"))
    var nature: String?
    @Option(help: ArgumentHelp("The legal reason of an exemption.", valueName: "text"))
    var exemption: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let given: [String: String?] = [
            "legalForm": legalForm, "address": address?.withLineBreaks, "siren": siren,
            "registration": registration, "vatId": vatId, "email": email, "terms": terms,
            "penalty": penalty, "discount": discount, "nature": nature, "exemption": exemption,
        ]
        let input = SettingsInput(
            name: name, country: country, details: given.compactMapValues(\.self))
        let settings = try session.write(writing) { try Books.edit($0, input) }
        return Answer(json: settings.json, line: "Changed what the books say about you.")
    }
}

extension String {
    /// A field's name as words: `legalForm` is `legal form`.
    fileprivate var words: String {
        self == "vatId"
            ? "VAT id"
            : self == "siren"
                ? "SIREN"
                : reduce(into: "") { result, letter in
                    result += letter.isUppercase ? " " + letter.lowercased() : String(letter)
                }
    }
}
