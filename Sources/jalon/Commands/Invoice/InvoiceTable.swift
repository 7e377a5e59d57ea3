import Billing

extension Table {
    /// What has a column only where a list is chosen or sorted by it.
    private static let furtherFields = ["terms", "sent", "method", "note"]

    /// Invoices, one on each line; of the further fields those of these names.
    static func invoices(_ invoices: [InvoiceView], showing names: Set<String> = []) -> Table {
        let further = InvoiceView.queryFields.filter {
            furtherFields.contains($0.name) && names.contains($0.name)
        }
        // One currency stands in the heading, several in every row.
        let codes = Set(invoices.map(\.currency.code))
        let code = codes.count == 1 ? codes.first : nil
        // One person's invoices need not say so on each line.
        let showsOwner = Set(invoices.lazy.compactMap(\.owner)).count > 1
        var columns: [Table.Column] = [
            .left("NUMBER"), .left("CLIENT"), .left("ISSUED", drops: 2), .left("DUE", drops: 3),
            .right(["AMOUNT", code].compactMap(\.self).joined(separator: " ")),
            .right("PAID", drops: 1), .right("OPEN"), .left("STATUS"),
        ]
        if showsOwner { columns.append(.left("OWNER", drops: 4)) }
        columns += further.map { .left($0.name.uppercased(), drops: 5) }
        var table = Table(columns)
        for invoice in invoices {
            func money(_ minor: Int64?) -> String? {
                minor.map { code == nil ? invoice.amount($0) : invoice.currency.text($0) }
            }
            let cells = [
                invoice.labelCell,
                Cell(invoice.clientName), Cell(invoice.issued?.iso ?? ""),
                Cell(invoice.due?.iso ?? ""),
                Cell(money(invoice.sums?.due) ?? "cannot be computed"),
                Cell(money(invoice.number == nil ? nil : invoice.paid) ?? ""),
                Cell(money(invoice.open) ?? ""), invoice.statusCell,
            ]
            table.add(
                cells + (showsOwner ? [Cell(invoice.owner ?? "")] : [])
                    + further.map { Cell($0.text(invoice)) })
        }
        return table
    }
}

extension InvoiceView {
    /// An amount in the invoice's currency.
    func amount(_ minor: Int64) -> String { "\(currency.text(minor)) \(currency.code)" }

    /// What is to be paid.
    var total: String { sums.map { amount($0.due) } ?? "cannot be computed" }

    /// The number, or the beginning of a draft's id.
    var labelCell: Cell { number.map { Cell($0, .strong) } ?? Cell(id.shortID, .faint) }

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

extension String {
    /// The beginning of an id, which stands for it as long as no other begins so.
    var shortID: String { String(prefix(10)) }
}
