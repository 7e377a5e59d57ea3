import Convergence

/// What the books say about their owner.
package struct Settings: Equatable, Sendable {
    /// The name of the business.
    package let name: String
    /// The currency of new invoices and packages.
    package let currency: Currency
    /// ISO 3166-1 code; nil if none was given: then issuing names gaps and refuses nothing.
    package let country: String?
    /// The other fields by their names, where they are set.
    package let details: [String: String]

    /// What a supply can be: Code général des impôts, annexe II, art. 242 nonies A, I, 17°.
    static let natures = ["goods", "services", "both"]

    /// The fields of the row.
    static let columns =
        ["name", "currency", "country"] + SettingsInput.detailFields.map(\.columnName)

    /// The row's fields as text; nil when the currency is none.
    init(_ record: (String) -> String?) throws(BillingFailure) {
        name = record("name") ?? ""
        currency = try Currency(record("currency") ?? "EUR")
        country = record("country")
        var details: [String: String] = [:]
        for field in SettingsInput.detailFields {
            details[field] = record(field.columnName)
        }
        self.details = details
    }

    /// How the business stands to the VAT; charged on receipts unless something else is set.
    package var regime: Regime {
        details["regime"].flatMap { Regime(rawValue: $0) } ?? .receipts
    }

    /// The language of documents for clients who have none of their own: French in France.
    package var language: Language {
        details["language"].flatMap { Language(rawValue: $0) }
            ?? (country == "FR" ? .french : .english)
    }

    /// The SIREN: of a SIRET its first nine digits.
    package var siren: String? { details["siren"].map { String($0.prefix(9)) } }

    /// When bank details stand on the invoices of clients that have no rule of their own.
    package var accountRule: AccountRule {
        details["showIban"].flatMap { try? AccountRule($0) } ?? .always
    }

    /// The terms of clients that have none of their own.
    package var terms: Terms {
        details["terms"].flatMap { try? Terms($0) } ?? .standard
    }

    /// Who sees to invoices unless something else is said: the person who was named, else the business
    /// by its own name, which is a person's unless it is a company; nil then.
    package var owner: String? {
        details["owner"]
            ?? (details["legalForm"]?.namesCompany == true || name.isEmpty ? nil : name)
    }

    /// `name currency country` and the details, null where nothing is set.
    package var json: JSON {
        .object(
            [
                JSON.Member("name", .string(name)), JSON.Member("currency", .string(currency.code)),
                JSON.Member("country", .text(country)),
            ]
                + SettingsInput.detailFields.map { JSON.Member($0, .text(details[$0])) })
    }
}

/// How a business stands to the VAT in France.
package enum Regime: String, CaseIterable, Sendable {
    /// No VAT is charged: Code général des impôts, art. 293 B.
    case franchise
    /// The VAT of services falls due when they are paid: art. 269, 2, c.
    case receipts
    /// The VAT falls due with the invoice, by option: the invoice must say so (art. 242 nonies A, I,
    /// 11° bis of annexe II).
    case debits
}

/// Fields of the settings as typed: what is not given stays, an empty text empties the field.
package struct SettingsInput: Equatable, Sendable {
    /// The name of the business.
    package var name: String?
    /// ISO 3166-1 code.
    package var country: String?
    /// The others, by the names in `detailFields`.
    package var details: [String: String]

    /// Makes an input.
    package init(
        name: String? = nil, country: String? = nil, details: [String: String] = [:]
    ) {
        self.name = name
        self.country = country
        self.details = details
    }

    /// The fields beside name, currency and country: what mandatory content is made of.
    package static let detailFields = [
        "legalForm", "capital", "address", "siren", "registration", "vatId", "regime", "email",
        "phone", "website", "language", "terms", "penalty", "penaltyRate", "discount", "nature",
        "exemption", "showIban", "payee", "wallet", "link", "owner", "creditor",
    ]

    /// The checked values of the fields that were given.
    func values() throws(BillingFailure) -> [String: Value] {
        var values: [String: Value] = [:]
        if let name { values["name"] = .text(try PlainText.line(name, .name)) }
        if let country {
            values["country"] = country.isEmpty ? .null : .text(try Identifiers.country(country))
        }
        for field in Self.detailFields {
            guard let text = details[field] else { continue }
            values[field.columnName] =
                text.isEmpty ? .null : .text(try Self.checked(text, field))
        }
        return values
    }

    private static func checked(_ text: String, _ field: String) throws(BillingFailure) -> String {
        switch field {
        case "siren": try Identifiers.sirenOrSiret(text)
        case "vatId": try Identifiers.vatID(text)
        case "email": try Identifiers.email(text)
        case "terms": try Terms(text).text
        case "capital": try Currency.eur.text(Currency.eur.minor(text))
        case "regime": try ChoiceFault.checked(text, field, Regime.allCases.map(\.rawValue))
        case "language": try ChoiceFault.checked(text, field, Language.allCases.map(\.rawValue))
        case "nature": try ChoiceFault.checked(text, field, Settings.natures)
        case "penaltyRate": try Decimal(text, as: .rate).text
        case "showIban": try AccountRule(text).text
        case "wallet": try PlainText.line(text, .wallet)
        case "payee": try PlainText.line(text, .holder)
        case "link": try DraftField.link.checked(text)
        case "creditor": try Identifiers.creditor(text)
        case "owner": try PlainText.line(text, .owner)
        case "phone", "website": try PlainText.line(text, TextField(rawValue: field) ?? .note)
        default: try PlainText.block(text, TextField(rawValue: field) ?? .note)
        }
    }
}
