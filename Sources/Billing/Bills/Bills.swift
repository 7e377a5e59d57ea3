package import Convergence
package import Replication

/// A supplier's bill: what the business owes, the mirror of an invoice, kept small.
package struct BillView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// The supplier's name.
    package let supplier: String
    /// The supplier's number.
    package let number: String?
    /// Its date.
    package let date: CivilDate?
    /// When it falls due.
    package let due: CivilDate?
    /// The currency of all amounts.
    package let currency: Currency
    /// What is to be paid, with VAT, in minor units.
    package let amount: Int64
    /// The VAT in it.
    package let vat: Int64
    /// What was paid up to the date asked for.
    package let paid: Int64
    /// A remark.
    package let note: String?
    /// The name of its file and the SHA-256 of what is in it.
    package let file: String?
    package let hash: String?
    /// Where it stands at the date asked for: `open`, `overdue` or `paid`.
    package let status: String
    /// How late it is.
    package let bucket: AgingBucket

    /// What is still to be paid.
    package var balance: Int64 { amount &- paid }

    /// `id supplier number date due currency amount vat net paid balance status bucket note file hash`.
    package var json: JSON {
        .members([
            "id": .string(id), "supplier": .string(supplier), "number": .text(number),
            "date": .text(date?.iso), "due": .text(due?.iso), "currency": .string(currency.code),
            "amount": .string(currency.text(amount)), "vat": .string(currency.text(vat)),
            "net": .string(currency.text(amount &- vat)), "paid": .string(currency.text(paid)),
            "balance": .string(currency.text(balance)), "status": .string(status),
            "bucket": .string(bucket.rawValue), "note": .text(note), "file": .text(file),
            "hash": .text(hash),
        ])
    }
}

/// What is typed of a bill.
package struct BillInput: Sendable {
    package var supplier: String
    package var number: String?
    package var date: CivilDate?
    package var due: CivilDate?
    package var currency: Currency?
    package var amount: String
    package var vat: String?
    package var note: String?
    package var file: String?
    package var hash: String?

    /// Makes an input.
    package init(
        supplier: String, number: String? = nil, date: CivilDate? = nil, due: CivilDate? = nil,
        currency: Currency? = nil, amount: String, vat: String? = nil, note: String? = nil,
        file: String? = nil, hash: String? = nil
    ) {
        self.supplier = supplier
        self.number = number
        self.date = date
        self.due = due
        self.currency = currency
        self.amount = amount
        self.vat = vat
        self.note = note
        self.file = file
        self.hash = hash
    }
}

