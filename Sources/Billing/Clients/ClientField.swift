import Convergence

/// What can be said about a client beside the name; the raw values are the names in answers.
package enum ClientField: String, CaseIterable, Sendable {
    // Who they are.
    case kind, email, phone, contact, vatId, siren, address, country
    // Where invoices and goods go, and whom to turn to at last.
    case billingName, billingEmail, billingAddress, deliveryAddress
    case escalationName, escalationEmail, escalationPhone
    // What new invoices begin with.
    case terms, currency, language, method, rate, category
    // How they pay.
    case payDay, cutoff, perCycle
    // The account that they pay from, and the mandate to collect from it.
    case iban, bic, mandate, mandateDate, mandateScheme
    // Where they are sorted in, and which of you sees to their invoices.
    case folder, owner
    // Purchase orders.
    case po, poRule
    // What the contract says.
    case penaltyRate, recoveryFee, showIban
    case note

    /// The name in the table, where names have no capitals.
    var column: String { rawValue.columnName }

    /// All fields with their columns, which are asked of every row.
    static let columns = allCases.map { (field: $0, column: $0.column) }

    /// The form that is kept of what was typed.
    func checked(_ text: String) throws(BillingFailure) -> String {
        switch self {
        case .kind: try choice(text, ClientKind.allCases.map(\.rawValue))
        case .email, .billingEmail, .escalationEmail: try Identifiers.email(text)
        case .vatId: try Identifiers.vatID(text)
        case .siren: try Identifiers.sirenOrSiret(text)
        case .country: try Identifiers.country(text)
        case .terms: try Terms(text).text
        case .currency: try Currency(text).code
        case .language: try choice(text, Language.allCases.map(\.rawValue))
        case .rate: try Decimal(text, as: .rate).text
        case .category: try VATCategory(text).rawValue
        case .iban: try Identifiers.iban(text)
        case .bic: try Identifiers.bic(text)
        case .mandate: try Identifiers.mandate(text)
        case .mandateDate: try DraftField.delivered.checked(text)
        case .mandateScheme: try choice(text, MandateScheme.allCases.map(\.rawValue))
        case .payDay, .cutoff: try PayCycle.day(text, rawValue)
        case .perCycle: try choice(text, ["one", "several"])
        case .poRule: try choice(text, ["required", "optional"])
        case .penaltyRate: try Decimal(text, as: .rate).text
        case .recoveryFee: try Currency.eur.text(Currency.eur.minor(text))
        case .showIban: try AccountRule(text).text
        case .address, .billingAddress, .deliveryAddress: try PlainText.block(text, .address)
        case .contact, .billingName, .escalationName: try PlainText.line(text, .name)
        case .phone, .escalationPhone: try PlainText.line(text, .phone)
        case .method: try PaymentMethod.checked(text)
        case .folder: try Labels.folder(text)
        case .owner: try PlainText.line(text, .owner)
        case .po: try PlainText.line(text, .purchaseOrder)
        case .note: try PlainText.block(text, .note)
        }
    }

    private func choice(_ text: String, _ allowed: [String]) throws(BillingFailure) -> String {
        try ChoiceFault.checked(text, rawValue, allowed)
    }
}

/// What a client is in the eyes of the law: penalties, fees and mandatory content depend on it.
package enum ClientKind: String, CaseIterable, Sendable {
    case business, consumer, `public`
}

/// The language of what a client gets.
package enum Language: String, CaseIterable, Sendable {
    case french = "fr"
    case english = "en"
}

extension ChoiceFault {
    /// The one of the allowed words that was typed, in any case.
    static func checked(
        _ text: String, _ field: String, _ allowed: [String]
    ) throws(BillingFailure) -> String {
        let word = text.trimmed.lowercased()
        guard allowed.contains(word) else {
            throw .choice(ChoiceFault(field: field, text: text, allowed: allowed))
        }
        return word
    }
}

/// When bank details stand on a client's invoice.
package enum AccountRule: Equatable, Sendable {
    case always, never
    /// Once so many invoices of the client are paid in full.
    case after(Int)

    /// Reads `always`, `never` or `after:2`.
    init(_ text: String) throws(BillingFailure) {
        let word = text.trimmed.lowercased()
        switch word {
        case "always": self = .always
        case "never": self = .never
        default:
            guard word.hasPrefix("after:"), let count = Int(word.dropFirst(6)),
                (1...1_000).contains(count)
            else {
                throw .choice(
                    ChoiceFault(
                        field: "showIban", text: text, allowed: ["always", "never", "after:2"]))
            }
            self = .after(count)
        }
    }

    /// The written form, which `init` reads.
    package var text: String {
        switch self {
        case .always: "always"
        case .never: "never"
        case .after(let count): "after:\(count)"
        }
    }
}
