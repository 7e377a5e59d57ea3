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
    private var accounts: [Key: Account] = [:]
    /// The account that documents pass by for, out of the dictionary while they do.
    private var key = Key(client: "", currency: "")
    private var account = Account()

    init(date: CivilDate) {
        self.date = date
    }

    /// Notes that a document of a client took so much of the payments.
    mutating func allocate(
        _ paid: Int64, client cursor: Cursor, _ clientColumn: Int, currency currencyColumn: Int
    ) {
        let next = Key(
            client: cursor.text(clientColumn) ?? "", currency: cursor.text(currencyColumn) ?? "")
        if next != key { turn(to: next) }
        account.unallocated &-= paid
    }

    private mutating func turn(to next: Key) {
        accounts[key] = account
        key = next
        account = accounts[next] ?? Account()
    }

    /// Adds a document of the client that passes by.
    mutating func add(
        id: String, number: String, issued: CivilDate, due: CivilDate?, amount: Int64, paid: Int64
    ) {
        let facts = InvoiceFacts(issued: issued, due: due, amount: amount, paid: paid)
        account.invoices.append(
            OwedClient.Invoice(
                id: id, number: number, due: due, status: InvoiceStatus(of: facts, on: date),
                daysLate: max(0, due.map { date.days(since: $0) } ?? 0),
                bucket: AgingBucket(due: due, on: date), amount: amount, paid: paid))
    }

    /// Adds what a client paid.
    mutating func receive(_ amount: Int64, client: String, currency: String) {
        let next = Key(client: client, currency: currency)
        if next != key { turn(to: next) }
        account.unallocated &+= amount
    }

    /// The clients with anything open.
    var clients: Set<String> {
        Set(all.filter { Self.isOpen($0.value) }.keys.map(\.client))
    }

    private var all: [Key: Account] {
        var all = accounts
        all[key] = account
        return all
    }

    private static func isOpen(_ account: Account) -> Bool {
        !account.invoices.isEmpty || account.unallocated != 0
    }

    /// The accounts with anything open, by the client's name, then row and currency.
    func accounts(names: [String: String]) -> [OwedClient] {
        let open = all.filter { Self.isOpen($0.value) }.compactMap { key, account in
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
