package import Convergence
package import Replication

/// Where a client is sorted in, and what it is marked with.
package struct ClientTags: Equatable, Sendable {
    /// The folder, its parts divided by slashes.
    package let folder: String?
    /// The labels, by their letters.
    package let labels: [String]

    /// Neither.
    package static let none = ClientTags(folder: nil, labels: [])

    /// `folder` and `label` of rows that have a client.
    static func queryFields<Row: Sendable>(
        _ tags: @escaping @Sendable (Row) -> ClientTags
    ) -> [QueryField<Row>] {
        [
            QueryField("folder", .path) { QueryValue(tags($0).folder) },
            QueryField(several: "label", .text) { tags($0).labels.map(QueryValue.text) },
        ]
    }
}

/// The labels of clients. Each label of a client is a row that follows from both, so that those which
/// two devices give apart all stand.
package enum Labels {
    /// Gives and takes labels of a client, by their letters in any case; refuses where nothing changes.
    package static func change(
        _ writing: Writing, _ client: RowID, add: [String], remove: [String]
    ) throws -> ClientView {
        let record = try Clients.stored(writing, client)
        var labels = try all(writing, of: client)[client.text] ?? []
        var isChanged = false
        for text in add {
            let label = try checked(text)
            guard !labels.contains(where: { Matcher.folded($0) == Matcher.folded(label) }) else {
                continue
            }
            labels.append(label)
            isChanged = true
            _ = try writing.insertDerived(
                "labels", keys: keys(client, label),
                ["client": .text(client.text), "name": .text(label)])
        }
        for text in remove {
            let label = try checked(text)
            guard
                let index = labels.firstIndex(where: { Matcher.folded($0) == Matcher.folded(label) }
                )
            else {
                throw BillingFailure.query(.value(text: text, field: "label", known: labels))
            }
            isChanged = true
            if let row = RowIDs.derived("labels", keys: keys(client, labels[index])) {
                try writing.remove("labels", row)
            }
            labels.remove(at: index)
        }
        guard isChanged else { throw BillingFailure.nothingToChange }
        return ClientView(
            id: client.text, isRemoved: record.integer("hidden") == 1, labels: sorted(labels)
        ) { record.text($0) }
    }

    /// The labels by the client's row: of all clients, or of one.
    static func all(_ reading: Reading, of client: RowID? = nil) throws -> [String: [String]] {
        var labels: [String: [String]] = [:]
        try reading.each(
            "SELECT client, name FROM labels WHERE hidden = 0 AND (?1 IS NULL OR client = ?1)",
            [client.map { .text($0.text) } ?? .null]
        ) { cursor in
            guard let client = cursor.text(0), let name = cursor.text(1) else { return }
            labels[client, default: []].append(name)
        }
        return labels.mapValues(sorted)
    }

    /// The tags by the client's row, of those that have any.
    static func tags(_ reading: Reading) throws -> [String: ClientTags] {
        var folders: [String: String] = [:]
        try reading.each("SELECT id, folder FROM clients WHERE folder IS NOT NULL") { cursor in
            if let id = cursor.text(0) { folders[id] = cursor.text(1) }
        }
        let labels = try all(reading)
        var tags: [String: ClientTags] = [:]
        for client in Set(folders.keys).union(labels.keys) {
            tags[client] = ClientTags(folder: folders[client], labels: labels[client] ?? [])
        }
        return tags
    }

    /// A folder as it is kept: its parts without blanks around them, none of them empty.
    static func folder(_ text: String) throws(BillingFailure) -> String {
        let line = try PlainText.line(text, .folder)
        let parts = line.split(separator: "/", omittingEmptySubsequences: false).map(\.trimmed)
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            throw .choice(
                ChoiceFault(field: "folder", text: text, allowed: ["Agencies", "Agencies/Paris"]))
        }
        return parts.joined(separator: "/")
    }

    /// A label is short, and divides lists by commas, so it has none.
    private static func checked(_ text: String) throws(BillingFailure) -> String {
        let label = try PlainText.line(text, .label)
        guard label.count <= labelMax else { throw .text(.label, .tooLong(limit: labelMax)) }
        guard !label.contains(",") else {
            throw .choice(
                ChoiceFault(field: "label", text: text, allowed: ["a word without commas"]))
        }
        return label
    }

    private static let labelMax = 50

    private static func keys(_ client: RowID, _ label: String) -> [Value] {
        [.text(client.text), .text(Matcher.folded(label))]
    }

    private static func sorted(_ labels: [String]) -> [String] {
        labels.sorted { (Matcher.folded($0), $0) < (Matcher.folded($1), $1) }
    }
}
