extension InvoiceView: QueryRow {
    package static let queryFields: [QueryField<InvoiceView>] =
        [
            QueryField("number", .text) { QueryValue($0.number) },
            QueryField("client", .text) { .text($0.clientName) },
            QueryField("kind", .choice(DocumentKind.allCases.map(\.words))) {
                .text($0.kind.words)
            },
            QueryField("status", .choice(InvoiceStatus.allCases.map(\.rawValue))) {
                .text($0.status.rawValue)
            },
            QueryField(several: "flags", .choice(InvoiceFlag.allCases.map(\.rawValue))) {
                $0.flags.map { .text($0.rawValue) }
            },
            QueryField("issued", .date) { QueryValue($0.issued) },
            QueryField("due", .date) { QueryValue($0.due) },
            QueryField("month", .text) { QueryValue(monthOf: $0.issued) },
            QueryField("late", .number) { $0.daysLate > 0 ? .number(Int64($0.daysLate)) : .none },
            QueryField("bucket", .choice(AgingBucket.allCases.map(\.rawValue))) {
                QueryValue($0.bucket?.rawValue)
            },
            QueryField("currency", .text) { .text($0.currency.code) },
            QueryField("net", .amount) { QueryValue($0.sums?.net, in: $0.currency) },
            QueryField("vat", .amount) { QueryValue($0.sums?.vat, in: $0.currency) },
            QueryField("amount", .amount) { QueryValue($0.sums?.due, in: $0.currency) },
            QueryField("paid", .amount) { QueryValue($0.paid, in: $0.currency) },
            QueryField("open", .amount) { QueryValue($0.open, in: $0.currency) },
            QueryField("owner", .text) { QueryValue($0.owner) },
            QueryField("corrects", .text) { QueryValue($0.corrects) },
            QueryField("terms", .text) { QueryValue($0.terms) },
            QueryField("sent", .date) { QueryValue($0.sent) },
            QueryField("method", .text) { QueryValue($0.details[.method]) },
            QueryField("note", .text) { QueryValue($0.details[.note]) },
        ] + ClientTags.queryFields(\.clientTags) + [QueryField("id", .text) { .text($0.id) }]

    /// Whether a query looks at what `Invoices.list` reads only `withDetails`.
    package static func needsDetails(_ query: Query<InvoiceView>) -> Bool {
        listedDetails.contains {
            query.fields.contains($0.rawValue) || query.groupField == $0.rawValue
        }
    }

    /// Whether an invoice that is settled may pass a query. Of most that are asked day by day none
    /// does, as by `status=overdue` or `open>0`.
    package static func needsSettled(_ query: Query<InvoiceView>) -> Bool {
        let settled: [(field: String, values: [QueryValue])] = [
            (
                "status",
                InvoiceStatus.allCases.filter { !$0.isOpen }.map { .text($0.rawValue) }
            ),
            // Nothing is computed of what another program wrote without a number.
            ("open", [.amount(0, decimals: 2), .none]), ("late", [.none]), ("bucket", [.none]),
        ]
        return !settled.contains { query.passesOver($0.field, $0.values) }
    }

    package var querySums: QuerySums? {
        QuerySums(
            currency,
            [
                .init("net", sums?.net ?? 0), .init("vat", sums?.vat ?? 0),
                .init("amount", sums?.due ?? 0), .init("paid", paid), .init("open", open ?? 0),
            ])
    }
}

extension PaymentView: QueryRow {
    package static let queryFields: [QueryField<PaymentView>] =
        [
            QueryField("date", .date) { QueryValue($0.date) },
            QueryField("month", .text) { QueryValue(monthOf: $0.date) },
            QueryField("client", .text) { .text($0.clientName) },
            QueryField(several: "invoice", .text) { $0.allocations.map { QueryValue($0.number) } },
            QueryField("amount", .amount) { QueryValue($0.amount, in: $0.currency) },
            QueryField("credit", .amount) { QueryValue($0.credit, in: $0.currency) },
            QueryField("currency", .text) { .text($0.currency.code) },
            QueryField("method", .text) { QueryValue($0.method) },
            QueryField("reference", .text) { QueryValue($0.reference) },
            QueryField("receipt", .text) { QueryValue($0.receipt) },
        ] + ClientTags.queryFields(\.clientTags) + [QueryField("id", .text) { .text($0.id) }]

    package var querySums: QuerySums? {
        QuerySums(currency, [.init("amount", amount), .init("credit", credit)])
    }
}

extension ClientView: QueryRow {
    package static let queryFields: [QueryField<ClientView>] =
        [
            QueryField("name", .text) { .text($0.name) },
            QueryField("kind", .choice(ClientKind.allCases.map(\.rawValue))) {
                .text($0.kind.rawValue)
            },
            QueryField("email", .text) { QueryValue($0.email) },
            QueryField("phone", .text) { QueryValue($0[.phone]) },
            QueryField("contact", .text) { QueryValue($0[.contact]) },
            QueryField("country", .text) { QueryValue($0.country) },
            QueryField("language", .text) { QueryValue($0[.language]) },
            QueryField("currency", .text) { QueryValue($0[.currency]) },
            QueryField("terms", .text) { QueryValue($0.terms) },
            QueryField("method", .text) { QueryValue($0[.method]) },
            QueryField("owner", .text) { QueryValue($0[.owner]) },
            QueryField("siren", .text) { QueryValue($0.siren) },
            QueryField("vat-id", .text) { QueryValue($0.vatId) },
        ] + ClientTags.queryFields(\.tags) + [QueryField("id", .text) { .text($0.id) }]

    package var querySums: QuerySums? { nil }
}
