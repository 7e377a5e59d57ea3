/// A client as answers show it.
package struct ClientView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// The name; empty if another program wrote none.
    package let name: String
    /// The mail address.
    package let email: String?
    /// The terms of payment; nil means those of the books.
    package let terms: String?
    /// The VAT id.
    package let vatId: String?
    /// The SIREN.
    package let siren: String?
    /// The postal address.
    package let address: String?
    /// ISO 3166-1 code.
    package let country: String?
    /// Whether it was removed: it is still shown where something refers to it.
    package let isRemoved: Bool

    /// The row's fields as text.
    init(id: String, isRemoved: Bool, _ field: (String) -> String?) {
        self.id = id
        name = field("name") ?? ""
        email = field("email")
        terms = field("terms")
        vatId = field("vat_id")
        siren = field("siren")
        address = field("address")
        country = field("country")
        self.isRemoved = isRemoved
    }

    /// How a failure names it.
    var candidate: Candidate { Candidate(id: id, label: name, detail: email ?? "") }

    /// `id name email terms vatId siren address country removed`.
    package var json: JSON { .object(members) }

    var members: [JSON.Member] {
        [
            JSON.Member("id", .string(id)), JSON.Member("name", .string(name)),
            JSON.Member("email", .text(email)), JSON.Member("terms", .text(terms)),
            JSON.Member("vatId", .text(vatId)), JSON.Member("siren", .text(siren)),
            JSON.Member("address", .text(address)), JSON.Member("country", .text(country)),
            JSON.Member("removed", .bool(isRemoved)),
        ]
    }
}

/// What adding or editing a client came to.
package struct ClientChange: Equatable, Sendable {
    /// The client as it is then.
    package let client: ClientView
    /// Others with a similar name: a warning, never a refusal.
    package let similar: [Candidate]
}

/// A client with what there is between you.
package struct ClientDetail: Equatable, Sendable {
    /// The client.
    package let client: ClientView
    /// What is open, per currency.
    package let accounts: [OwedClient]
    /// How many of its drafts are not issued.
    package let drafts: Int

    /// The client's keys, with `drafts` and `owed` (an array as in `owed`).
    package var json: JSON {
        .object(
            client.members + [
                JSON.Member("drafts", .integer(drafts)),
                JSON.Member("owed", .array(accounts.map(\.json))),
            ])
    }
}
