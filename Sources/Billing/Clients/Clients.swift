package import Convergence
package import Replication

/// The clients of the business.
package enum Clients {
    /// Adds a client; a similar name is reported and not refused.
    package static func add(
        _ writing: Writing, _ input: ClientInput, at moment: Moment
    ) throws -> ClientChange {
        var values = try input.values().filter { $0.value != .null }
        guard let name = values["name"]?.text else { throw BillingFailure.text(.name, .empty) }
        let similar = try similar(to: name, in: writing, except: nil)
        values["created"] = .integer(moment.milliseconds)
        let id = try writing.insert("clients", values)
        return ClientChange(
            client: ClientView(id: id.text, isRemoved: false) { values[$0]?.text },
            similar: similar)
    }

    /// Changes the given fields that differ; refuses when none does.
    package static func edit(
        _ writing: Writing, _ id: RowID, _ input: ClientInput
    ) throws -> ClientChange {
        let record = try stored(writing, id)
        let changes = try input.values().filter { record[$0.key] != $0.value }
        guard !changes.isEmpty else { throw BillingFailure.nothingToChange }
        try writing.put("clients", id, changes)
        let client = ClientView(
            id: id.text, isRemoved: false, labels: try labels(writing, id)
        ) { field in
            changes[field].map(\.text) ?? record.text(field)
        }
        let similar =
            changes["name"] == nil ? [] : try similar(to: client.name, in: writing, except: id)
        return ClientChange(client: client, similar: similar)
    }

    /// Removes a client from the lists; what refers to it goes on showing it.
    package static func remove(_ writing: Writing, _ id: RowID) throws -> ClientView {
        let record = try stored(writing, id)
        try writing.remove("clients", id)
        return ClientView(id: id.text, isRemoved: true, labels: try labels(writing, id)) {
            record.text($0)
        }
    }

    /// Brings a removed client back.
    package static func restore(_ writing: Writing, _ id: RowID) throws -> ClientView {
        let record = try stored(writing, id)
        let view = ClientView(id: id.text, isRemoved: false, labels: try labels(writing, id)) {
            record.text($0)
        }
        guard record.integer("hidden") == 1 else {
            throw BillingFailure.notRemoved(.client, view.candidate)
        }
        try writing.restore("clients", id)
        return view
    }

    /// The clients by name, then id; the removed ones instead if asked for.
    package static func list(_ reading: Reading, removed: Bool = false) throws -> [ClientView] {
        let records = try reading.rows(
            "SELECT * FROM clients WHERE hidden = ?", [.integer(removed ? 1 : 0)])
        let labels = try Labels.all(reading)
        let views = records.map { record in
            let id = record.text("id") ?? ""
            return ClientView(id: id, isRemoved: removed, labels: labels[id] ?? []) {
                record.text($0)
            }
        }
        return views.map { (key: Matcher.folded($0.name), view: $0) }
            .sorted { ($0.key, $0.view.id) < ($1.key, $1.view.id) }.map(\.view)
    }

    /// One client with what is open at a date.
    package static func show(
        _ reading: Reading, _ id: RowID, asOf date: CivilDate
    ) throws -> ClientDetail {
        let record = try stored(reading, id)
        let drafts = try reading.rows(
            """
            SELECT count(*) AS count FROM invoices i WHERE client = ? AND hidden = 0
            AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.invoice = i.id)
            """,
            [.text(id.text)])
        let client = ClientView(
            id: id.text, isRemoved: record.integer("hidden") == 1,
            labels: try labels(reading, id)
        ) { record.text($0) }
        return ClientDetail(
            client: client, accounts: try Ledger.owed(reading, asOf: date, client: id).clients,
            drafts: Int(drafts.first?.integer("count") ?? 0),
            nextPayment: client.payCycle?.next(after: date))
    }

    /// The row of a client, removed or not.
    static func stored(_ reading: Reading, _ id: RowID) throws -> Record {
        let rows = try reading.rows("SELECT * FROM clients WHERE id = ?", [.text(id.text)])
        guard let record = rows.first else {
            throw BillingFailure.notFound(.client, text: id.text, suggestions: [])
        }
        return record
    }

    /// The clients that pay on a day of the month, removed or not, by their rows.
    static func withPayDay(_ reading: Reading) throws -> [String: ClientView] {
        let records = try reading.rows("SELECT * FROM clients WHERE pay_day IS NOT NULL")
        let views = records.map { record in
            ClientView(id: record.text("id") ?? "", isRemoved: record.integer("hidden") == 1) {
                record.text($0)
            }
        }
        return Dictionary(views.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static func labels(_ reading: Reading, _ id: RowID) throws -> [String] {
        try Labels.all(reading, of: id)[id.text] ?? []
    }

    /// The names of all clients, or of one, by their rows.
    static func names(_ reading: Reading, _ client: RowID? = nil) throws -> [String: String] {
        var names: [String: String] = [:]
        try reading.each(
            "SELECT id, name FROM clients \(client == nil ? "" : "WHERE id = ?")",
            client.map { [.text($0.text)] } ?? []
        ) { cursor in
            if let id = cursor.text(0) { names[id] = cursor.text(1) }
        }
        return names
    }

    /// The clients whose names differ from this one by case, blanks, or one typing mistake in six
    /// characters.
    private static func similar(
        to name: String, in reading: Reading, except id: RowID?
    ) throws -> [Candidate] {
        let wanted = plain(name)
        let limit = min(3, wanted.count / 6)
        var similar: [Candidate] = []
        try reading.each("SELECT id, name, email FROM clients WHERE hidden = 0") { cursor in
            guard let other = cursor.text(0), other != id?.text, let label = cursor.text(1) else {
                return
            }
            if Matcher.distance(plain(label), wanted, limit: limit) <= limit {
                similar.append(
                    Candidate(id: other, label: label, detail: cursor.text(2) ?? ""))
            }
        }
        return similar.sorted { ($0.label, $0.id) < ($1.label, $1.id) }
    }

    private static func plain(_ name: String) -> String {
        name.lowercased().filter { $0.isLetter || $0.isNumber }
    }
}