/// Suppliers' bills.
package enum Bills {
    /// Enters a bill. One of the same supplier and number is there already: that is refused, also when
    /// another device entered it, since the row is derived from both.
    package static func add(
        _ writing: Writing, _ input: BillInput, at moment: Moment
    ) throws -> BillView {
        let usual = try Books.settings(writing)
        let currency = input.currency ?? usual.currency
        let supplier = try PlainText.line(input.supplier, .name)
        let number = try input.number.map { try PlainText.line($0, .reference) }
        let amount = try currency.minor(input.amount)
        guard amount != 0 else { throw BillingFailure.paymentNotPositive(text: input.amount) }
        let vat = try input.vat.map { try currency.minor($0) } ?? 0
        guard vat.magnitude <= amount.magnitude, vat == 0 || (vat > 0) == (amount > 0) else {
            throw BillingFailure.number(.amount, text: input.vat ?? "", .tooLarge)
        }
        let date = input.date ?? moment.today
        let due = input.due ?? usual.terms.due(from: date)
        guard due >= date else { throw BillingFailure.dueBeforeIssue(due: due, date: date) }
        var values: [String: Value] = [
            "supplier": .text(supplier), "date": .text(date.iso), "due": .text(due.iso),
            "currency": .text(currency.code), "amount": .integer(amount), "vat": .integer(vat),
            "created": .integer(moment.milliseconds),
        ]
        if let number { values["number"] = .text(number) }
        if let note = input.note { values["note"] = .text(try PlainText.block(note, .note)) }
        if let file = input.file { values["file"] = .text(try PlainText.line(file, .label)) }
        if let hash = input.hash { values["hash"] = .text(hash) }
        let id: RowID
        if let number {
            let keys: [Value] = [.text(supplier.lowercased()), .text(number)]
            id = try writing.insertDerived("bills", keys: keys, values)
            let present = try writing.rows(
                "SELECT id FROM bills WHERE id = ? AND hidden = 0", [.text(id.text)])
            guard present.isEmpty else {
                throw BillingFailure.exists(
                    .bill, Candidate(id: id.text, label: number, detail: supplier))
            }
        } else {
            id = try writing.insert("bills", values)
        }
        guard let view = view(id: id.text, paid: 0, asOf: moment.today, { values[$0] ?? .null })
        else { throw BillingFailure.damaged(table: "bills", row: id.text, field: "currency") }
        return view
    }

    /// Notes that a bill was paid, in whole or in part.
    package static func pay(
        _ writing: Writing, _ id: RowID, amount: String?, on date: CivilDate?,
        method: String? = nil, at moment: Moment
    ) throws -> BillView {
        guard let bill = try list(writing, asOf: .last).first(where: { $0.id == id.text }) else {
            throw BillingFailure.notFound(.bill, text: id.text, suggestions: [])
        }
        let minor = try amount.map { try bill.currency.minor($0) } ?? bill.balance
        guard minor != 0, (minor > 0) == (bill.balance > 0),
            minor.magnitude <= bill.balance.magnitude
        else {
            throw BillingFailure.allocationTooLarge(
                number: bill.number ?? bill.supplier, open: bill.balance, currency: bill.currency)
        }
        let day = date ?? moment.today
        var values: [String: Value] = [
            "bill": .text(bill.id), "date": .text(day.iso), "amount": .integer(minor),
        ]
        if let method { values["method"] = .text(try PlainText.line(method, .method)) }
        _ = try writing.insert("bill_payments", values)
        return bill.paid(minor, asOf: max(day, moment.today))
    }

    /// Removes a bill that was entered by mistake, with its payments.
    package static func remove(_ writing: Writing, _ id: RowID) throws -> BillView {
        guard let bill = try list(writing, asOf: .last).first(where: { $0.id == id.text }) else {
            throw BillingFailure.notFound(.bill, text: id.text, suggestions: [])
        }
        let payments = try writing.rows(
            "SELECT id FROM bill_payments WHERE bill = ? AND hidden = 0", [.text(id.text)])
        for payment in payments.compactMap({ $0.text("id").flatMap { RowID($0) } }) {
            try writing.remove("bill_payments", payment)
        }
        try writing.remove("bills", id)
        return bill
    }

    /// The bills at a date, by due date.
    package static func list(_ reading: Reading, asOf date: CivilDate) throws -> [BillView] {
        var paid: [String: Int64] = [:]
        try reading.each(
            """
            SELECT bill, amount FROM bill_payments WHERE hidden = 0 AND date <= ?
            """, [.text(date.iso)]
        ) { cursor in
            guard let bill = cursor.text(0), let amount = cursor.integer(1),
                amount.magnitude <= Currency.minorMax.magnitude
            else { return }
            paid[bill, default: 0] &+= amount
        }
        return try reading.rows(
            "SELECT * FROM bills WHERE hidden = 0 AND date <= ? ORDER BY due, created, id",
            [.text(date.iso)]
        ).compactMap { record in
            let id = record.text("id") ?? ""
            return view(id: id, paid: paid[id] ?? 0, asOf: date) { record[$0] }
        }
    }

    private static func view(
        id: String, paid: Int64, asOf date: CivilDate, _ field: (String) -> Value
    ) -> BillView? {
        guard let code = field("currency").text, let currency = try? Currency(code),
            let amount = field("amount").integer, amount.magnitude <= Currency.minorMax.magnitude
        else { return nil }
        let due = field("due").text.flatMap { CivilDate(iso: $0) }
        return BillView(
            id: id, supplier: field("supplier").text ?? "", number: field("number").text,
            date: field("date").text.flatMap { CivilDate(iso: $0) }, due: due, currency: currency,
            amount: amount, vat: field("vat").integer ?? 0, paid: paid, note: field("note").text,
            file: field("file").text, hash: field("hash").text,
            status: BillView.status(amount: amount, paid: paid, due: due, on: date),
            bucket: AgingBucket(due: due, on: date))
    }
}

extension BillView {
    static func status(amount: Int64, paid: Int64, due: CivilDate?, on date: CivilDate) -> String {
        if amount >= 0 ? paid >= amount : paid <= amount { return "paid" }
        return due.map { date > $0 } ?? false ? "overdue" : "open"
    }

    fileprivate func paid(_ more: Int64, asOf date: CivilDate) -> BillView {
        BillView(
            id: id, supplier: supplier, number: number, date: self.date, due: due,
            currency: currency, amount: amount, vat: vat, paid: paid &+ more, note: note,
            file: file, hash: hash,
            status: Self.status(amount: amount, paid: paid &+ more, due: due, on: date),
            bucket: bucket)
    }
}

extension BillView: QueryRow {
    package static let queryFields: [QueryField<BillView>] = [
        QueryField("supplier", .text) { .text($0.supplier) },
        QueryField("number", .text) { $0.number.map(QueryValue.text) ?? .none },
        QueryField("date", .date) { $0.date.map(QueryValue.date) ?? .none },
        QueryField("due", .date) { $0.due.map(QueryValue.date) ?? .none },
        QueryField("month", .text) { $0.date.map { .text(String($0.iso.prefix(7))) } ?? .none },
        QueryField("status", .text) { .text($0.status) },
        QueryField("bucket", .text) { .text($0.status == "paid" ? "paid" : $0.bucket.rawValue) },
        QueryField("currency", .text) { .text($0.currency.code) },
        QueryField("amount", .amount) { .amount($0.amount, decimals: $0.currency.decimals) },
        QueryField("vat", .amount) { .amount($0.vat, decimals: $0.currency.decimals) },
        QueryField("open", .amount) { .amount($0.balance, decimals: $0.currency.decimals) },
    ]

    package var querySums: [(name: String, minor: Int64)] {
        [("amount", amount), ("vat", vat), ("paid", paid), ("open", balance)]
    }

    package var queryCurrency: Currency { currency }
}
