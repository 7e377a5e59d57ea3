package import Convergence
package import Replication

/// An entry of the rate card.
package struct ItemView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// What it is called after `@`.
    package let code: String
    /// What stands on the line.
    package let name: String
    /// The unit; nil if none was given.
    package let unit: String?
    /// The price of `priceBase` units, without VAT; nil if the line must name it.
    package let price: Decimal?
    /// How many units the price is for; nil means one.
    package let priceBase: Decimal?
    /// The VAT rate in percent; nil means that of the client.
    package let rate: Decimal?
    /// The VAT category.
    package let category: VATCategory?
    /// What stands below the line.
    package let note: String?

    /// How a failure names it.
    var candidate: Candidate { Candidate(id: id, label: code, detail: name) }

    /// `id code name unit price priceBase rate category note`.
    package var json: JSON {
        .members([
            "id": .string(id), "code": .string(code), "name": .string(name), "unit": .text(unit),
            "price": .text(price?.text(atLeast: 2)), "priceBase": .text(priceBase?.text),
            "rate": .text(rate?.text), "category": .text(category?.rawValue), "note": .text(note),
        ])
    }

    init?(id: String, _ field: (String) -> String?) {
        guard let code = field("code") else { return nil }
        self.id = id
        self.code = code
        name = field("name") ?? code
        unit = field("unit")
        price = field("price").flatMap { try? Decimal($0, as: .price) }
        priceBase = field("price_base").flatMap { try? Decimal($0, as: .priceBase) }
        rate = field("rate").flatMap { try? Decimal($0, as: .rate) }
        category = field("category").flatMap { try? VATCategory($0) }
        note = field("note")
    }
}

/// Fields of an item as typed: what is not given stays, an empty text empties the field.
package struct ItemInput: Equatable, Sendable {
    /// What stands on the line; it cannot be emptied.
    package var name: String?
    /// The unit.
    package var unit: String?
    /// The price.
    package var price: String?
    /// How many units the price is for.
    package var priceBase: String?
    /// The VAT rate.
    package var rate: String?
    /// The VAT category.
    package var category: String?
    /// What stands below the line.
    package var note: String?

    /// Makes an input.
    package init(
        name: String? = nil, unit: String? = nil, price: String? = nil, priceBase: String? = nil,
        rate: String? = nil, category: String? = nil, note: String? = nil
    ) {
        self.name = name
        self.unit = unit
        self.price = price
        self.priceBase = priceBase
        self.rate = rate
        self.category = category
        self.note = note
    }

    fileprivate static let fields = ["unit", "price", "price_base", "rate", "category", "note"]

    fileprivate func values() throws(BillingFailure) -> [String: Value] {
        var values: [String: Value] = [:]
        func set(
            _ field: String, _ text: String?,
            _ check: (String) throws(BillingFailure) -> String
        ) throws(BillingFailure) {
            guard let text else { return }
            values[field] = text.trimmed.isEmpty ? .null : .text(try check(text))
        }
        if let name { values["name"] = .text(try PlainText.line(name, .name)) }
        try set("unit", unit) { (text) throws(BillingFailure) in try PlainText.line(text, .unit) }
        try set("price", price) { (text) throws(BillingFailure) in
            try Decimal(text, as: .price).text
        }
        try set("price_base", priceBase) { (text) throws(BillingFailure) in
            try Decimal(text, as: .priceBase).text
        }
        try set("rate", rate) { (text) throws(BillingFailure) in try Decimal(text, as: .rate).text }
        try set("category", category) { (text) throws(BillingFailure) in
            try VATCategory(text).rawValue
        }
        try set("note", note) { (text) throws(BillingFailure) in try PlainText.block(text, .note) }
        if case .text(let rate)? = values["rate"], case .text(let code)? = values["category"] {
            try VATCategory(code).check(try Decimal(rate, as: .rate))
        }
        return values
    }
}

