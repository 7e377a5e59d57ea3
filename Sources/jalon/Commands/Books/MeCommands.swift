import ArgumentParser
import Billing

/// `jalon me …`.
struct MeCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "me", abstract: "Your business: it stands on every invoice.",
        subcommands: [MeShow.self, MeSet.self, AccountCommands.self],
        defaultSubcommand: MeShow.self, aliases: ["books"])
}

struct MeShow: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what the books say about you.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let (settings, accounts) = try session.read {
            (try Books.settings($0), try Accounts.list($0))
        }
        let json = settings.json.adding(["accounts": .array(accounts.map(\.json))])
        return Answer(json: json) { page in
            page.line(settings.name, .strong)
            let details = SettingsInput.detailFields.map { field in
                (name: field.words, value: settings.details[field]?.replacing("\n", with: ", "))
            }
            page.facts(
                [("currency", settings.currency.code), ("country", settings.country)] + details
                    + accounts.map { (name: "account", value: $0.line) })
        }
    }
}

struct MeSet: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Say who you are, for new invoices.",
        usage: #"jalon me set [--siren 404833048] [--address "1 rue Nord\n75002 Paris"] …"#,
        discussion: """
            Only what is given changes; --email "" clears it. What was issued stays as it was.

            --regime is franchise (no VAT: art. 293 B), receipts (VAT of services when they are \
            paid) or debits (VAT with the invoice).
            """, aliases: ["edit"])

    @Option(help: ArgumentHelp("The name of the business.", valueName: "text"))
    var name: String?
    @Option(help: ArgumentHelp("Two letters, as in FR.", valueName: "code"))
    var country: String?
    @Option(
        name: .customLong("legal-form"), help: ArgumentHelp("As in EI or SARL.", valueName: "text"))
    var legalForm: String?
    @Option(help: ArgumentHelp("The company's capital in euros.", valueName: "amount"))
    var capital: String?
    @Option(help: ArgumentHelp("Postal address; \\n between its lines.", valueName: "text"))
    var address: String?
    @Option(help: ArgumentHelp("SIREN or SIRET.", valueName: "digits"))
    var siren: String?
    @Option(
        help: ArgumentHelp(
            "Where you are registered, as in RCS Paris 404 833 048.", valueName: "text"))
    var registration: String?
    @Option(name: .customLong("vat-id"), help: ArgumentHelp("VAT id.", valueName: "id"))
    var vatId: String?
    @Option(help: ArgumentHelp("franchise, receipts or debits.", valueName: "regime"))
    var regime: String?
    @Option(help: ArgumentHelp("Mail address.", valueName: "address"))
    var email: String?
    @Option(help: ArgumentHelp("Telephone.", valueName: "number"))
    var phone: String?
    @Option(help: ArgumentHelp("Site.", valueName: "address"))
    var website: String?
    @Option(
        help: ArgumentHelp("Of documents for clients without their own: fr, en.", valueName: "code")
    )
    var language: String?
    @Option(help: ArgumentHelp("Terms of clients without their own.", valueName: "terms"))
    var terms: String?
    @Option(help: ArgumentHelp("The penalty for paying late, in words.", valueName: "text"))
    var penalty: String?
    @Option(
        name: .customLong("penalty-rate"),
        help: ArgumentHelp("The same in percent a year, if a contract fixes it.", valueName: "rate")
    )
    var penaltyRate: String?
    @Option(help: ArgumentHelp("The discount for paying early, or none.", valueName: "text"))
    var discount: String?
    @Option(help: ArgumentHelp("goods, services or both.", valueName: "word"))
    var nature: String?
    @Option(help: ArgumentHelp("The legal reason of an exemption.", valueName: "text"))
    var exemption: String?
    @Option(
        name: .customLong("show-iban"),
        help: ArgumentHelp("When: always, never, or after:2 paid invoices.", valueName: "rule"))
    var showIban: String?
    @Option(
        help: ArgumentHelp("To whom cheques are made out, if to another name.", valueName: "name"))
    var payee: String?
    @Option(
        help: ArgumentHelp("A wallet that takes money, as its mail address.", valueName: "text"))
    var wallet: String?
    @Option(
        help: ArgumentHelp("Where invoices can be paid at once: https://…", valueName: "address"))
    var link: String?
    @Option(
        help: ArgumentHelp(
            "The person who sees to invoices, where nothing else is said.", valueName: "name"))
    var owner: String?
    @Option(
        help: ArgumentHelp(
            "Your creditor identifier for direct debits, as in FR72ZZZ123456.", valueName: "id"))
    var creditor: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let given: [String: String?] = [
            "legalForm": legalForm, "capital": capital, "address": address?.withLineBreaks,
            "siren": siren, "registration": registration, "vatId": vatId, "regime": regime,
            "email": email, "phone": phone, "website": website, "language": language,
            "terms": terms, "penalty": penalty, "penaltyRate": penaltyRate, "discount": discount,
            "nature": nature, "exemption": exemption, "showIban": showIban,
            "payee": payee, "wallet": wallet, "link": link, "owner": owner, "creditor": creditor,
        ]
        let input = SettingsInput(
            name: name, country: country, details: given.compactMapValues(\.self))
        let settings = try session.write(writing) { try Books.edit($0, input) }
        return Answer(json: settings.json, line: "Changed what the books say about you.")
    }
}

