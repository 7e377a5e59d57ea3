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

    static let invoiceFields = ["client", "currency", "due", "prepaid", "rounding"]
    static let lineFields = [
        "position", "name", "quantity", "unit", "price", "price_base", "category", "rate",
    ]
    static let adjustmentFields = [
        "line", "position", "charge", "amount", "reason", "category", "rate",
    ]

    var invoice: Row
    /// By position, then id: the order of the document.
    var lines: [Row]
    /// Those of lines and of the document, by position, then id.
    var adjustments: [Row]

    /// Reads the visible rows of an invoice; nil when there is no such invoice.
    init?(_ reading: Reading, _ id: RowID) throws {
        let key: [Value] = [.text(id.text)]
        let record = try reading.rows("SELECT * FROM invoices WHERE id = ?", key).first
        guard let record else { return nil }
        invoice = Row(id: id.text, values: Self.values(record, Self.invoiceFields))
        lines = try reading.rows("SELECT * FROM lines WHERE invoice = ? AND hidden = 0", key)
            .map { Row(id: $0.text("id") ?? "", values: Self.values($0, Self.lineFields)) }
            .inOrder
        adjustments = try reading.rows(
            "SELECT * FROM adjustments WHERE invoice = ? AND hidden = 0", key
        )
        .map { Row(id: $0.text("id") ?? "", values: Self.values($0, Self.adjustmentFields)) }
        .inOrder
    }

    init(invoice: Row, lines: [Row], adjustments: [Row]) {
        self.invoice = invoice
        self.lines = lines
        self.adjustments = adjustments
    }

    private static func values(_ record: Record, _ fields: [String]) -> [String: Value] {
        var values: [String: Value] = [:]
        for field in fields where record[field] != .null { values[field] = record[field] }
        return values
    }

    /// All rows with their tables.
    var all: [(table: String, row: Row)] {
        [("invoices", invoice)] + lines.map { ("lines", $0) }
            + adjustments.map { ("adjustments", $0) }
    }

    /// A number that two equal drafts share, and others hardly ever: the sum of the rows' own.
    var fingerprint: Int64 {
        Int64(
            bitPattern: all.reduce(0) { sum, entry in
                var hash = Fingerprint()
                hash.combine(entry.table)
                hash.combine(entry.row.id)
                for field in Self.fields(of: entry.table) {
                    hash.combine(entry.row.values[field] ?? .null)
                }
                return sum &+ hash.value
            })
    }

    static func fields(of table: String) -> [String] {
        switch table {
        case "invoices": invoiceFields
        case "lines": lineFields
        default: adjustmentFields
        }
    }
}

extension [DraftRows.Row] {
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
