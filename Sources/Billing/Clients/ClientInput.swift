import Convergence

/// Fields of a client as typed: what is not given stays, an empty text empties the field.
package struct ClientInput: Equatable, Sendable {
    /// The name; it cannot be emptied.
    package var name: String?
    /// The mail address.
    package var email: String?
    /// The terms of payment.
    package var terms: String?
    /// The VAT id.
    package var vatId: String?
    /// The SIREN.
    package var siren: String?
    /// The postal address, of one line or several.
    package var address: String?
    /// ISO 3166-1 code.
    package var country: String?

    /// Makes an input.
    package init(
        name: String? = nil, email: String? = nil, terms: String? = nil, vatId: String? = nil,
        siren: String? = nil, address: String? = nil, country: String? = nil
    ) {
        self.name = name
        self.email = email
        self.terms = terms
        self.vatId = vatId
        self.siren = siren
        self.address = address
        self.country = country
    }

    /// The checked values of the fields that were given.
    func values() throws(BillingFailure) -> [String: Value] {
        var values: [String: Value] = [:]
        if let name { values["name"] = .text(try PlainText.line(name, .name)) }
        values["email"] = try Self.value(email, Identifiers.email)
        values["terms"] = try Self.value(terms) { (text) throws(BillingFailure) in
            try Terms(text).text
        }
        values["vat_id"] = try Self.value(vatId, Identifiers.vatID)
        values["siren"] = try Self.value(siren, Identifiers.siren)
        values["address"] = try Self.value(address) { (text) throws(BillingFailure) in
            try PlainText.block(text, .address)
        }
        values["country"] = try Self.value(country, Identifiers.country)
        return values
    }

    /// Nil if nothing was given, null for an empty text, else the checked text.
    private static func value(
        _ text: String?, _ check: (String) throws(BillingFailure) -> String
    ) throws(BillingFailure) -> Value? {
        guard let text else { return nil }
        return text.trimmed.isEmpty ? .null : .text(try check(text))
    }
}
