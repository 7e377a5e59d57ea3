/// What a line takes where it says nothing itself.
package struct LineDefaults: Equatable, Sendable {
    /// The VAT rate in percent; nil means that each line must name its own.
    package var rate: Decimal?
    /// The VAT category.
    package var category: VATCategory?
    /// The rate card, by codes in small letters.
    package var items: [String: ItemView]

    /// Makes defaults.
    package init(
        rate: Decimal? = nil, category: VATCategory? = nil, items: [String: ItemView] = [:]
    ) {
        self.rate = rate
        self.category = category
        self.items = items
    }
}

extension DraftContent.Line {
    /// Reads a line as typed after `--line`: `NAME; QUANTITY [UNIT]; PRICE[; RATE[; CATEGORY]]`, and
    /// behind it any of `note= ref= from= to= reason= base= discount= charge=`.
    ///
    /// `@CODE; QUANTITY[; PRICE]` takes what is not said from the rate card. The category is S unless
    /// given, or Z at rate 0. Spaces around a part do not count. A rate may end in `%`, and so may a
    /// discount or a charge, which may be repeated and take `: REASON`.
    package init(
        syntax text: String, defaults: LineDefaults = LineDefaults(), currency: Currency = .eur
    ) throws(BillingFailure) {
        var parts = text.split(separator: ";", omittingEmptySubsequences: false)
            .map { String($0.trimmed) }
        var options: [(name: String, value: String)] = []
        while let option = parts.last.flatMap(Self.option), parts.count > 1 {
            options.insert(option, at: 0)
            parts.removeLast()
        }
        let item = try Self.item(parts.first ?? "", defaults)
        let needed = item != nil ? 2...5 : defaults.rate != nil ? 3...5 : 4...5
        guard needed.contains(parts.count) else {
            throw .line(text: text, .parts(parts.count))
        }
        let (quantity, unit) = try Self.quantity(parts[1])
        let vat = try Self.vat(Array(parts.dropFirst(3)), item, defaults)
        let price =
            parts.count > 2 && !parts[2].isEmpty ? try Decimal(parts[2], as: .price) : item?.price
        guard let price else { throw .line(text: text, .parts(parts.count)) }
        let name = if let item { item.name } else { try PlainText.line(parts[0], .name) }
        self.init(
            name: name, quantity: quantity,
            unit: unit ?? item?.unit, price: price, priceBase: item?.priceBase,
            category: vat.category, rate: vat.rate)
        self.item = item?.code
        note = item?.note
        for option in options { try take(option, of: text, currency) }
    }

    private static let optionNames: Set<String> = [
        "note", "ref", "from", "to", "reason", "base", "discount", "charge",
    ]

    private static func option(_ part: String) -> (name: String, value: String)? {
        let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        let name = sides[0].trimmed.lowercased()
        return optionNames.contains(name) ? (name, String(sides[1].trimmed)) : nil
    }

    private static func item(
        _ name: String, _ defaults: LineDefaults
    ) throws(BillingFailure) -> ItemView? {
        guard name.hasPrefix("@") else { return nil }
        let code = String(name.dropFirst().trimmed)
        guard let item = defaults.items[code.lowercased()] else {
            let near = defaults.items.values.filter {
                Matcher.distance($0.code.lowercased(), code.lowercased(), limit: 2) <= 2
            }
            throw .notFound(
                .item, text: code,
                suggestions: near.map(\.candidate).sorted { $0.label < $1.label })
        }
        return item
    }

    private static func quantity(
        _ text: String
    ) throws(BillingFailure) -> (Decimal, unit: String?) {
        guard let blank = text.firstIndex(where: \.isWhitespace) else {
            return (try Decimal(text, as: .quantity), nil)
        }
        return (
            try Decimal(String(text[..<blank]), as: .quantity),
            try PlainText.line(String(text[blank...]), .unit)
        )
    }

    private static func vat(
        _ parts: [String], _ item: ItemView?, _ defaults: LineDefaults
    ) throws(BillingFailure) -> (category: VATCategory, rate: Decimal) {
        var rate = item?.rate ?? defaults.rate ?? .zero
        var category = item?.category ?? defaults.category
        if let typed = parts.first, !typed.isEmpty {
            rate = try Decimal(
                typed.hasSuffix("%") ? String(typed.dropLast().trimmed) : typed, as: .rate)
            // A typed rate says more than a category that nobody typed.
            if category?.hasRate != (rate != .zero) { category = nil }
        }
        if parts.count > 1 { category = try VATCategory(parts[1]) }
        let known = category ?? (rate == .zero ? .zero : .standard)
        try known.check(rate)
        return (known, rate)
    }

    private mutating func take(
        _ option: (name: String, value: String), of text: String, _ currency: Currency
    ) throws(BillingFailure) {
        switch option.name {
        case "note": note = try PlainText.block(option.value, .note)
        case "ref": reference = try PlainText.line(option.value, .reference)
        case "from": periodFrom = try DraftField.periodFrom.checked(option.value)
        case "to": periodTo = try DraftField.periodTo.checked(option.value)
        case "reason": reason = try PlainText.line(option.value, .reason)
        case "base": priceBase = try Decimal(option.value, as: .priceBase)
        default:
            adjustments.append(
                try DraftContent.LineAdjustment(
                    syntax: option.value, charge: option.name == "charge", currency: currency))
        }
    }
}

extension DraftContent.LineAdjustment {
    /// Reads `10%` or `50.00`, with `: REASON` behind it if there is one. Whether it is taken off or
    /// added is said by what it is, not by a sign.
    package init(syntax text: String, charge: Bool, currency: Currency) throws(BillingFailure) {
        let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let number = String(sides[0].trimmed)
        var reason: String?
        if sides.count == 2 { reason = try PlainText.line(String(sides[1]), .reason) }
        if number.hasSuffix("%") {
            let percent = try Decimal(String(number.dropLast().trimmed), as: .rate)
            self.init(charge: charge, percent: percent, reason: reason)
        } else {
            let amount = try currency.minor(number)
            guard amount >= 0 else { throw .number(.amount, text: number, .negative) }
            self.init(charge: charge, amount: amount, reason: reason)
        }
    }
}

extension DraftContent.Adjustment {
    /// Reads `10%` or `50.00`, then `: REASON`, then `; RATE[; CATEGORY]`. A percentage without a
    /// rate is of every line, each under its own VAT; an amount without one takes the VAT of the
    /// lines, if they all have the same.
    package init(
        syntax text: String, charge: Bool, currency: Currency, lines: [DraftContent.Line]
    ) throws(BillingFailure) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
            .map { String($0.trimmed) }
        let own = try DraftContent.LineAdjustment(
            syntax: parts[0], charge: charge, currency: currency)
        var category: VATCategory?
        var rate: Decimal?
        if parts.count > 1 {
            let line = try DraftContent.Line(
                syntax: (["x", "1", "0"] + parts.dropFirst()).joined(separator: ";"))
            (category, rate) = (line.category, line.rate)
        } else if own.percent == nil {
            guard let first = lines.first,
                lines.allSatisfy({ $0.category == first.category && $0.rate == first.rate })
            else { throw .line(text: text, .rateMissing) }
            (category, rate) = (first.category, first.rate)
        }
        self.init(
            charge: charge, amount: own.amount, percent: own.percent, reason: own.reason,
            category: category, rate: rate)
    }
}
