/// Which invoices a question goes through.
enum InvoiceScope {
    /// All that ever were.
    case all
    /// Those that are not settled, and whatever is odd: see `KeptTables.ledger`.
    case open

    /// A table with a column `invoice`, as a query names it after FROM: the rows of these invoices.
    func joined(_ table: String, as name: String) -> String {
        switch self {
        case .all: "\(table) \(name)"
        // The open ones are few: they come first.
        case .open: "open_invoice o CROSS JOIN \(table) \(name) ON \(name).invoice = o.invoice"
        }
    }
}
