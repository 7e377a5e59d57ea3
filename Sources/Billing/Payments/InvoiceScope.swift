/// Which invoices a question goes through.
enum InvoiceScope {
    /// All that ever were.
    case all
    /// Those that are not settled, and whatever is odd: see `KeptTables.ledger`.
    case open

    /// Their documents, as a query names them after FROM, conditions included: with the columns `invoice
    /// id client currency series sequence date due total number kind owner`.
    var documents: String {
        switch self {
        case .all: "documents WHERE hidden = 0"
        case .open: "open_invoice WHERE id <> ''"
        }
    }

    /// The rows of a table that are of their documents, which a column names, as a query names them after
    /// FROM. The open ones are few: they come first.
    func rows(of table: String, as name: String, by column: String) -> String {
        switch self {
        case .all: "\(table) \(name)"
        case .open: "open_invoice o CROSS JOIN \(table) \(name) ON \(name).\(column) = o.id"
        }
    }
}
