package import Convergence
package import Replication

/// A list with a name: what is looked at again and again.
package struct SavedView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// The name.
    package let name: String
    /// What it lists: `invoice`, `payment` or `bill`.
    package let noun: String
    /// As typed for lists.
    package let condition: String?
    package let sort: String?
    package let group: String?

    /// `id name noun where sort group`.
    package var json: JSON {
        .members([
            "id": .string(id), "name": .string(name), "noun": .string(noun),
            "where": .text(condition), "sort": .text(sort), "group": .text(group),
        ])
    }
}

/// The saved views; each row is derived from its name in small letters.
package enum SavedViews {
    /// What a view can list.
    package static let nouns = ["invoice", "payment", "bill"]

    /// Saves a view, in place of one of the same name. Conditions are checked first; dates in them are
    /// kept as typed, so that `due<=eom` goes with the month.
    package static func save(
        _ writing: Writing, name: String, noun: String, where condition: String?, sort: String?,
        group: String?, today: CivilDate
    ) throws -> SavedView {
        let name = try PlainText.line(name, .label)
        let noun = try ChoiceFault.checked(noun, "of", nouns)
        switch noun {
        case "payment":
            _ = try Query<PaymentView>(where: condition, sort: sort, group: group, today: today)
        case "bill":
            _ = try Query<BillView>(where: condition, sort: sort, group: group, today: today)
        default:
            _ = try Query<InvoiceView>(where: condition, sort: sort, group: group, today: today)
        }
        func value(_ text: String?) throws -> Value {
            try text.map { .text(try PlainText.line($0, .label)) } ?? .null
        }
        let id = try writing.insertDerived(
            "views", keys: [.text(name.lowercased())],
            [
                "name": .text(name), "noun": .text(noun), "where": try value(condition),
                "sort": try value(sort), "group": try value(group),
            ])
        return SavedView(
            id: id.text, name: name, noun: noun, condition: condition, sort: sort, group: group)
    }

    /// The views by name.
    package static func list(_ reading: Reading) throws -> [SavedView] {
        try reading.rows("SELECT * FROM views WHERE hidden = 0").compactMap { record in
            guard let name = record.text("name") else { return nil }
            return SavedView(
                id: record.text("id") ?? "", name: name, noun: record.text("noun") ?? "invoice",
                condition: record.text("where"), sort: record.text("sort"),
                group: record.text("group"))
        }.sorted { ($0.name.lowercased(), $0.id) < ($1.name.lowercased(), $1.id) }
    }

    /// One view.
    package static func find(_ reading: Reading, _ id: RowID) throws -> SavedView {
        guard let view = try list(reading).first(where: { $0.id == id.text }) else {
            throw BillingFailure.notFound(.view, text: id.text, suggestions: [])
        }
        return view
    }

    /// Removes a view.
    package static func remove(_ writing: Writing, _ id: RowID) throws -> SavedView {
        let view = try find(writing, id)
        try writing.remove("views", id)
        return view
    }
}