/// The rate card: what is sold again and again. A line that names an item copies it, so a changed
/// price changes no draft that is written already.
package enum Items {
    /// Adds an item. Its row is derived from the code, so that a code entered on two devices is one
    /// item, whose differing fields are conflicts.
    package static func add(
        _ writing: Writing, code: String, _ input: ItemInput
    ) throws -> ItemView {
        let code = try checkedCode(code)
        if let present = try card(writing)[code.lowercased()] {
            throw BillingFailure.exists(.item, present.candidate)
        }
        var values = try input.values().filter { $0.value != .null }
        if values["name"] == nil { values["name"] = .text(code) }
        values["code"] = .text(code)
        let id = try writing.enter(
            "items", keys: [.text(code.lowercased())], values, of: ItemInput.fields)
        guard let view = ItemView(id: id.text, { values[$0]?.text }) else {
            throw BillingFailure.damaged(table: "items", row: id.text, field: "code")
        }
        return view
    }

    /// Changes the given fields that differ; refuses when none does.
    package static func edit(
        _ writing: Writing, _ id: RowID, _ input: ItemInput
    ) throws -> ItemView {
        let record = try writing.rows("SELECT * FROM items WHERE id = ?", [.text(id.text)]).first
        guard let record else {
            throw BillingFailure.notFound(.item, text: id.text, suggestions: [])
        }
        let changes = try input.values().filter { record[$0.key] != $0.value }
        guard !changes.isEmpty else { throw BillingFailure.nothingToChange }
        let view = ItemView(id: id.text) { field in
            changes[field].map(\.text) ?? record.text(field)
        }
        guard let view else {
            throw BillingFailure.damaged(table: "items", row: id.text, field: "code")
        }
        if let rate = view.rate, let category = view.category { try category.check(rate) }
        try writing.put("items", id, changes)
        return view
    }

    /// Removes an item; drafts that took it keep what they took.
    package static func remove(_ writing: Writing, _ id: RowID) throws -> ItemView {
        guard let view = try list(writing).first(where: { $0.id == id.text }) else {
            throw BillingFailure.notFound(.item, text: id.text, suggestions: [])
        }
        try writing.remove("items", id)
        return view
    }

    /// The rate card by code.
    package static func list(_ reading: Reading) throws -> [ItemView] {
        try reading.rows("SELECT * FROM items WHERE hidden = 0").compactMap { record in
            ItemView(id: record.text("id") ?? "") { record.text($0) }
        }.sorted { ($0.code.lowercased(), $0.id) < ($1.code.lowercased(), $1.id) }
    }

    /// The rate card by codes in small letters.
    static func card(_ reading: Reading) throws -> [String: ItemView] {
        var card: [String: ItemView] = [:]
        for item in try list(reading) { card[item.code.lowercased()] = item }
        return card
    }

    /// A code: up to 40 letters, digits and `. - _ /`, so that it can be typed behind `@`.
    private static func checkedCode(_ text: String) throws(BillingFailure) -> String {
        let code = String(text.trimmed)
        let marks: Set<Character> = [".", "-", "_", "/"]
        guard (1...40).contains(code.count),
            code.allSatisfy({ $0.isLetter || $0.isNumber || marks.contains($0) })
        else {
            throw .choice(
                ChoiceFault(
                    field: "code", text: text, allowed: ["up to 40 letters, digits and . - _ /"]))
        }
        return code
    }
}

extension Clients {
    /// The currency of a client's new drafts: the client's own, or that of the books.
    package static func currency(_ reading: Reading, of client: RowID) throws -> Currency {
        let own = try stored(reading, client).text("currency").flatMap { try? Currency($0) }
        return try own ?? Books.settings(reading).currency
    }

    /// What lines for a client take where they say nothing: the client's VAT, or that of the
    /// business; and the rate card.
    package static func lineDefaults(
        _ reading: Reading, for client: RowID
    ) throws -> LineDefaults {
        let record = try stored(reading, client)
        let view = ClientView(id: client.text, isRemoved: false) { record.text($0) }
        let rate = view[.rate].flatMap { try? Decimal($0, as: .rate) }
        let category = view[.category].flatMap { try? VATCategory($0) }
        var defaults = LineDefaults(items: try Items.card(reading))
        if rate != nil || category != nil {
            defaults.rate = rate ?? (category?.hasRate == false ? .zero : nil)
            defaults.category = category
        } else if try Books.settings(reading).regime == .franchise {
            defaults.rate = .zero
            defaults.category = .exempt
        }
        return defaults
    }
}
