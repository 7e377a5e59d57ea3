import Billing
import Convergence
import Replication

/// A conflict of the books, whoever found it: the replica, or the business.
struct Dispute {
    /// One value that is not shown, and who wrote it when.
    struct Alternative {
        let value: Value
        /// The value as a person reads it.
        let words: String
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
    /// What is shown as a person reads it.
    let shownWords: String
    let alternatives: [Alternative]
    /// What the row is called.
    let label: String

    /// All conflicts, in the same order on every device at the same version; with their authors
    /// where the log is given.
    static func all(_ books: Reading, log: [LogEntry] = []) throws -> [Dispute] {
        let replicated = try books.conflicts().map { try Dispute($0, books) }
        let issued = try IssuedConflicts.list(books).map { try Dispute($0, log, books) }
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
        let reader = try ValueReader(books, conflict.table, conflict.row.text, conflict.field)
        shownWords = try reader.words(conflict.shown)
        alternatives = try conflict.alternatives.map {
            let author = Author(writer: $0.writer, device: $0.device, at: $0.at)
            return Alternative(value: $0.value, words: try reader.words($0.value), author: author)
        }
        label = try Self.label(books, conflict.table, conflict.row.text)
    }

    private init(_ conflict: IssuedConflict, _ log: [LogEntry], _ books: Reading) throws {
        id = conflict.id
        kind = Conflict.Kind.issued.rawValue
        table = conflict.table
        row = conflict.row
        field = conflict.field
        shown = conflict.shown
        let reader = try ValueReader(books, conflict.table, conflict.row, conflict.field)
        shownWords = try reader.words(conflict.shown)
        // The latest change of the place is the one that made the difference.
        let author = log.first { $0.touches(conflict.table, conflict.row, conflict.field) }.map {
            Author(writer: $0.writer, device: $0.device, at: $0.at)
        }
        alternatives = [
            Alternative(
                value: conflict.alternative, words: try reader.words(conflict.alternative),
                author: author)
        ]
        label = "invoice \(conflict.number)"
    }

    /// What a person calls the row: its number or name, else the name of what it belongs to.
    fileprivate static func label(
        _ books: Reading, _ table: String, _ row: String
    ) throws -> String {
        guard books.schema.tables.contains(where: { $0.name == table }),
            let record = try books.rows("SELECT * FROM \"\(table)\" WHERE id = ?", [.text(row)])
                .first
        else { return "\(table) \(row)" }
        let noun = nouns[table] ?? table
        if let name = name(record) { return "\(noun) “\(name)”" }
        for (field, table) in [("document", "documents"), ("bill", "bills"), ("client", "clients")]
        {
            guard let owner = record.text(field) else { continue }
            let found = try books.rows("SELECT * FROM \(table) WHERE id = ?", [.text(owner)]).first
            if let name = found.flatMap(name) { return "\(noun) for “\(name)”" }
        }
        return "\(noun) \(row)"
    }

    /// What a row calls itself.
    private static func name(_ record: Record) -> String? {
        record.text("number") ?? record.text("name") ?? record.text("supplier")
    }

    private static let nouns = [
        "clients": "client", "invoices": "draft", "lines": "line", "documents": "invoice",
        "payments": "payment", "packages": "package", "adjustments": "adjustment",
        "settings": "books", "series": "series", "allocations": "part of a payment",
        "bills": "bill", "bill_payments": "payment", "items": "item", "events": "event",
    ]
}

/// Tells the values of one field of a row: money in its currency, and other rows by what they are
/// called.
private struct ValueReader {
    private let books: Reading
    /// The currency of a field that holds money.
    private let currency: Currency?
    /// The table whose rows the field names.
    private let target: String?

    /// The fields that hold minor units.
    private static let money: Set<String> = [
        "adjustments.amount", "allocations.amount", "bill_payments.amount", "bills.amount",
        "bills.vat", "invoices.prepaid", "invoices.rounding", "packages.price", "payments.amount",
        "payments.euros",
    ]

    init(_ books: Reading, _ table: String, _ row: String, _ field: String?) throws {
        self.books = books
        let field = field ?? ""
        if Self.money.contains("\(table).\(field)") {
            currency = field == "euros" ? .eur : try Self.currency(books, table, row)
        } else {
            currency = nil
        }
        if case .reference(let table) = books.schema[table]?.fields.first(where: {
            $0.name == field
        })?.kind {
            target = table
        } else {
            target = nil
        }
    }

    func words(_ value: Value) throws -> String {
        switch value {
        case .integer(let minor):
            // Of what another program wrote only what can be an amount is one.
            guard let currency, minor.magnitude <= Currency.minorMax.magnitude else {
                return value.words
            }
            return "\(currency.text(minor)) \(currency.code)"
        case .text(let row):
            return try target.map { try Dispute.label(books, $0, row) } ?? value.words
        case .null: return value.words
        }
    }

    /// The currency of a row: its own, or that of the row which it belongs to.
    private static func currency(
        _ books: Reading, _ table: String, _ row: String
    ) throws -> Currency? {
        let record = try books.rows("SELECT * FROM \(table) WHERE id = ?", [.text(row)]).first
        guard let record, let declared = books.schema[table] else { return nil }
        if let code = record.text("currency") { return try? Currency(code) }
        guard let parent = declared.parent, let table = declared.parentTable,
            let row = record.text(parent)
        else { return nil }
        return try currency(books, table, row)
    }
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
        if kind != Conflict.Kind.removed.rawValue { page.line("  shown     \(shownWords)") }
        for (index, other) in alternatives.enumerated() {
            let who = other.author.map {
                "   (\($0.device ?? $0.writer), \(Machine.minute(at: $0.at)))"
            }
            let what = kind == Conflict.Kind.removed.rawValue ? "removed" : other.words
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
