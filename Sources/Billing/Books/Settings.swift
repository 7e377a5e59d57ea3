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

    /// The fields of the row.
    static let columns =
        ["name", "currency", "country"] + SettingsInput.detailFields.map(SettingsInput.column)

    /// The row's fields as text; nil when the currency is none.
    init(_ record: (String) -> String?) throws(BillingFailure) {
        name = record("name") ?? ""
        currency = try Currency(record("currency") ?? "EUR")
        country = record("country")
        var details: [String: String] = [:]
        for field in SettingsInput.detailFields {
            details[field] = record(SettingsInput.column(field))
        }
        self.details = details
    }

    /// The terms of clients that have none of their own.
    package var terms: Terms {
        details["terms"].flatMap { try? Terms($0) } ?? .standard
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
        "legalForm", "address", "siren", "registration", "vatId", "email", "terms", "penalty",
        "discount", "nature", "exemption",
    ]

    /// The name of a field in its table, where names have no capitals.
    static func column(_ field: String) -> String {
        switch field {
        case "legalForm": "legal_form"
        case "vatId": "vat_id"
        default: field
        }
    }

    /// The checked values of the fields that were given.
    func values() throws(BillingFailure) -> [String: Value] {
        var values: [String: Value] = [:]
        if let name { values["name"] = .text(try PlainText.line(name, .name)) }
        if let country {
            values["country"] = country.isEmpty ? .null : .text(try Identifiers.country(country))
        }
        for field in Self.detailFields {
            guard let text = details[field] else { continue }
            values[Self.column(field)] =
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
        default: try PlainText.block(text, TextField(rawValue: field) ?? .note)
        }
    }
}
