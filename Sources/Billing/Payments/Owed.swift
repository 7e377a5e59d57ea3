/// What is owed at a date.
package struct Owed: Equatable, Sendable {
    /// The date asked for.
    package let asOf: CivilDate
    /// Per client and currency, by the client's name.
    package let clients: [OwedClient]
    /// Per currency, by its code.
    package let totals: [OwedSums]
    /// What does not add up and wants a decision.
    package let findings: [Finding]

    /// The same of the invoices that one person sees to, the name in any case. What clients
    /// have as credit beside their invoices is nobody's.
    package func owned(by text: String) -> Owed {
        let name = Matcher.folded(text)
        let kept: [OwedClient] = clients.compactMap { client in
            let invoices = client.invoices.filter { $0.owner.map(Matcher.folded) == name }
            guard !invoices.isEmpty else { return nil }
            return OwedClient(
                client: client.client, name: client.name,
                sums: OwedSums(currency: client.sums.currency, of: invoices), invoices: invoices)
        }
        return Owed(asOf: asOf, clients: kept, totals: Self.totals(of: kept), findings: findings)
    }

    /// The sums of all clients per currency, by its code.
    static func totals(of clients: [OwedClient]) -> [OwedSums] {
        var totals: [String: OwedSums] = [:]
        for account in clients {
            let currency = account.sums.currency
            totals[currency.code, default: OwedSums(currency: currency)].add(account.sums)
        }
        return totals.values.sorted { $0.currency.code < $1.currency.code }
    }

    /// `asOf clients totals findings`.
    package var json: JSON {
        .members([
            "asOf": .string(asOf.iso), "clients": .array(clients.map(\.json)),
            "totals": .array(totals.map { .object($0.members) }),
            "findings": .array(findings.map(\.json)),
        ])
    }
}

/// Sums of one currency, in minor units.
package struct OwedSums: Equatable, Sendable {
    /// The currency.
    package let currency: Currency
    /// What is still to be paid, over all invoices.
    package internal(set) var owed: Int64 = 0
    /// The part of it that is overdue.
    package internal(set) var overdue: Int64 = 0
    /// What clients paid too much or in advance.
    package internal(set) var credit: Int64 = 0
    /// What is owed, by how late it is.
    package internal(set) var buckets: [AgingBucket: Int64] = [:]

    init(currency: Currency) {
        self.currency = currency
    }

    /// The sums of invoices.
    init(currency: Currency, of invoices: [OwedClient.Invoice]) {
        self.currency = currency
        for invoice in invoices {
            let balance = invoice.balance
            // What was paid too much, or is to be paid back, is the client's.
            guard balance > 0 else {
                credit &-= balance
                continue
            }
            owed &+= balance
            if invoice.status == .overdue { overdue &+= balance }
            buckets[invoice.bucket, default: 0] &+= balance
        }
    }

    mutating func add(_ other: OwedSums) {
        owed &+= other.owed
        overdue &+= other.overdue
        credit &+= other.credit
        for (bucket, amount) in other.buckets { buckets[bucket, default: 0] &+= amount }
    }

    /// `currency owed overdue credit buckets`.
    var members: [JSON.Member] {
        [
            JSON.Member("currency", .string(currency.code)),
            JSON.Member("owed", .string(currency.text(owed))),
            JSON.Member("overdue", .string(currency.text(overdue))),
            JSON.Member("credit", .string(currency.text(credit))),
            JSON.Member(
                "buckets",
                .object(
                    AgingBucket.allCases.map { bucket in
                        JSON.Member(
                            bucket.rawValue, .string(currency.text(buckets[bucket] ?? 0)))
                    })),
        ]
    }
}

/// What one client owes in one currency.
package struct OwedClient: Equatable, Sendable {
    /// An invoice that is not settled.
    package struct Invoice: Equatable, Sendable {
        /// The invoice's row.
        package let id: String
        /// The row of what was issued.
        package let document: String
        /// Its number.
        package let number: String
        /// When it was issued.
        package let issued: CivilDate
        /// When it falls due.
        package let due: CivilDate?
        /// Where it stands.
        package let status: InvoiceStatus
        /// What stands beside the status.
        package let flags: [InvoiceFlag]
        /// Days after the due date; 0 if it is not late.
        package let daysLate: Int
        /// How late that is.
        package let bucket: AgingBucket
        /// What was to be paid, in minor units.
        package let amount: Int64
        /// What was paid.
        package let paid: Int64
        /// What credit notes took off.
        package let credited: Int64

        /// The person who sees to it.
        package let owner: String?

        /// What is still to be paid; negative if too much was.
        package var balance: Int64 { amount &- paid &- credited }
    }

    /// The client's row.
    package let client: String
    /// The client's name.
    package let name: String
    /// The sums.
    package let sums: OwedSums
    /// The invoices that are not settled, by due date, then number.
    package let invoices: [Invoice]

    /// The first day on which something that is still open falls due, or fell; nil where nothing is.
    package var due: CivilDate? { invoices.first { $0.balance > 0 && $0.due != nil }?.due }

    /// Who sees to them, by name.
    package var owners: [String] { Set(invoices.compactMap(\.owner)).sorted() }

    /// `client name currency owed overdue credit buckets due invoices`.
    package var json: JSON {
        let currency = sums.currency
        return .object(
            [JSON.Member("client", .string(client)), JSON.Member("name", .string(name))]
                + sums.members + [
                    JSON.Member("due", .text(due?.iso)),
                    JSON.Member(
                        "invoices",
                        .array(
                            invoices.map { invoice in
                                .members([
                                    "id": .string(invoice.id), "number": .string(invoice.number),
                                    "issued": .string(invoice.issued.iso),
                                    "due": .text(invoice.due?.iso),
                                    "status": .string(invoice.status.rawValue),
                                    "flags": .array(
                                        invoice.flags.map { .string($0.rawValue) }),
                                    "daysLate": .integer(invoice.daysLate),
                                    "bucket": .string(invoice.bucket.rawValue),
                                    "amount": .string(currency.text(invoice.amount)),
                                    "paid": .string(currency.text(invoice.paid)),
                                    "credited": .string(currency.text(invoice.credited)),
                                    "balance": .string(currency.text(invoice.balance)),
                                    "owner": .text(invoice.owner),
                                ])
                            })),
                ])
    }
}
