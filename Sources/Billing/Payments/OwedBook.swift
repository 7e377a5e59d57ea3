import Replication

/// Gathers what is owed while documents and payments pass by, client after client.
struct OwedBook {
    private struct Key: Hashable {
        let client: String
        let currency: String
    }

    private struct Account {
        var invoices: [OwedClient.Invoice] = []
        /// Payments received less those allocated.
        var unallocated: Int64 = 0
    }

    private let date: CivilDate
    private let allocations: [Ledger.Allocation]
    /// The first allocation whose invoice has not passed by.
    private var next = 0
    private var accounts: [Key: Account] = [:]
    private var lastInvoice = ""
    private var numbers: [String: NumberSet] = [:]
    private var series = ""
    private var seriesNumbers = NumberSet()
    /// Whether two documents have passed by that are of one invoice or bear one number.
    private(set) var hasTwins = false

    /// Takes the allocations in the order of their invoices.
    init(date: CivilDate, allocations: [Ledger.Allocation]) {
        self.date = date
        self.allocations = allocations
    }

    /// Takes the next document, in the order of the invoices: `invoice total client currency id
    /// series sequence number date due`.
    mutating func take(document cursor: Cursor) {
        guard let invoice = cursor.text(0), let total = cursor.integer(1),
            let client = cursor.text(2), let currency = cursor.text(3)
        else { return }
        if invoice == lastInvoice { hasTwins = true }
        lastInvoice = invoice
        note(cursor.integer(6) ?? 0, of: cursor.text(5) ?? "")
        let paid = paid(invoice, cursor)
        let key = Key(client: client, currency: currency)
        accounts[key, default: Account()].unallocated &-= paid
        guard paid != total, let issued = cursor.text(8).flatMap({ CivilDate(iso: $0) }),
            issued <= date
        else { return }
        let due = cursor.text(9).flatMap { CivilDate(iso: $0) }
        let facts = InvoiceFacts(issued: issued, due: due, amount: total, paid: paid)
        accounts[key, default: Account()].invoices.append(
            OwedClient.Invoice(
                id: invoice, number: cursor.text(7) ?? "", due: due,
                status: InvoiceStatus(of: facts, on: date),
                daysLate: max(0, due.map { date.days(since: $0) } ?? 0),
                bucket: AgingBucket(due: due, on: date), amount: total, paid: paid))
    }

    private mutating func paid(_ invoice: String, _ cursor: Cursor) -> Int64 {
        while next < allocations.count, allocations[next].invoice.isBefore(invoice) { next += 1 }
        var paid: Int64 = 0
        var index = next
        while index < allocations.count, allocations[index].invoice == invoice {
            if allocations[index].document == cursor.text(4) {
                paid &+= allocations[index].amount
            }
            index += 1
        }
        return paid
    }

    private mutating func note(_ sequence: Int64, of name: String) {
        if name != series {
            numbers[series] = seriesNumbers
            series = name
            seriesNumbers = numbers[name] ?? NumberSet()
        }
        if !seriesNumbers.insert(sequence) { hasTwins = true }
    }

    /// Adds what a client paid.
    mutating func receive(_ amount: Int64, client: String, currency: String) {
        accounts[Key(client: client, currency: currency), default: Account()]
            .unallocated &+= amount
    }

    private static func isOpen(_ account: Account) -> Bool {
        !account.invoices.isEmpty || account.unallocated != 0
    }

    /// The accounts with anything open, by the client's name, then row and currency.
    func accounts(names: [String: String]) -> [OwedClient] {
        let open = accounts.filter { Self.isOpen($0.value) }.compactMap { key, account in
            (try? Currency(key.currency)).map { currency in
                self.client(key.client, names[key.client] ?? "", currency, account)
            }
        }
        return open.map { (order: Matcher.folded($0.name), client: $0) }
            .sorted {
                ($0.order, $0.client.client, $0.client.sums.currency.code)
                    < ($1.order, $1.client.client, $1.client.sums.currency.code)
            }.map(\.client)
    }

    private func client(
        _ id: String, _ name: String, _ currency: Currency, _ account: Account
    ) -> OwedClient {
        var sums = OwedSums(currency: currency)
        sums.credit = account.unallocated
        for invoice in account.invoices {
            let balance = invoice.balance
            // What was paid too much, or is to be paid back, is the client's.
            guard balance > 0 else {
                sums.credit &-= balance
                continue
            }
            sums.owed &+= balance
            if invoice.status == .overdue { sums.overdue &+= balance }
            sums.buckets[invoice.bucket, default: 0] &+= balance
        }
        return OwedClient(
            client: id, name: name, sums: sums,
            invoices: account.invoices.sorted {
                ($0.due ?? .last, $0.number, $0.id) < ($1.due ?? .last, $1.number, $1.id)
            })
    }
}

/// The numbers of a series that have been seen: bits, because they are continuous.
private struct NumberSet {
    private var bits: [UInt64] = []
    private var others: Set<Int64> = []
    /// Numbers beyond are kept one by one: another program may have written any.
    private static let bitsMax: Int64 = 1 << 20

    /// Notes a number; false if it was there.
    mutating func insert(_ number: Int64) -> Bool {
        guard (0..<Self.bitsMax).contains(number) else { return others.insert(number).inserted }
        let (word, bit) = (Int(number >> 6), UInt64(1) << UInt64(number & 63))
        while bits.count <= word { bits.append(0) }
        guard bits[word] & bit == 0 else { return false }
        bits[word] |= bit
        return true
    }
}

extension String {
    /// Whether the bytes come first: the order of SQLite's indexes, and a plain comparison.
    fileprivate func isBefore(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
