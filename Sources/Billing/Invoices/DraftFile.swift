extension DraftContent {
    /// Reads a draft file: one JSON object with `currency`, `lines`, `adjustments`, `prepaid`,
    /// `rounding` and the names of `DraftField`.
    ///
    /// A line has `name quantity unit price priceBase adjustments category rate` and perhaps `item note
    /// reference periodFrom periodTo reason` (its `net` is ignored), an adjustment `charge`, `amount`
    /// or `percent`, `reason category rate`. Numbers may be strings or JSON
    /// numbers, read digit by digit; null stands for what is not given. Unknown and repeated names
    /// are refused. An adjustment of the document that names neither category nor rate takes those
    /// of the lines, if they all have the same.
    package init(file bytes: [UInt8], currency: Currency) throws(BillingFailure) {
        let json: JSON
        do {
            json = try JSON(reading: bytes)
        } catch {
            throw .draftFile(.syntax(at: error.at))
        }
        let root = try DraftObject(
            json, path: "",
            allowed: ["currency", "lines", "adjustments", "prepaid", "rounding"]
                + DraftField.allCases.map(\.rawValue))
        var currency = currency
        if let code = try root.text("currency") {
            currency = try root.reading("currency") { () throws(BillingFailure) in
                try Currency(code)
            }
        }
        var lines: [Line] = []
        for line in try root.objects("lines", allowed: Self.lineKeys) {
            lines.append(try Line(line, currency: currency))
        }
        var adjustments: [Adjustment] = []
        for adjustment in try root.objects("adjustments", allowed: Self.adjustmentKeys) {
            adjustments.append(try Adjustment(adjustment, currency: currency, lines: lines))
        }
        var details: [DraftField: String] = [:]
        for field in DraftField.allCases {
            guard let text = try root.text(field.rawValue), !text.isEmpty else { continue }
            details[field] = try root.reading(field.rawValue) { () throws(BillingFailure) in
                try field.checked(text)
            }
        }
        self.init(
            currency: currency, lines: lines, adjustments: adjustments,
            prepaid: try root.amount("prepaid", in: currency) ?? 0,
            rounding: try root.amount("rounding", in: currency) ?? 0, details: details)
    }

    private static let lineKeys = [
        "name", "quantity", "unit", "price", "priceBase", "adjustments", "category", "rate", "net",
        "item", "note", "reference", "periodFrom", "periodTo", "reason",
    ]
    fileprivate static let adjustmentKeys = [
        "charge", "amount", "percent", "reason", "category", "rate",
    ]
}

extension DraftContent.Line {
    fileprivate init(_ object: DraftObject, currency: Currency) throws(BillingFailure) {
        let rate = try object.needed("rate", object.decimal("rate", as: .rate))
        let category = try object.category() ?? (rate == .zero ? .zero : .standard)
        try object.reading("rate") { () throws(BillingFailure) in try category.check(rate) }
        var adjustments: [DraftContent.LineAdjustment] = []
        let allowed = DraftContent.adjustmentKeys
        for adjustment in try object.objects("adjustments", allowed: allowed) {
            if let other = try adjustment.category(), other != category {
                throw .draftFile(.differsFromLine(path: adjustment.path(of: "category")))
            }
            if let other = try adjustment.decimal("rate", as: .rate), other != rate {
                throw .draftFile(.differsFromLine(path: adjustment.path(of: "rate")))
            }
            adjustments.append(
                DraftContent.LineAdjustment(
                    charge: try adjustment.needed("charge", adjustment.bool("charge")),
                    amount: try adjustment.amountOrPercent(in: currency),
                    percent: try adjustment.decimal("percent", as: .rate),
                    reason: try adjustment.line("reason", .reason)))
        }
        self.init(
            name: try object.needed("name", object.line("name", .name)),
            quantity: try object.needed("quantity", object.decimal("quantity", as: .quantity)),
            unit: try object.line("unit", .unit),
            price: try object.needed("price", object.decimal("price", as: .price)),
            priceBase: try object.decimal("priceBase", as: .priceBase),
            adjustments: adjustments, category: category, rate: rate)
        item = try object.line("item", .label)
        note = try object.line("note", .note)
        reference = try object.line("reference", .reference)
        reason = try object.line("reason", .reason)
        for (name, field) in [("periodFrom", DraftField.periodFrom), ("periodTo", .periodTo)] {
            guard let text = try object.text(name), !text.isEmpty else { continue }
            let date = try object.reading(name) { () throws(BillingFailure) in
                try field.checked(text)
            }
            if field == .periodFrom { periodFrom = date } else { periodTo = date }
        }
    }
}

extension DraftContent.Adjustment {
    fileprivate init(
        _ object: DraftObject, currency: Currency, lines: [DraftContent.Line]
    ) throws(BillingFailure) {
        var category = try object.category()
        var rate = try object.decimal("rate", as: .rate)
        let percent = try object.decimal("percent", as: .rate)
        let amount = try object.amountOrPercent(in: currency)
        let charge = try object.needed("charge", object.bool("charge"))
        let reason = try object.line("reason", .reason)
        if category == nil, rate == nil, percent != nil {
            self.init(
                charge: charge, percent: percent, reason: reason, category: nil, rate: nil)
            return
        }
        if category == nil, rate == nil, let first = lines.first,
            lines.allSatisfy({ $0.category == first.category && $0.rate == first.rate })
        {
            category = first.category
            rate = first.rate
        }
        let known = try object.needed("rate", rate)
        let knownCategory = category ?? (known == .zero ? .zero : .standard)
        try object.reading("rate") { () throws(BillingFailure) in try knownCategory.check(known) }
        self.init(
            charge: charge, amount: amount, percent: percent, reason: reason,
            category: knownCategory, rate: known)
    }
}

extension DraftObject {
    /// The amount of an adjustment, which it must have unless a percentage says it.
    fileprivate func amountOrPercent(in currency: Currency) throws(BillingFailure) -> Int64 {
        let amount = try amount("amount", in: currency)
        if try decimal("percent", as: .rate) != nil {
            guard amount == nil else { throw .draftFile(.twice(path: path(of: "amount"))) }
            return 0
        }
        return try needed("amount", amount)
    }
}
