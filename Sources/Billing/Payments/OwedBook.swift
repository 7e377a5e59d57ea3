import Replication

/// Gathers what is owed while documents pass by in the order of their invoices, beside the
/// allocations in the same order.
struct OwedBook {
    private struct Account {
        let client: String
        let currency: Currency
        var invoices: [OwedClient.Invoice] = []
        /// Payments received less those allocated.
        var unallocated: Int64 = 0
    }

    private let date: CivilDate
    private let allocations: Ledger.Allocations
    /// What credit notes took off documents, by their rows.
    private let credited: [String: Int64]
    /// What happened with documents, by their rows.
    private let courses: [String: Events.Course]
    /// Who sees to documents that name nobody.
    private let usualOwner: String?
    /// The first allocation whose invoice has not passed by.
    private var next = 0
    private var accounts: [Account] = []
    private var places: [String: Int] = [:]
    private var lastInvoice = ""
    private var series = ""
    private var numbers: [String: NumberSet] = [:]
    private var seriesNumbers = NumberSet()
    /// Whether two documents have passed by that bear one number.
    private(set) var hasTwinNumbers = false
    /// Whether two documents have passed by that are of one draft.
    private(set) var hasTwinInvoices = false

    /// Takes the allocations in the order of their invoices.
    init(
        date: CivilDate, allocations: Ledger.Allocations, credited: [String: Int64],
        courses: [String: Events.Course], usualOwner: String?
    ) {
        self.usualOwner = usualOwner
        self.courses = courses
        self.credited = credited
        self.date = date
        self.allocations = allocations
    }

    /// Takes the next document, in the order of the invoices: `invoice total client currency series
    /// sequence date due number id kind owner`. Most are paid: the last five are read of the others only.
    mutating func take(document cursor: Cursor) {
        guard let invoice = cursor.text(0) else { return }
        // Of what cannot be computed with, too: it stands twice all the same.
        if let series = cursor.text(4), let sequence = cursor.integer(5) {
            note(sequence, of: series)
        }
        if invoice == lastInvoice { hasTwinInvoices = true }
        lastInvoice = invoice
        guard let total = cursor.integer(1), let client = cursor.text(2),
            let currency = cursor.text(3), let place = place(of: client, currency)
        else { return }
        let issued = cursor.text(6).flatMap { CivilDate(iso: $0) }
        // What was paid in advance is the client's until the document is there.
        if let issued, issued > date { return }
        let paid = paid(invoice, cursor)
        accounts[place].unallocated &-= paid
        // Looked up only where there are credit notes at all.
        let taken = credited.isEmpty ? 0 : credited[cursor.text(9) ?? ""] ?? 0
        guard paid &+ taken != total, let issued else { return }
        // A credit note is nothing to be paid: what it takes off is off the document that it names.
        let kind = cursor.text(10).flatMap { DocumentKind(rawValue: $0) } ?? .invoice
        guard !kind.isCredit else { return }
        let due = cursor.text(7).flatMap { CivilDate(iso: $0) }
        var facts = InvoiceFacts(
            issued: issued, due: due, amount: total, paid: paid, credited: taken)
        let row = cursor.text(9) ?? ""
        let course = courses.isEmpty ? nil : courses[row]
        facts.take(course)
        let status = InvoiceStatus(of: facts, on: date)
        // Nothing more is expected of what was written off.
        guard status != .writtenOff || paid &+ taken > total else { return }
        accounts[place].invoices.append(
            OwedClient.Invoice(
                id: invoice, document: row, number: cursor.text(8) ?? "", issued: issued, due: due,
                status: status, flags: InvoiceFlag.flags(of: facts, on: date),
                daysLate: max(0, due.map { date.days(since: $0) } ?? 0),
                bucket: AgingBucket(due: due, on: date), amount: total, paid: paid,
                credited: taken, owner: course?.owner ?? cursor.text(11) ?? usualOwner))
    }

    private mutating func paid(_ invoice: String, _ cursor: Cursor) -> Int64 {
        while next < allocations.invoices.count, allocations.invoices[next] < invoice { next += 1 }
        var end = next
        while end < allocations.invoices.count, allocations.invoices[end] == invoice { end += 1 }
        return next == end ? 0 : allocations.sum(next..<end, of: cursor.text(9) ?? "")
    }

    private mutating func note(_ sequence: Int64, of name: String) {
        if name != series {
            numbers[series] = seriesNumbers
            series = name
            seriesNumbers = numbers[name] ?? NumberSet()
        }
        if !seriesNumbers.insert(sequence) { hasTwinNumbers = true }
    }

    /// The place of a client's account; nil for a currency that this program does not know.
    private mutating func place(of client: String, _ currency: String) -> Int? {
        var key = client
        if let place = places[client] {
            if accounts[place].currency.code == currency { return place }
            // A second currency of a client is rare: it is found under both.
            key += " " + currency
            if let place = places[key] { return place }
        }
        guard let known = try? Currency(currency) else { return nil }
        places[key] = accounts.count
        accounts.append(Account(client: client, currency: known))
        return accounts.count - 1
    }

    /// Adds what a client paid.
    mutating func receive(_ amount: Int64, client: String, currency: String) {
        guard let place = place(of: client, currency) else { return }
        accounts[place].unallocated &+= amount
    }

    /// The accounts with anything open, by the client's name, then row and currency.
    func accounts(names: [String: String]) -> [OwedClient] {
        let open = accounts.filter { !$0.invoices.isEmpty || $0.unallocated != 0 }
            .map { Self.client($0, names[$0.client] ?? "") }
        return open.map { (order: Matcher.folded($0.name), client: $0) }
            .sorted {
                ($0.order, $0.client.client, $0.client.sums.currency.code)
                    < ($1.order, $1.client.client, $1.client.sums.currency.code)
            }.map(\.client)
    }

    private static func client(_ account: Account, _ name: String) -> OwedClient {
        var sums = OwedSums(currency: account.currency, of: account.invoices)
        sums.credit &+= account.unallocated
        return OwedClient(
            client: account.client, name: name, sums: sums,
            invoices: account.invoices.sorted {
                if $0.due != $1.due { return $0.due ?? .last < $1.due ?? .last }
                return ($0.number, $0.id) < ($1.number, $1.id)
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
