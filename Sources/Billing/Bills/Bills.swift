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
    /// Where it stands at the date asked for.
    package let status: BillStatus
    /// How many days it is late; 0 unless it is.
    package let daysLate: Int
    /// In which bucket it is for that; nil unless something is open.
    package let bucket: AgingBucket?

    /// What is still to be paid.
    package var balance: Int64 { amount &- paid }
    /// The supplier's number, or else the supplier.
    package var label: String { number ?? supplier }

    /// `id supplier number date due currency amount vat net paid balance status daysLate bucket
    /// note file hash`.
    package var json: JSON {
        .members([
            "id": .string(id), "supplier": .string(supplier), "number": .text(number),
            "date": .text(date?.iso), "due": .text(due?.iso), "currency": .string(currency.code),
            "amount": .string(currency.text(amount)), "vat": .string(currency.text(vat)),
            "net": .string(currency.text(amount &- vat)), "paid": .string(currency.text(paid)),
            "balance": .string(currency.text(balance)), "status": .string(status.rawValue),
            "daysLate": .integer(daysLate), "bucket": .text(bucket?.rawValue), "note": .text(note),
            "file": .text(file),
            "hash": .text(hash),
        ])
    }
}

/// Where a bill stands at a date: derived, never stored.
package enum BillStatus: String, CaseIterable, Sendable {
    case open, overdue, paid

    init(amount: Int64, paid: Int64, due: CivilDate?, on date: CivilDate) {
        if amount >= 0 ? paid >= amount : paid <= amount {
            self = .paid
        } else {
            self = due.map { date > $0 } ?? false ? .overdue : .open
        }
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
        guard due >= date else {
            throw BillingFailure.choice(
                ChoiceFault(
                    field: "due", text: due.iso, allowed: ["a day from \(date.iso) on"]))
        }
        var values: [String: Value] = [
            "supplier": .text(supplier), "date": .text(date.iso), "due": .text(due.iso),
            "currency": .text(currency.code), "amount": .integer(amount), "vat": .integer(vat),
        ]
        if let number { values["number"] = .text(number) }
        if let note = input.note { values["note"] = .text(try PlainText.block(note, .note)) }
        if let file = input.file { values["file"] = .text(try PlainText.line(file, .label)) }
        if let hash = input.hash { values["hash"] = .text(hash) }
        let id: RowID
        if let number {
            let keys: [Value] = [
                .text(Matcher.folded(supplier)), .text(Matcher.folded(number)),
            ]
            id = try writing.enter("bills", keys: keys, values, of: ["note", "file", "hash"])
            guard try list(writing, asOf: .last, id: id).isEmpty else {
                throw BillingFailure.exists(
                    .bill, Candidate(id: id.text, label: number, detail: supplier))
            }
        } else {
            // Not of what two devices may both enter: they would contradict each other in it.
            values["created"] = .integer(moment.milliseconds)
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
        let bill = try find(writing, id)
        let minor = try amount.map { try bill.currency.minor($0) } ?? bill.balance
        guard minor != 0, (minor > 0) == (bill.balance > 0),
            minor.magnitude <= bill.balance.magnitude
        else {
            throw BillingFailure.allocationTooLarge(
                number: bill.label, open: bill.balance, currency: bill.currency)
        }
        let day = date ?? moment.today
        if let first = bill.date, day < first {
            throw BillingFailure.beforeIssue(number: bill.label, date: day, issued: first)
        }
        var values = payment(minor, of: bill, on: day)
        values["created"] = .integer(moment.milliseconds)
        if let method { values["method"] = .text(try PaymentMethod.checked(method)) }
        _ = try writing.insert("bill_payments", values)
        return bill.paid(minor, asOf: max(day, moment.today))
    }

    /// Takes back what was paid last of a bill and is not taken back yet, by a row of its own. The row is
    /// derived from the payment's: two devices that take one back have taken it back once.
    package static func reverse(
        _ writing: Writing, _ id: RowID, on date: CivilDate?, at moment: Moment
    ) throws -> BillView {
        let bill = try find(writing, id)
        guard let last = try standing(writing, id).last else {
            throw BillingFailure.notPaid(bill: bill.label)
        }
        let day = max(date ?? moment.today, last.date ?? moment.today)
        var values = payment(0 &- last.amount, of: bill, on: day)
        // Behind its payment in their order, and the same whenever a device writes it.
        values["created"] = .integer(last.created &+ 1)
        _ = try writing.insertDerived("bill_payments", keys: reversalKeys(last.id), values)
        return bill.paid(0 &- last.amount, asOf: day)
    }

    /// What was paid of a bill, as its rows say it.
    private struct BillPayment {
        let id: String
        let amount: Int64
        let date: CivilDate?
        let created: Int64
    }

    /// The payments that are not taken back, in their order. Rows of earlier programs that take one back
    /// do not say which: each stands for the last of that amount before it.
    private static func standing(_ reading: Reading, _ bill: RowID) throws -> [BillPayment] {
        let payments = try reading.rows(
            """
            SELECT id, amount, date, created FROM bill_payments WHERE bill = ? AND hidden = 0
            ORDER BY date, created, id
            """, [.text(bill.text)]
        ).map { row in
            BillPayment(
                id: row.text("id") ?? "", amount: row.integer("amount")?.minor ?? 0,
                date: row.text("date").flatMap { CivilDate(iso: $0) },
                created: row.integer("created") ?? 0)
        }
        let ids = Set(payments.map(\.id))
        let reversals = payments.reduce(into: [String: String]()) { reversals, payment in
            guard let id = RowIDs.derived("bill_payments", keys: reversalKeys(payment.id))?.text,
                ids.contains(id)
            else { return }
            reversals[id] = payment.id
        }
        let reversed = Set(reversals.values)
        var standing: [BillPayment] = []
        for payment in payments where reversals[payment.id] == nil && !reversed.contains(payment.id)
        {
            if let last = standing.lastIndex(where: { $0.amount == 0 &- payment.amount }) {
                standing.remove(at: last)
            } else {
                standing.append(payment)
            }
        }
        return standing
    }

    private static func reversalKeys(_ payment: String) -> [Value] {
        [.text("reversal"), .text(payment)]
    }

    private static func payment(
        _ minor: Int64, of bill: BillView, on day: CivilDate
    ) -> [String: Value] {
        ["bill": .text(bill.id), "date": .text(day.iso), "amount": .integer(minor)]
    }

    private static func find(_ reading: Reading, _ id: RowID) throws -> BillView {
        guard let bill = try list(reading, asOf: .last, id: id).first else {
            throw BillingFailure.notFound(.bill, text: id.text, suggestions: [])
        }
        return bill
    }

    /// Removes a bill that was entered by mistake, with its payments.
    package static func remove(_ writing: Writing, _ id: RowID) throws -> BillView {
        let bill = try find(writing, id)
        let payments = try writing.rows(
            "SELECT id FROM bill_payments WHERE bill = ? AND hidden = 0", [.text(id.text)])
        for payment in payments.compactMap({ $0.text("id").flatMap { RowID($0) } }) {
            try writing.remove("bill_payments", payment)
        }
        try writing.remove("bills", id)
        return bill
    }

    /// The bills at a date, by due date; or one.
    package static func list(
        _ reading: Reading, asOf date: CivilDate, id: RowID? = nil
    ) throws -> [BillView] {
        let arguments: [Value] = [.text(date.iso), id.map { .text($0.text) } ?? .null]
        var paid: [String: Int64] = [:]
        try reading.each(
            """
            SELECT bill, amount FROM bill_payments
            WHERE hidden = 0 AND date <= ?1 AND (?2 IS NULL OR bill = ?2)
            """, arguments
        ) { cursor in
            guard let bill = cursor.text(0), let amount = cursor.integer(1)?.minor
            else { return }
            paid[bill, default: 0] &+= amount
        }
        return try reading.rows(
            """
            SELECT * FROM bills WHERE hidden = 0 AND date <= ?1 AND (?2 IS NULL OR id = ?2)
            ORDER BY due, date, created, id
            """, arguments
        ).compactMap { record in
            let id = record.text("id") ?? ""
            return view(id: id, paid: paid[id] ?? 0, asOf: date) { record[$0] }
        }
    }

    private static func view(
        id: String, paid: Int64, asOf date: CivilDate, _ field: (String) -> Value
    ) -> BillView? {
        guard let code = field("currency").text, let currency = try? Currency(code),
            let amount = field("amount").integer?.minor
        else { return nil }
        // Of what another program wrote only what can be right is shown.
        let vat = field("vat").integer.flatMap { $0.magnitude <= amount.magnitude ? $0 : nil } ?? 0
        let due = field("due").text.flatMap { CivilDate(iso: $0) }
        return BillView(
            id: id, supplier: field("supplier").text ?? "", number: field("number").text,
            date: field("date").text.flatMap { CivilDate(iso: $0) }, due: due, currency: currency,
            amount: amount, vat: vat, paid: paid, note: field("note").text,
            file: field("file").text, hash: field("hash").text, asOf: date)
    }
}

extension BillView {
    fileprivate init(
        id: String, supplier: String, number: String?, date: CivilDate?, due: CivilDate?,
        currency: Currency, amount: Int64, vat: Int64, paid: Int64, note: String?, file: String?,
        hash: String?, asOf day: CivilDate
    ) {
        let status = BillStatus(amount: amount, paid: paid, due: due, on: day)
        self.init(
            id: id, supplier: supplier, number: number, date: date, due: due, currency: currency,
            amount: amount, vat: vat, paid: paid, note: note, file: file, hash: hash,
            status: status, daysLate: status == .overdue ? due.map { day.days(since: $0) } ?? 0 : 0,
            bucket: status == .paid ? nil : AgingBucket(due: due, on: day))
    }

    fileprivate func paid(_ more: Int64, asOf day: CivilDate) -> BillView {
        BillView(
            id: id, supplier: supplier, number: number, date: date, due: due, currency: currency,
            amount: amount, vat: vat, paid: paid &+ more, note: note, file: file, hash: hash,
            asOf: day)
    }
}

extension BillView: QueryRow {
    package static let queryFields: [QueryField<BillView>] = [
        QueryField("supplier", .text) { .text($0.supplier) },
        QueryField("number", .text) { QueryValue($0.number) },
        QueryField("date", .date) { QueryValue($0.date) },
        QueryField("due", .date) { QueryValue($0.due) },
        QueryField("month", .text) { QueryValue(monthOf: $0.date) },
        QueryField("status", .choice(BillStatus.allCases.map(\.rawValue))) {
            .text($0.status.rawValue)
        },
        QueryField("late", .number) { $0.daysLate > 0 ? .number(Int64($0.daysLate)) : .none },
        QueryField("bucket", .choice(AgingBucket.allCases.map(\.rawValue))) {
            QueryValue($0.bucket?.rawValue)
        },
        QueryField("currency", .text) { .text($0.currency.code) },
        QueryField("net", .amount) { QueryValue($0.amount &- $0.vat, in: $0.currency) },
        QueryField("vat", .amount) { QueryValue($0.vat, in: $0.currency) },
        QueryField("amount", .amount) { QueryValue($0.amount, in: $0.currency) },
        QueryField("paid", .amount) { QueryValue($0.paid, in: $0.currency) },
        QueryField("open", .amount) { QueryValue($0.balance, in: $0.currency) },
        QueryField("note", .text) { QueryValue($0.note) },
        QueryField("file", .text) { QueryValue($0.file) },
        QueryField("id", .text) { .text($0.id) },
    ]

    package var querySums: QuerySums? {
        QuerySums(
            currency,
            [
                .init("net", amount &- vat), .init("vat", vat), .init("amount", amount),
                .init("paid", paid), .init("open", balance),
            ])
    }
}
