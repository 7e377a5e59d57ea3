import Billing
import Convergence
import Replication

/// A conflict of the books, whoever found it: the replica, or the business.
struct Dispute {
    /// One value that is not shown, and who wrote it when.
    struct Alternative {
        let value: Value
        let author: Author?
    }

    /// Who wrote something, and when by that device's clock.
    struct Author {
        let writer: String
        let device: String?
        let at: Int64
    }

    let id: String
    let kind: String
    let table: String
    let row: String
    let field: String?
    let shown: Value
    let alternatives: [Alternative]
    /// What the row is called.
    let label: String

    /// All conflicts, in the same order on every device at the same version; with their authors
    /// where the log is given.
    static func all(_ books: Reading, log: [LogEntry] = []) throws -> [Dispute] {
        let replicated = try books.conflicts().map { try Dispute($0, books) }
        let issued = try IssuedConflicts.list(books).map { Dispute($0, log) }
        return (replicated + issued).sorted {
            ($0.table, $0.row, $0.field ?? "", $0.id) < ($1.table, $1.row, $1.field ?? "", $1.id)
        }
    }

    /// The changes that tell who wrote what stands against an issued document; none where nothing
    /// does, since reading all of them takes its time.
    static func log(for replica: Replica) throws -> [LogEntry] {
        let isNeeded = try replica.read { try !IssuedConflicts.list($0).isEmpty }
        return isNeeded ? try replica.log() : []
    }

    /// The conflict of this id, or of the only one that begins so.
    static func find(_ id: String, _ books: Reading, log: [LogEntry] = []) throws -> Dispute {
        let all = try all(books, log: log)
        if let exact = all.first(where: { $0.id == id }) { return exact }
        let near = id.utf8.count >= 4 ? all.filter { $0.id.hasPrefix(id) } : []
        guard near.count == 1, let only = near.first else {
            throw idLengths.contains(id.utf8.count)
                ? ReplicationFailure.conflictChanged(id: id) : ReplicationFailure.noConflict(id: id)
        }
        return only
    }

    /// How long whole ids are: a shorter one is the beginning of one.
    private static let idLengths = 16...17

    private init(_ conflict: Conflict, _ books: Reading) throws {
        id = conflict.id
        kind = conflict.kind.rawValue
        table = conflict.table
        row = conflict.row.text
        field = conflict.field
        shown = conflict.shown
        alternatives = conflict.alternatives.map {
            let author = Author(writer: $0.writer, device: $0.device, at: $0.at)
            return Alternative(value: $0.value, author: author)
        }
        label = try Self.label(books, conflict.table, conflict.row.text)
    }

    private init(_ conflict: IssuedConflict, _ log: [LogEntry]) {
        id = conflict.id
        kind = Conflict.Kind.issued.rawValue
        table = conflict.table
        row = conflict.row
        field = conflict.field
        shown = conflict.shown
        // The latest change of the place is the one that made the difference.
        let author = log.first { $0.touches(conflict.table, conflict.row, conflict.field) }.map {
            Author(writer: $0.writer, device: $0.device, at: $0.at)
        }
        alternatives = [Alternative(value: conflict.alternative, author: author)]
        label = "invoice \(conflict.number)"
    }

    /// What a person calls the row: its number or name, else the name of what it belongs to.
    private static func label(_ books: Reading, _ table: String, _ row: String) throws -> String {
        guard books.schema.tables.contains(where: { $0.name == table }),
            let record = try books.rows("SELECT * FROM \"\(table)\" WHERE id = ?", [.text(row)])
                .first
        else { return "\(table) \(row)" }
        let noun = nouns[table] ?? table
        if let name = record.text("number") ?? record.text("name") { return "\(noun) “\(name)”" }
        guard let client = record.text("client"),
            let owner = try books.rows("SELECT name FROM clients WHERE id = ?", [.text(client)])
                .first,
            let name = owner.text("name")
        else { return "\(noun) \(row)" }
        return "\(noun) for “\(name)”"
    }

    private static let nouns = [
        "clients": "client", "invoices": "draft", "lines": "line", "documents": "invoice",
        "payments": "payment", "packages": "package", "adjustments": "adjustment",
        "settings": "books", "series": "series",
    ]
}

extension Dispute {
    /// `id kind table row field shown alternatives`.
    var json: JSON {
        let others = alternatives.map { alternative in
            JSON.members([
                "value": alternative.value.json, "writer": .text(alternative.author?.writer),
                "device": .text(alternative.author?.device),
                "at": .text((alternative.author?.at).map(Machine.iso)),
            ])
        }
        return .members([
            "id": .string(id), "kind": .string(kind), "table": .string(table),
            "row": .string(row), "field": .text(field), "shown": shown.json,
            "alternatives": .array(others),
        ])
    }

    /// What stands against what, and how to decide.
    func write(on page: inout Page) {
        switch kind {
        case Conflict.Kind.removed.rawValue:
            page.line("\(label): removed by one device while it was changed by another", .strong)
        case Conflict.Kind.issued.rawValue:
            page.line(
                "\(label), \(field ?? "content"): changed elsewhere while it was issued", .strong)
        default: page.line("\(label), \(field ?? ""): two values", .strong)
        }
        if kind != Conflict.Kind.removed.rawValue { page.line("  shown     \(shown.words)") }
        for (index, other) in alternatives.enumerated() {
            let who = other.author.map {
                "   (\($0.device ?? $0.writer), \(Machine.minute(at: $0.at)))"
            }
            let what = kind == Conflict.Kind.removed.rawValue ? "removed" : other.value.words
            page.line("  other \(index + 1)   \(what)\(who ?? "")")
        }
        page.line("  jalon conflicts keep \(id)", .faint)
        if kind != Conflict.Kind.issued.rawValue {
            let number = alternatives.count > 1 ? " --value N" : ""
            page.line("  jalon conflicts take \(id)\(number)", .faint)
        }
    }
}

extension LogEntry {
    /// Whether the change wrote this field of this row, or anything of the row if there is none.
    fileprivate func touches(_ table: String, _ row: String, _ field: String?) -> Bool {
        guard case .operations(let operations) = content else { return false }
        return operations.contains { operation in
            guard operation.table == table, operation.row.text == row else { return false }
            guard case .put(_, _, let fields) = operation, let field else { return true }
            return fields.contains { $0.field == field }
        }
    }
}
