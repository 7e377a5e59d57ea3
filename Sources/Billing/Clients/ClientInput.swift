import Convergence

/// Fields of a client as typed: what is not given stays, an empty text empties the field.
package struct ClientInput: Equatable, Sendable {
    /// The name; it cannot be emptied.
    package var name: String?
    /// The other fields.
    package var fields: [ClientField: String]

    /// Makes an input.
    package init(name: String? = nil, fields: [ClientField: String]) {
        self.name = name
        self.fields = fields
    }

    /// Makes an input of the fields that are given most.
    package init(
        name: String? = nil, email: String? = nil, terms: String? = nil, vatId: String? = nil,
        siren: String? = nil, address: String? = nil, country: String? = nil
    ) {
        self.name = name
        let given: [ClientField: String?] = [
            .email: email, .terms: terms, .vatId: vatId, .siren: siren, .address: address,
            .country: country,
        ]
        fields = given.compactMapValues(\.self)
    }

    /// The checked values of the fields that were given.
    func values() throws(BillingFailure) -> [String: Value] {
        var values: [String: Value] = [:]
        if let name { values["name"] = .text(try PlainText.line(name, .name)) }
        // In the order of the cases, so that of several faults the same one is told each time.
        for field in ClientField.allCases {
            guard let text = fields[field] else { continue }
            values[field.column] = text.trimmed.isEmpty ? .null : .text(try field.checked(text))
        }
        return values
    }
}