/// `jalon me account …`.
struct AccountCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Your bank accounts; the first one stands on invoices.",
        subcommands: [AccountList.self, AccountAdd.self, AccountRemove.self],
        defaultSubcommand: AccountList.self)
}

struct AccountList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the accounts.")

    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let accounts = try session.read { try Accounts.list($0) }
        return try Answer(json: .array(accounts.map(\.json))) { page in
            var table = Table([.left("IBAN"), .left("BIC"), .left("HOLDER"), .left("LABEL")])
            for account in accounts {
                table.add([
                    Cell(account.groupedIBAN, .strong), Cell(account.bic ?? ""),
                    Cell(account.holder ?? ""), Cell(account.label ?? ""),
                ])
            }
            page.table(table, none: "No accounts yet. Add one: jalon me account add IBAN")
        }.shown(as: form, in: session)
    }
}

struct AccountAdd: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an account, or change what is said about it.")

    @Argument(help: ArgumentHelp("With or without blanks.", valueName: "iban"))
    var iban: String
    @Option(help: ArgumentHelp("BIC of the bank.", valueName: "bic"))
    var bic: String?
    @Option(help: ArgumentHelp("Whose it is, if not the business's.", valueName: "name"))
    var holder: String?
    @Option(help: ArgumentHelp("What you call it.", valueName: "name"))
    var label: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let account = try session.write(writing) {
            try Accounts.add(
                $0, iban: iban, bic: bic, holder: holder, label: label, at: session.moment)
        }
        return Answer(json: account.json, line: "Account \(account.line).")
    }
}

struct AccountRemove: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove an account from new invoices.")

    @Argument(help: ArgumentHelp("IBAN, label or id.", valueName: "account"))
    var account: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let removed = try session.write(writing) {
            try Accounts.remove($0, try Lookup.account($0, account, for: .writing))
        }
        return Answer(
            json: removed.json,
            line: "Removed \(removed.line). Back again: jalon me account add \(removed.iban)")
    }
}

extension AccountView {
    /// The account on one line.
    fileprivate var line: String {
        [groupedIBAN, bic, holder, label].compactMap(\.self).joined(separator: ", ")
    }
}

extension String {
    /// A field's name as words: `legalForm` is `legal form`.
    var words: String {
        switch self {
        case "vatId": "VAT id"
        case "siren": "SIREN"
        case "siret": "SIRET"
        case "iban": "IBAN"
        case "bic": "BIC"
        case "showIban": "IBAN shown"
        case "po": "purchase order"
        default:
            reduce(into: "") { result, letter in
                result += letter.isUppercase ? " " + letter.lowercased() : String(letter)
            }
        }
    }
}
