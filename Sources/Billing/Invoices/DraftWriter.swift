import Convergence
import Replication

/// How contents become rows.
enum DraftWriter {
    /// The distance between the positions of lines that are written together, so that another may
    /// be put between them.
    private static let step: Int64 = 1000

    /// The values of a line's row.
    static func values(_ line: DraftContent.Line) -> [String: Value] {
        var values: [String: Value] = [
            "name": .text(line.name), "quantity": .text(line.quantity.text),
            "price": .text(line.price.text), "category": .text(line.category.rawValue),
            "rate": .text(line.rate.text),
        ]
        if let unit = line.unit { values["unit"] = .text(unit) }
        if let base = line.priceBase { values["price_base"] = .text(base.text) }
        let texts = [
            ("item", line.item), ("note", line.note), ("reference", line.reference),
            ("period_from", line.periodFrom), ("period_to", line.periodTo), ("reason", line.reason),
        ]
        for (field, text) in texts {
            if let text { values[field] = .text(text) }
        }
        return values
    }

    /// Writes new lines behind those of a position, and the adjustments that they have.
    static func append(
        _ lines: [DraftContent.Line], to invoice: RowID, after last: Int64, in writing: Writing
    ) throws -> [RowID] {
        var ids: [RowID] = []
        for (index, line) in lines.enumerated() {
            var values = values(line)
            values["invoice"] = .text(invoice.text)
            values["position"] = .integer(last + Int64(index + 1) * step)
            let id = try writing.insert("lines", values)
            ids.append(id)
            try append(line.adjustments, to: id, of: invoice, in: writing)
        }
        return ids
    }

    /// Writes the adjustments of a line.
    static func append(
        _ adjustments: [DraftContent.LineAdjustment], to line: RowID, of invoice: RowID,
        in writing: Writing
    ) throws {
        for (index, adjustment) in adjustments.enumerated() {
            var values: [String: Value] = [
                "invoice": .text(invoice.text), "line": .text(line.text),
                "position": .integer(Int64(index + 1) * step),
                "charge": .integer(adjustment.charge ? 1 : 0),
            ]
            set(adjustment.amount, adjustment.percent, adjustment.reason, in: &values)
            _ = try writing.insert("adjustments", values)
        }
    }

    /// Writes the adjustments of a document.
    static func append(
        _ adjustments: [DraftContent.Adjustment], to invoice: RowID, in writing: Writing
    ) throws {
        for (index, adjustment) in adjustments.enumerated() {
            var values: [String: Value] = [
                "invoice": .text(invoice.text), "position": .integer(Int64(index + 1) * step),
                "charge": .integer(adjustment.charge ? 1 : 0),
            ]
            if let category = adjustment.category { values["category"] = .text(category.rawValue) }
            if let rate = adjustment.rate { values["rate"] = .text(rate.text) }
            set(adjustment.amount, adjustment.percent, adjustment.reason, in: &values)
            _ = try writing.insert("adjustments", values)
        }
    }

    /// Writes deposits that a final invoice deducts: each row is derived from the two documents, so
    /// that a deposit which two devices put there is deducted once.
    static func append(
        _ deposits: [DraftContent.Deposit], to invoice: RowID, in writing: Writing
    ) throws {
        for deposit in deposits {
            let groups = JSON.array(deposit.groups.map(\.contentJSON)).text
            _ = try writing.insertDerived(
                "deposits", keys: [.text(invoice.text), .text(deposit.document)],
                [
                    "invoice": .text(invoice.text), "document": .text(deposit.document),
                    "number": .text(deposit.number), "date": .text(deposit.date.iso),
                    "groups": .text(groups),
                ])
        }
    }

    /// A percentage is kept as such, so that it follows when another device changes the line.
    private static func set(
        _ amount: Int64, _ percent: Decimal?, _ reason: String?, in values: inout [String: Value]
    ) {
        if let percent {
            values["percent"] = .text(percent.text)
        } else {
            values["amount"] = .integer(amount)
        }
        if let reason { values["reason"] = .text(reason) }
    }
}
