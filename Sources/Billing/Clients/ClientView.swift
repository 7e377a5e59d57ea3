/// A client as answers show it.
package struct ClientView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// The name; empty if another program wrote none.
    package let name: String
    /// The other fields that are set.
    package let fields: [ClientField: String]
    /// Whether it was removed: it is still shown where something refers to it.
    package let isRemoved: Bool
    /// What it is marked with, by the letters.
    package let labels: [String]

    /// The row's fields as text.
    init(
        id: String, isRemoved: Bool, labels: [String] = [], _ field: (String) -> String?
    ) {
        self.id = id
        self.labels = labels
        name = field("name") ?? ""
        var fields: [ClientField: String] = [:]
        for (known, column) in ClientField.columns {
            if let text = field(column) { fields[known] = text }
        }
        self.fields = fields
        self.isRemoved = isRemoved
    }

    /// A field, if it is set.
    package subscript(_ field: ClientField) -> String? { fields[field] }

    /// The mail address.
    package var email: String? { self[.email] }
    /// The terms of payment; nil means those of the books.
    package var terms: String? { self[.terms] }
    /// The VAT id.
    package var vatId: String? { self[.vatId] }
    /// The SIREN: of a SIRET its first nine digits.
    package var siren: String? { self[.siren].map { String($0.prefix(9)) } }
    /// The SIRET, if the establishment is known.
    package var siret: String? { self[.siren].flatMap { $0.count == 14 ? $0 : nil } }
    /// The postal address.
    package var address: String? { self[.address] }
    /// ISO 3166-1 code.
    package var country: String? { self[.country] }
    /// The language of what the client gets.
    package var language: Language? { self[.language].flatMap { Language(rawValue: $0) } }
    /// Where it is sorted in, and what it is marked with.
    package var tags: ClientTags { ClientTags(folder: self[.folder], labels: labels) }
    /// When the client pays, if it is known.
    package var payCycle: PayCycle? {
        self[.payDay].flatMap { Int($0) }.map {
            PayCycle(
                payDay: $0, cutoff: self[.cutoff].flatMap { Int($0) },
                takesOne: self[.perCycle] == "one")
        }
    }

    /// What the client is in the eyes of the law: as typed, or a business if it has the number of
    /// one.
    package var kind: ClientKind {
        self[.kind].flatMap { ClientKind(rawValue: $0) }
            ?? (self[.vatId] != nil || self[.siren] != nil ? .business : .consumer)
    }

    /// How a failure names it.
    var candidate: Candidate { Candidate(id: id, label: name, detail: email ?? "") }

    /// `id name siret labels removed` and the names of `ClientField`, null where nothing is set.
    package var json: JSON { .object(members) }

    var members: [JSON.Member] {
        [JSON.Member("id", .string(id)), JSON.Member("name", .string(name))]
            + ClientField.allCases.map { field in
                JSON.Member(field.rawValue, .text(field == .siren ? siren : self[field]))
            } + [
                JSON.Member("siret", .text(siret)),
                JSON.Member("labels", .array(labels.map(JSON.string))),
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
    /// By when an invoice must be sent to be paid next, and when that is.
    package let nextPayment: (sendBy: CivilDate, paid: CivilDate)?

    /// The client's keys, with `drafts`, `nextPayment` (`sendBy` and `paid`) and `owed` (an array
    /// as in `owed`).
    package var json: JSON {
        let next = nextPayment.map { next in
            JSON.members(["sendBy": .string(next.sendBy.iso), "paid": .string(next.paid.iso)])
        }
        return .object(
            client.members + [
                JSON.Member("drafts", .integer(drafts)), JSON.Member("nextPayment", next ?? .null),
                JSON.Member("owed", .array(accounts.map(\.json))),
            ])
    }

    package static func == (left: ClientDetail, right: ClientDetail) -> Bool {
        left.json == right.json
    }
}
