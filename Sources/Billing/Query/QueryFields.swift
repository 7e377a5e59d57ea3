extension InvoiceView: QueryRow {
    package static let queryFields: [QueryField<InvoiceView>] = [
        QueryField("number", .text) { $0.number.map(QueryValue.text) ?? .none },
        QueryField("client", .text) { .text($0.clientName) },
        QueryField("kind", .text) { .text($0.kind.words) },
        QueryField("status", .text) { .text($0.status.rawValue) },
        QueryField(several: "flags", .text) { $0.flags.map { .text($0.rawValue) } },
        QueryField("issued", .date) { $0.issued.map(QueryValue.date) ?? .none },
        QueryField("due", .date) { $0.due.map(QueryValue.date) ?? .none },
        QueryField("month", .text) { $0.issued.map { .text(String($0.iso.prefix(7))) } ?? .none },
        QueryField("currency", .text) { .text($0.currency.code) },
        QueryField("net", .amount) { $0.amountValue($0.sums?.net) },
        QueryField("vat", .amount) { $0.amountValue($0.sums?.vat) },
        QueryField("amount", .amount) { $0.amountValue($0.sums?.due) },
        QueryField("paid", .amount) { $0.amountValue($0.paid) },
        QueryField("open", .amount) { $0.amountValue($0.number == nil ? nil : $0.balance) },
        QueryField("corrects", .text) { $0.corrects.map(QueryValue.text) ?? .none },
    ]

    fileprivate func amountValue(_ minor: Int64?) -> QueryValue {
        minor.map { .amount($0, decimals: currency.decimals) } ?? .none
    }

    package var querySums: [(name: String, minor: Int64)] {
        [
            ("net", sums?.net ?? 0), ("vat", sums?.vat ?? 0), ("amount", sums?.due ?? 0),
            ("paid", paid), ("open", number == nil ? 0 : balance),
        ]
    }

    package var queryCurrency: Currency { currency }
}

extension PaymentView: QueryRow {
    package static let queryFields: [QueryField<PaymentView>] = [
        QueryField("date", .date) { $0.date.map(QueryValue.date) ?? .none },
        QueryField("month", .text) { $0.date.map { .text(String($0.iso.prefix(7))) } ?? .none },
        QueryField("client", .text) { .text($0.clientName) },
        QueryField("amount", .amount) { .amount($0.amount, decimals: $0.currency.decimals) },
        QueryField("credit", .amount) { .amount($0.credit, decimals: $0.currency.decimals) },
        QueryField("currency", .text) { .text($0.currency.code) },
        QueryField("method", .text) { $0.method.map(QueryValue.text) ?? .none },
        QueryField("reference", .text) { $0.reference.map(QueryValue.text) ?? .none },
        QueryField(several: "invoice", .text) {
            $0.allocations.compactMap { $0.number.map(QueryValue.text) }
        },
    ]

    package var querySums: [(name: String, minor: Int64)] {
        [("amount", amount), ("credit", credit)]
    }

    package var queryCurrency: Currency { currency }
}
