import Convergence

extension DraftContent {
    /// Refuses what cannot be meant, whoever wrote it: see below.
    func check() throws(BillingFailure) {
        try checkPeriods()
        try checkAdjustments()
    }

    /// Refuses a percentage of lines that there are none of, and what is taken off under a VAT that no
    /// line has: VAT that nobody owes would be taken off with it. A charge may have a VAT of its own, as
    /// freight does; and what a credit note takes back stood on its invoice.
    private func checkAdjustments() throws(BillingFailure) {
        guard !kind.isCredit, !lines.isEmpty else { return }
        for adjustment in adjustments {
            guard let category = adjustment.category, let rate = adjustment.rate,
                !lines.contains(where: { $0.category == category && $0.rate == rate })
            else { continue }
            let basis = adjustments.filter { $0.category == category && $0.rate == rate }
                .reduce(0) { $1.charge ? $0 &+ $1.amount : $0 &- $1.amount }
            guard adjustment.percent == nil, basis >= 0 else {
                throw .adjustmentOfNoLine(category: category, rate: rate)
            }
        }
    }

    /// Refuses days of supply that end before they begin; another program may have written any, and two
    /// devices one end each.
    private func checkPeriods() throws(BillingFailure) {
        func check(_ line: Int?, _ from: String?, _ to: String?) throws(BillingFailure) {
            guard let from = from.flatMap({ CivilDate(iso: $0) }),
                let to = to.flatMap({ CivilDate(iso: $0) }), to < from
            else { return }
            throw .supplyBackwards(line: line, from: from, to: to)
        }
        try check(nil, details[.periodFrom], details[.periodTo])
        for (index, line) in lines.enumerated() {
            try check(index + 1, line.periodFrom, line.periodTo)
        }
    }
}

extension DraftRows {
    /// The content that the rows mean; `damaged` when a value is not of the shape that this
    /// program writes.
    func content() throws(BillingFailure) -> DraftContent {
        let currency = try parsed(invoice, "invoices", "currency") {
            (text) throws(BillingFailure) in
            try Currency(text)
        }
        var lines: [DraftContent.Line] = []
        for row in self.lines { lines.append(try line(row)) }
        var adjustments: [DraftContent.Adjustment] = []
        for row in self.adjustments where row.values["line"] == nil {
            let own = try adjustment(row)
            let isOfAll = own.percent != nil && row.values["rate"] == nil
            adjustments.append(
                DraftContent.Adjustment(
                    charge: own.charge, amount: own.amount, percent: own.percent,
                    reason: own.reason,
                    category: isOfAll ? nil : try category(row, "adjustments"),
                    rate: isOfAll ? nil : try decimal(row, "adjustments", "rate", .rate)))
        }
        var content = DraftContent(
            currency: currency, lines: lines, adjustments: adjustments,
            prepaid: try amount("prepaid"), rounding: try amount("rounding"), details: details)
        if let code = invoice.values["kind"] {
            // A kind of a newer program is not issued as something else.
            guard let kind = code.text.flatMap({ DocumentKind(rawValue: $0) }) else {
                throw .damaged(table: "invoices", row: invoice.id, field: "kind")
            }
            content.kind = kind
        }
        content.corrects = invoice.values["corrects"]?.text
        for row in deposits { content.deposits.append(try deposit(row)) }
        return content
    }

    private func deposit(_ row: Row) throws(BillingFailure) -> DraftContent.Deposit {
        guard let document = row.values["document"]?.text, let number = row.values["number"]?.text,
            let date = row.values["date"]?.text.flatMap({ CivilDate(iso: $0) }),
            let json = row.values["groups"]?.text.flatMap({ try? JSON(reading: Array($0.utf8)) }),
            let elements = json.elements
        else { throw .damaged(table: "deposits", row: row.id, field: "groups") }
        let groups = elements.compactMap(VATGroup.init(contentJSON:))
        guard groups.count == elements.count else {
            throw .damaged(table: "deposits", row: row.id, field: "groups")
        }
        return DraftContent.Deposit(document: document, number: number, date: date, groups: groups)
    }

    /// What the draft says beside its lines.
    var details: [DraftField: String] {
        var details: [DraftField: String] = [:]
        for (field, column) in DraftField.columns {
            if let text = invoice.values[column]?.text { details[field] = text }
        }
        return details
    }

    /// The due date that the draft names itself.
    var due: CivilDate? { invoice.values["due"]?.text.flatMap { CivilDate(iso: $0) } }

    /// The client's row.
    var client: RowID? { invoice.values["client"]?.text.flatMap { RowID($0) } }

    private func amount(_ field: String) throws(BillingFailure) -> Int64 {
        guard let value = invoice.values[field] else { return 0 }
        guard let amount = value.integer?.minor else {
            throw .damaged(table: "invoices", row: invoice.id, field: field)
        }
        return amount
    }

    private func line(_ row: Row) throws(BillingFailure) -> DraftContent.Line {
        var adjustments: [DraftContent.LineAdjustment] = []
        for adjustment in self.adjustments where adjustment.values["line"]?.text == row.id {
            adjustments.append(try self.adjustment(adjustment))
        }
        let priceBase: Decimal? =
            row.values["price_base"] == nil
            ? nil : try decimal(row, "lines", "price_base", .priceBase)
        var line = DraftContent.Line(
            name: row.values["name"]?.text ?? "",
            quantity: try decimal(row, "lines", "quantity", .quantity),
            unit: row.values["unit"]?.text, price: try decimal(row, "lines", "price", .price),
            priceBase: priceBase, adjustments: adjustments,
            category: try category(row, "lines"), rate: try decimal(row, "lines", "rate", .rate))
        line.item = row.values["item"]?.text
        line.note = row.values["note"]?.text
        line.reference = row.values["reference"]?.text
        line.periodFrom = row.values["period_from"]?.text
        line.periodTo = row.values["period_to"]?.text
        line.reason = row.values["reason"]?.text
        return line
    }

    private func adjustment(
        _ row: Row
    ) throws(BillingFailure) -> DraftContent.LineAdjustment {
        let charge = row.values["charge"]?.integer == 1
        let reason = row.values["reason"]?.text
        if row.values["percent"] != nil {
            return DraftContent.LineAdjustment(
                charge: charge, percent: try decimal(row, "adjustments", "percent", .rate),
                reason: reason)
        }
        guard let amount = row.values["amount"]?.integer?.minor else {
            throw .damaged(table: "adjustments", row: row.id, field: "amount")
        }
        return DraftContent.LineAdjustment(charge: charge, amount: amount, reason: reason)
    }

    private func decimal(
        _ row: Row, _ table: String, _ field: String, _ number: NumberField
    ) throws(BillingFailure) -> Decimal {
        try parsed(row, table, field) { (text) throws(BillingFailure) in
            try Decimal(text, as: number)
        }
    }

    private func category(_ row: Row, _ table: String) throws(BillingFailure) -> VATCategory {
        try parsed(row, table, "category") { (text) throws(BillingFailure) in
            try VATCategory(text)
        }
    }

    private func parsed<Parsed>(
        _ row: Row, _ table: String, _ field: String,
        _ parse: (String) throws(BillingFailure) -> Parsed
    ) throws(BillingFailure) -> Parsed {
        let failure = BillingFailure.damaged(table: table, row: row.id, field: field)
        guard let text = row.values[field]?.text else { throw failure }
        do {
            return try parse(text)
        } catch {
            throw failure
        }
    }
}
