import Billing
import Convergence
import Replication

/// Fills books with issued invoices as a busy small business would have them: of twenty one is open, one
/// is partly paid, and the rest is settled.
struct Fill {
    /// How many invoices are drafted in one change.
    private static let together = 50

    let folder: String

    func run(invoices: Int) throws {
        let replica = try Replica.create(
            Places(books: folder + "/books", state: folder + "/state"),
            schema: BillingSchema.schema, environment: .system, device: "bench")
        var random = SplitMix(state: 7)
        guard let start = CivilDate(iso: "2024-01-02") else { return }
        func moment(_ day: Int) -> Moment {
            let date = start.adding(days: day) ?? start
            return Moment(today: date, milliseconds: 1_704_153_600_000 + Int64(day) * 86_400_000)
        }
        try replica.write { writing in
            _ = try Books.initialise(
                writing, name: "Atelier Nord", currency: "EUR", country: nil, at: moment(0))
        }
        var clients: [RowID] = []
        for number in 0..<max(invoices / 50, 1) {
            try replica.write { writing in
                let input = ClientInput(name: "Client \(number) et fils", terms: "30d")
                let added = try Clients.add(writing, input, at: moment(0))
                if let row = RowID(added.client.id) { clients.append(row) }
            }
        }
        let bills = (0..<invoices).map { number in
            Bill(
                client: clients[Int(random.next() % UInt64(clients.count))],
                price: 50 + random.next() % 900, part: random.next() % 90,
                paid: Self.paid(random.next() % 20), moment: moment(number * 900 / invoices))
        }
        for start in stride(from: 0, to: invoices, by: Self.together) {
            try enter(bills[start..<min(start + Self.together, invoices)], replica)
        }
    }

    private struct Bill {
        let client: RowID
        let price: UInt64
        let part: UInt64
        /// Tenths of the total that are paid.
        let paid: UInt64
        let moment: Moment

        /// What the client paid, in euros: two pieces at this price and a fifth for the VAT make 2.4
        /// times the price.
        var payment: String {
            let cents = price * 24 * paid
            return "\(cents / 100).\(cents % 100 / 10)\(cents % 10)"
        }
    }

    /// How many tenths of its invoice the n-th of twenty clients paid.
    private static func paid(_ client: UInt64) -> UInt64 {
        switch client {
        case 0: 0
        case 1: 5
        default: 10
        }
    }

    /// Drafts some invoices in one change, issues each, and pays some in one.
    private func enter(_ bills: ArraySlice<Bill>, _ replica: Replica) throws {
        let drafts = try replica.write { writing in
            try bills.map { bill in
                var content = DraftContent(currency: try Currency("EUR"))
                content.lines = [
                    try DraftContent.Line(
                        syntax: "Design, part \(bill.part); 2; \(bill.price).00; 20")
                ]
                return try Invoices.new(
                    writing, client: bill.client, content, due: nil, at: bill.moment)
            }
        }
        let invoices = drafts.compactMap { RowID($0.id) }
        // A change reads the books as they were before it, so each number needs one of its own.
        for (bill, invoice) in zip(bills, invoices) {
            _ = try replica.write { writing in
                try Invoices.issue(writing, invoice, on: bill.moment.today, at: bill.moment)
            }
        }
        try replica.write { writing in
            for (bill, invoice) in zip(bills, invoices) where bill.paid > 0 {
                _ = try Payments.pay(
                    writing, InvoiceRef(invoice: invoice, document: nil),
                    amount: bill.payment, on: bill.moment.today, method: "transfer",
                    reference: nil, note: nil, at: bill.moment)
            }
        }
    }
}
