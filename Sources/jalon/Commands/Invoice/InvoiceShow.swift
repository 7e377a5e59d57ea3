import ArgumentParser
import Billing

struct InvoiceShow: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show an invoice with its lines, VAT and payments.")

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let view = try session.read {
            let reference = try Lookup.invoice($0, invoice, for: .reading)
            return try Invoices.show($0, reference, asOf: session.today)
        }
        return Answer(json: view.json) { page in
            page.line(view.title, .strong)
            page.facts(
                [
                    ("client", view.clientName), ("corrects", view.corrects),
                    ("status", view.statusCell.text),
                    ("issued", view.issued?.iso), ("due", view.due?.iso), ("owner", view.owner),
                ]
                    + DraftField.allCases.map { field in
                        (field.rawValue.words, view.details[field]?.replacing("\n", with: ", "))
                    } + [("id", view.id)])
            page.line()
            page.table(view.lineTable, none: "No lines yet.")
            if !view.deposits.isEmpty {
                page.line()
                page.table(view.depositTable, none: "")
            }
            if let totals = view.totals {
                page.line()
                page.table(view.table(of: totals), none: "")
            }
        }
    }
}

extension InvoiceView {
    fileprivate var lineTable: Table {
        var table = Table([
            .right("#"), .left("LINE"), .right("QUANTITY"), .right("PRICE"), .left("DISCOUNT"),
            .right("VAT"), .right("NET"),
        ])
        for (index, view) in lines.enumerated() {
            let line = view.line
            table.add([
                Cell("\(index + 1)", .faint), Cell(line.title),
                Cell(line.quantity.text + (line.unit.map { " " + $0 } ?? "")),
                Cell(line.price.text(atLeast: currency.decimals)),
                Cell(line.adjustments.map { $0.words(in: currency) }.joined(separator: ", ")),
                Cell("\(line.category.rawValue) \(line.rate.text) %"),
                Cell(currency.text(view.net)),
            ])
        }
        return table
    }

    /// What it is and what it is called.
    fileprivate var title: String {
        let kind = kind.words.prefix(1).uppercased() + kind.words.dropFirst()
        return number.map { "\(kind) \($0)" }
            ?? (self.kind == .invoice ? "Draft \(id)" : "Draft \(id), \(self.kind.words)")
    }

    fileprivate var depositTable: Table {
        var table = Table([
            .left("DEPOSIT"), .left("ISSUED"), .right("NET"), .right("VAT"), .right("GROSS"),
        ])
        for deposit in deposits {
            table.add([
                Cell(deposit.number, .strong), Cell(deposit.date.iso),
                Cell(currency.text(deposit.net)), Cell(currency.text(deposit.vat)),
                Cell(currency.text(deposit.gross)),
            ])
        }
        return table
    }

    fileprivate func table(of totals: Totals) -> Table {
        var table = Table([.left(""), .right(currency.code)])
        func add(_ name: String, _ minor: Int64, _ style: Cell.Style = .plain) {
            table.add([Cell(name, style), Cell(currency.text(minor), style)])
        }
        func addUnlessZero(_ name: String, _ minor: Int64) { if minor != 0 { add(name, minor) } }
        for adjustment in totals.adjustments {
            let percent = adjustment.percent.map { " \($0.text) %" } ?? ""
            add(
                (adjustment.reason ?? (adjustment.charge ? "charge" : "discount")) + percent,
                adjustment.charge ? adjustment.amount : -adjustment.amount)
        }
        add("net", totals.net)
        for group in totals.groups {
            add("VAT \(group.category.rawValue) \(group.rate.text) %", group.vat)
        }
        add("gross", totals.gross)
        if let euros = vatInEuros {
            table.add([Cell("VAT in EUR"), Cell(Currency.eur.text(euros))])
        }
        addUnlessZero("prepaid", -totals.prepaid)
        addUnlessZero("rounding", totals.rounding)
        add("to pay", totals.due, .strong)
        addUnlessZero("paid", paid)
        if !kind.isCredit { addUnlessZero("credited", credited) }
        if number != nil, !kind.isCredit { add("open", balance, .strong) }
        return table
    }
}

extension DraftContent.Line {
    /// What it is called, with the client's code and what it covers.
    fileprivate var title: String {
        let period: String? =
            switch (periodFrom, periodTo) {
            case (let from?, let to?): "\(from) to \(to)"
            case (let from?, nil): "from \(from)"
            case (nil, let to?): "to \(to)"
            case (nil, nil): nil
            }
        let more = [reference, period].compactMap(\.self).joined(separator: ", ")
        return more.isEmpty ? name : "\(name) (\(more))"
    }
}

extension DraftContent.LineAdjustment {
    /// `-10 %` or `+5.00`, with its reason.
    fileprivate func words(in currency: Currency) -> String {
        let number = percent.map { "\($0.text) %" } ?? currency.text(amount)
        return (charge ? "+" : "-") + number + (reason.map { " \($0)" } ?? "")
    }
}
