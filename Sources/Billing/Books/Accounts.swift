package import Convergence
package import Replication

/// A bank account of the business.
package struct AccountView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// The IBAN.
    package let iban: String
    /// The BIC, if it is known.
    package let bic: String?
    /// Whose account it is; nil means the business.
    package let holder: String?
    /// What it is called.
    package let label: String?

    /// `id iban bic holder label`.
    package var json: JSON {
        .members([
            "id": .string(id), "iban": .string(iban), "bic": .text(bic), "holder": .text(holder),
            "label": .text(label),
        ])
    }

    /// The IBAN in groups of four, as it stands on paper.
    package var groupedIBAN: String { Self.grouped(iban) }

    /// An IBAN in groups of four.
    static func grouped(_ iban: String) -> String {
        var text = ""
        for (index, character) in iban.enumerated() {
            if index > 0, index.isMultiple(of: 4) { text.append(" ") }
            text.append(character)
        }
        return text
    }
}

/// The bank accounts of the business: the first one stands on invoices.
package enum Accounts {
    /// By which rule the account does not stand on every invoice of a client; `isOwn` if it is the
    /// client's, else it is that of the books. Nil where no rule withholds it, or where there is none.
    package static func withholding(
        _ reading: Reading, from client: RowID
    ) throws -> (rule: AccountRule, isOwn: Bool)? {
        let own = try Clients.stored(reading, client).text(ClientField.showIban.column)
            .flatMap { try? AccountRule($0) }
        let rule = try own ?? Books.settings(reading).accountRule
        guard try rule != .always && !list(reading).isEmpty else { return nil }
        return (rule, own != nil)
    }

    /// Adds an account, or changes what is said about it; an empty text empties its field.
    package static func add(
        _ writing: Writing, iban: String, bic: String? = nil, holder: String? = nil,
        label: String? = nil, at moment: Moment
    ) throws -> AccountView {
        let iban = try Identifiers.iban(iban)
        let present = try list(writing).first { $0.iban == iban }
        var values: [String: Value] = [:]
        if present == nil {
            values["iban"] = .text(iban)
            values["created"] = .integer(moment.milliseconds)
        }
        func set(_ field: String, _ text: String?, _ check: (String) throws -> String) throws {
            guard let text else { return }
            values[field] = text.trimmed.isEmpty ? .null : .text(try check(text))
        }
        try set("bic", bic, Identifiers.bic)
        try set("holder", holder) { try PlainText.line($0, .holder) }
        try set("label", label) { try PlainText.line($0, .label) }
        guard !values.isEmpty else { throw BillingFailure.nothingToChange }
        let id =
            present == nil
            ? try writing.enter(
                "accounts", keys: [.text(iban)], values, of: ["bic", "holder", "label"])
            : try writing.insertDerived("accounts", keys: [.text(iban)], values)
        func shown(_ field: String, _ old: String?) -> String? {
            values[field].map(\.text) ?? old
        }
        return AccountView(
            id: id.text, iban: iban, bic: shown("bic", present?.bic),
            holder: shown("holder", present?.holder), label: shown("label", present?.label))
    }

    /// Removes an account.
    package static func remove(_ writing: Writing, _ id: RowID) throws -> AccountView {
        guard let view = try list(writing).first(where: { $0.id == id.text }) else {
            throw BillingFailure.notFound(.account, text: id.text, suggestions: [])
        }
        try writing.remove("accounts", id)
        return view
    }

    /// The accounts in the order of their making: the first is the one that invoices name.
    package static func list(_ reading: Reading) throws -> [AccountView] {
        try reading.rows("SELECT * FROM accounts WHERE hidden = 0 ORDER BY created, id")
            .compactMap { record in
                guard let iban = record.text("iban") else { return nil }
                return AccountView(
                    id: record.text("id") ?? "", iban: iban, bic: record.text("bic"),
                    holder: record.text("holder"), label: record.text("label"))
            }
    }
}
