import Convergence
import Replication

/// The rows of a draft as they are stored: every value as it stands, whoever wrote it.
///
/// This is what a document keeps of its draft, and what the draft is compared with afterwards.
struct DraftRows: Equatable {
    /// A line or an adjustment.
    struct Row: Equatable {
        let id: String
        var values: [String: Value]
    }

    static let invoiceFields =
        ["client", "currency", "due", "prepaid", "rounding", "kind", "corrects"]
        + DraftField.allCases.map(\.column)
    static let lineFields = [
        "position", "name", "quantity", "unit", "price", "price_base", "category", "rate", "item",
        "note", "reference", "period_from", "period_to", "reason",
    ]
    static let adjustmentFields = [
        "line", "position", "charge", "amount", "percent", "reason", "category", "rate",
    ]

    static let depositFields = ["document", "number", "date", "groups"]

    var invoice: Row
    /// By position, then id: the order of the document.
    var lines: [Row]
    /// Those of lines and of the document, by position, then id.
    var adjustments: [Row]
    /// Deposits that are deducted, by number.
    var deposits: [Row]

    /// Reads the visible rows of an invoice; nil when there is no such invoice.
    init?(_ reading: Reading, _ id: RowID) throws {
        guard let rows = try Self.load(reading, [id.text]).first else { return nil }
        self = rows
    }

    /// Reads the visible rows of these invoices in three queries, in the order of the ids; those
    /// that do not exist are left out.
    static func load(_ reading: Reading, _ ids: [String]) throws -> [DraftRows] {
        let list: [Value] = [.text(JSON.array(ids.map { .string($0) }).text)]
        func rows(_ table: String, by key: String) throws -> [String: [Row]] {
            // Who sees to a draft is read with it, and is no part of what is issued or compared.
            let fields = fields(of: table) + (table == "invoices" ? ["owner"] : [])
            let columns = fields.map { "\"\($0)\"" }.joined(separator: ", ")
            let condition = table == "invoices" ? "" : "AND hidden = 0"
            var rows: [String: [Row]] = [:]
            try reading.each(
                """
                SELECT \(key), id, \(columns) FROM \(table)
                WHERE \(key) IN (SELECT value FROM json_each(?)) \(condition)
                """,
                list
            ) { cursor in
                guard let owner = cursor.text(0), let id = cursor.text(1) else { return }
                var values: [String: Value] = [:]
                for (index, field) in fields.enumerated() {
                    let value = cursor.value(index + 2)
                    if value != .null { values[field] = value }
                }
                rows[owner, default: []].append(Row(id: id, values: values))
            }
            return rows
        }
        let invoices = try rows("invoices", by: "id")
        let lines = try rows("lines", by: "invoice")
        let adjustments = try rows("adjustments", by: "invoice")
        let deposits = try rows("deposits", by: "invoice")
        return ids.compactMap { id in
            invoices[id]?.first.map { invoice in
                DraftRows(
                    invoice: invoice, lines: (lines[id] ?? []).inOrder,
                    adjustments: (adjustments[id] ?? []).inOrder,
                    deposits: (deposits[id] ?? []).byNumber)
            }
        }
    }

    init(invoice: Row, lines: [Row], adjustments: [Row], deposits: [Row] = []) {
        self.invoice = invoice
        self.lines = lines
        self.adjustments = adjustments
        self.deposits = deposits
    }

    /// All rows with their tables.
    var all: [(table: String, row: Row)] {
        [("invoices", invoice)] + lines.map { ("lines", $0) }
            + adjustments.map { ("adjustments", $0) } + deposits.map { ("deposits", $0) }
    }

    /// A number that two equal drafts share, and others hardly ever: the sum of the rows' own.
    var fingerprint: Int64 {
        Int64(
            bitPattern: all.reduce(0) { sum, entry in
                var hash = Fingerprint()
                hash.combine(entry.table)
                hash.combine(entry.row.id)
                for field in Self.fields(of: entry.table) {
                    hash.combine(field, entry.row.values[field] ?? .null)
                }
                return sum &+ hash.value
            })
    }

    static func fields(of table: String) -> [String] {
        switch table {
        case "invoices": invoiceFields
        case "lines": lineFields
        case "deposits": depositFields
        default: adjustmentFields
        }
    }
}

extension [DraftRows.Row] {
    /// By date, number, then id: the order in which deposits are listed.
    var byNumber: [DraftRows.Row] {
        func key(_ row: DraftRows.Row) -> (String, String, String) {
            (row.values["date"]?.text ?? "", row.values["number"]?.text ?? "", row.id)
        }
        return sorted { key($0) < key($1) }
    }

    /// By position, then id, so that two rows of one position stand alike on every device.
    var inOrder: [DraftRows.Row] {
        sorted {
            ($0.values["position"]?.integer ?? .max, $0.id)
                < ($1.values["position"]?.integer ?? .max, $1.id)
        }
    }
}

/// FNV-1a over 64 bits: the same on every machine, and cheap.
struct Fingerprint {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func combine(byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    mutating func combine(_ text: String) {
        for byte in text.utf8 { combine(byte: byte) }
        combine(byte: 0xff)
    }

    /// A field that is not set counts for nothing, so that a program with further fields comes to the
    /// same number.
    mutating func combine(_ field: String, _ value: Value) {
        guard value != .null else { return }
        combine(field)
        combine(value)
    }

    mutating func combine(_ value: Value) {
        switch value {
        case .null: combine(byte: 0)
        case .integer(let integer):
            combine(byte: 1)
            for shift in stride(from: 0, to: 64, by: 8) {
                combine(byte: UInt8(truncatingIfNeeded: integer >> Int64(shift)))
            }
        case .text(let text):
            combine(byte: 2)
            combine(text)
        }
    }
}
