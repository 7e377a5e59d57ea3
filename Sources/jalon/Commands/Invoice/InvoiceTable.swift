import Billing

extension Table {
    /// Invoices, one on each line.
    static func invoices(_ invoices: [InvoiceView]) -> Table {
        var table = Table([
            .left("NUMBER"), .left("CLIENT"), .left("ISSUED"), .left("DUE"), .right("AMOUNT"),
            .right("OPEN"), .left("STATUS"),
        ])
        for invoice in invoices {
            table.add([
                invoice.number.map { Cell($0, .strong) } ?? Cell(invoice.id, .faint),
                Cell(invoice.clientName), Cell(invoice.issued?.iso ?? ""),
                Cell(invoice.due?.iso ?? ""), Cell(invoice.total),
                Cell(invoice.open.map(invoice.amount) ?? ""),
                invoice.statusCell,
            ])
        }
        return table
    }
}

extension InvoiceView {
    /// An amount in the invoice's currency.
    func amount(_ minor: Int64) -> String { "\(currency.text(minor)) \(currency.code)" }

    /// What is to be paid.
    var total: String { sums.map { amount($0.due) } ?? "cannot be computed" }

    /// The status with its flags, in its colour.
    var statusCell: Cell {
        // A credit note takes effect with the invoice that it names.
        let own = kind == .invoice ? [] : [kind.words]
        let words =
            own + (kind.isCredit && number != nil ? [] : [status.rawValue]) + flags.map(\.rawValue)
        return Cell(words.joined(separator: ", "), status.style)
    }
}

extension InvoiceStatus {
    /// The same colours everywhere.
    var style: Cell.Style {
        switch self {
        case .draft, .writtenOff: .faint
        case .issued, .sent: .plain
        case .due: .warning
        case .overdue: .bad
        case .paid, .credited: .good
        }
    }
}
