package import Convergence
package import Replication

/// What a view can list.
package enum ViewNoun: String, CaseIterable, Sendable {
    case invoice, payment, client, bill
}

/// A list with a name: what is looked at again and again.
package struct SavedView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// The name.
    package let name: String
    /// What it lists; another word where a newer program saved it.
    package let noun: String
    /// As typed for lists.
    package let condition: String?
    package let sort: String?
    package let group: String?
    /// Whether it stands on the first page.
    package let isPinned: Bool

    /// `id name noun where sort group pinned`.
    package var json: JSON {
        .members([
            "id": .string(id), "name": .string(name), "noun": .string(noun),
            "where": .text(condition), "sort": .text(sort), "group": .text(group),
            "pinned": .bool(isPinned),
        ])
    }

    /// What it lists, or a failure where this program does not know it.
    package var known: ViewNoun {
        get throws(BillingFailure) {
            guard let known = ViewNoun(rawValue: noun) else {
                throw .viewOfNewer(name: name, noun: noun)
            }
            return known
        }
    }

    /// The query that it stands for.
    package func query<Row: QueryRow>(
        _: Row.Type = Row.self, today: CivilDate
    ) throws(BillingFailure) -> Query<Row> {
        try Query(where: condition, sort: sort, group: group, today: today)
    }

    /// Checks the query, whatever it lists.
    fileprivate func check(today: CivilDate) throws(BillingFailure) {
        switch try known {
        case .invoice: _ = try query(InvoiceView.self, today: today)
        case .payment: _ = try query(PaymentView.self, today: today)
        case .client: _ = try query(ClientView.self, today: today)
        case .bill: _ = try query(BillView.self, today: today)
        }
    }
}

/// The saved views; each row is derived from its name in small letters.
package enum SavedViews {
    /// Saves a view, in place of one of the same name. Conditions are checked first; dates in them are
    /// kept as typed, so that `due<=eom` goes with the month. Unless it is said, a view stays pinned
    /// or not.
    package static func save(
        _ writing: Writing, name: String, noun: String, where condition: String?, sort: String?,
        group: String?, isPinned: Bool? = nil, today: CivilDate
    ) throws -> SavedView {
        let name = try PlainText.line(name, .name)
        func line(_ text: String?) throws -> String? {
            try text.map { try PlainText.line($0, .label) }
        }
        let former = try list(writing).first { Matcher.folded($0.name) == Matcher.folded(name) }
        let view = SavedView(
            id: "", name: name,
            noun: try ChoiceFault.checked(noun, "of", ViewNoun.allCases.map(\.rawValue)),
            condition: try line(condition), sort: try line(sort), group: try line(group),
            isPinned: isPinned ?? former?.isPinned ?? false)
        try view.check(today: today)
        func value(_ text: String?) -> Value { text.map { .text($0) } ?? .null }
        let id = try writing.insertDerived(
            "views", keys: [.text(Matcher.folded(name))],
            [
                "name": .text(name), "noun": .text(view.noun), "where": value(view.condition),
                "sort": value(view.sort), "group": value(view.group),
                "pinned": .integer(view.isPinned ? 1 : 0),
            ])
        return SavedView(
            id: id.text, name: name, noun: view.noun, condition: view.condition, sort: view.sort,
            group: view.group, isPinned: view.isPinned)
    }

    /// Puts a view on the first page, or takes it away from there.
    package static func pin(_ writing: Writing, _ id: RowID, _ isPinned: Bool) throws -> SavedView {
        let view = try find(writing, id)
        guard view.isPinned != isPinned else { throw BillingFailure.nothingToChange }
        try writing.put("views", id, ["pinned": .integer(isPinned ? 1 : 0)])
        return SavedView(
            id: view.id, name: view.name, noun: view.noun, condition: view.condition,
            sort: view.sort, group: view.group, isPinned: isPinned)
    }

    /// The views by name.
    package static func list(_ reading: Reading) throws -> [SavedView] {
        let records = try reading.rows("SELECT * FROM views WHERE hidden = 0")
        let views = records.compactMap { record -> SavedView? in
            guard let name = record.text("name") else { return nil }
            return SavedView(
                id: record.text("id") ?? "", name: name, noun: record.text("noun") ?? "",
                condition: record.text("where"), sort: record.text("sort"),
                group: record.text("group"), isPinned: record.integer("pinned") == 1)
        }
        return views.map { (key: Matcher.folded($0.name), view: $0) }
            .sorted { ($0.key, $0.view.id) < ($1.key, $1.view.id) }.map(\.view)
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
