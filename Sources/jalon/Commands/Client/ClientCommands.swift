import ArgumentParser
import Billing

/// `jalon client …`.
struct ClientCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "The people you work for.",
        subcommands: [
            ClientAdd.self, ClientList.self, ClientShow.self, ClientEdit.self, ClientLabel.self,
            ClientRemove.self, ClientRestore.self,
        ],
        defaultSubcommand: ClientList.self)
}

/// What can be said about a client; an empty text clears what stood there.
struct ClientDetails: ParsableArguments {
    @Option(help: ArgumentHelp("business, consumer or public.", valueName: "kind"))
    var kind: String?
    @Option(help: ArgumentHelp("Mail address.", valueName: "address"))
    var email: String?
    @Option(help: ArgumentHelp("Telephone.", valueName: "number"))
    var phone: String?
    @Option(help: ArgumentHelp("The person you deal with.", valueName: "name"))
    var contact: String?
    @Option(
        name: .customLong("vat-id"),
        help: ArgumentHelp("VAT id, as in FR83404833048.", valueName: "id"))
    var vatId: String?
    @Option(help: ArgumentHelp("SIREN or SIRET.", valueName: "digits"))
    var siren: String?
    @Option(help: ArgumentHelp("Postal address; \\n between its lines.", valueName: "text"))
    var address: String?
    @Option(help: ArgumentHelp("Two letters, as in FR.", valueName: "country"))
    var country: String?
    @Option(
        name: .customLong("billing-name"),
        help: ArgumentHelp("Who gets the invoices, if another.", valueName: "name"))
    var billingName: String?
    @Option(
        name: .customLong("billing-email"),
        help: ArgumentHelp("Where invoices are mailed.", valueName: "address"))
    var billingEmail: String?
    @Option(
        name: .customLong("billing-address"),
        help: ArgumentHelp("Where invoices are posted.", valueName: "text"))
    var billingAddress: String?
    @Option(
        name: .customLong("delivery-address"),
        help: ArgumentHelp("Where things are delivered.", valueName: "text"))
    var deliveryAddress: String?
    @Option(
        name: .customLong("escalation-name"),
        help: ArgumentHelp("Whom to turn to at last, as the director.", valueName: "name"))
    var escalationName: String?
    @Option(
        name: .customLong("escalation-email"),
        help: ArgumentHelp("The same by mail.", valueName: "address"))
    var escalationEmail: String?
    @Option(
        name: .customLong("escalation-phone"),
        help: ArgumentHelp("The same by telephone.", valueName: "number"))
    var escalationPhone: String?
    @Option(help: ArgumentHelp("Terms of payment: 30d, eom or eom+45d.", valueName: "terms"))
    var terms: String?
    @Option(help: ArgumentHelp("The currency of new drafts.", valueName: "code"))
    var currency: String?
    @Option(help: ArgumentHelp("Of what the client gets: fr, en.", valueName: "code"))
    var language: String?
    @Option(help: .method("How the client pays"), completion: .methods)
    var method: String?
    @Option(help: ArgumentHelp("The VAT rate of lines that name none.", valueName: "rate"))
    var rate: String?
    @Option(help: ArgumentHelp("The VAT category of lines that name none.", valueName: "code"))
    var category: String?
    @Option(
        name: .customLong("pay-day"),
        help: ArgumentHelp("The day of the month on which they pay, or eom.", valueName: "day"))
    var payDay: String?
    @Option(
        help: ArgumentHelp("The day by which an invoice must be there for that.", valueName: "day"))
    var cutoff: String?
    @Option(help: ArgumentHelp("The account that they pay from.", valueName: "iban"))
    var iban: String?
    @Option(help: ArgumentHelp("BIC of its bank.", valueName: "bic"))
    var bic: String?
    @Option(
        help: ArgumentHelp("The mandate they gave you to collect from it.", valueName: "reference"))
    var mandate: String?
    @Option(
        name: .customLong("mandate-date"),
        help: ArgumentHelp("When they signed it.", valueName: "date"))
    var mandateDate: String?
    @Option(
        name: .customLong("mandate-scheme"),
        help: ArgumentHelp("core, or b2b between businesses.", valueName: "scheme"))
    var mandateScheme: String?
    @Option(
        name: .customLong("per-cycle"),
        help: ArgumentHelp("Invoices that they take at a time: one, several.", valueName: "word"))
    var perCycle: String?
    @Option(
        help: ArgumentHelp("Where you sort them in, as in Agencies/Paris.", valueName: "folder"))
    var folder: String?
    @Option(
        help: ArgumentHelp("Which of you sees to their invoices.", valueName: "name"))
    var owner: String?
    @Option(help: ArgumentHelp("The purchase order of new drafts.", valueName: "text"))
    var po: String?
    @Option(
        name: .customLong("po-rule"),
        help: ArgumentHelp("Purchase orders are required or optional.", valueName: "rule"))
    var poRule: String?
    @Option(
        name: .customLong("penalty-rate"),
        help: ArgumentHelp("What their contract says for paying late, a year.", valueName: "rate"))
    var penaltyRate: String?
    @Option(
        name: .customLong("recovery-fee"),
        help: ArgumentHelp("What their contract says as a fee for that.", valueName: "amount"))
    var recoveryFee: String?
    @Option(
        name: .customLong("show-iban"),
        help: ArgumentHelp(
            "Bank details: always, never, or after:2 paid invoices.", valueName: "rule"))
    var showIban: String?
    @Option(help: ArgumentHelp("A note of your own.", valueName: "text"))
    var note: String?

    /// What was given, by field; addresses and notes with their line breaks, dates as people type them.
    func fields(_ session: Session) throws -> [ClientField: String] {
        let given: [ClientField: String?] = [
            .kind: kind,
            .email: email,
            .phone: phone,
            .contact: contact,
            .vatId: vatId,
            .siren: siren,
            .address: address?.withLineBreaks,
            .country: country,
            .billingName: billingName,
            .billingEmail: billingEmail,
            .billingAddress: billingAddress?.withLineBreaks,
            .deliveryAddress: deliveryAddress?.withLineBreaks,
            .escalationName: escalationName,
            .escalationEmail: escalationEmail,
            .escalationPhone: escalationPhone,
            .terms: terms,
            .currency: currency,
            .language: language,
            .method: method,
            .rate: rate,
            .category: category,
            .payDay: payDay,
            .cutoff: cutoff,
            .perCycle: perCycle,
            .iban: iban,
            .bic: bic,
            .mandate: mandate,
            .mandateDate: mandateDate?.isEmpty == true ? "" : try session.date(mandateDate)?.iso,
            .mandateScheme: mandateScheme,
            .folder: folder,
            .owner: owner,
            .po: po,
            .poRule: poRule,
            .penaltyRate: penaltyRate,
            .recoveryFee: recoveryFee,
            .showIban: showIban,
            .note: note?.withLineBreaks,
        ]
        return given.compactMapValues(\.self)
    }
}
