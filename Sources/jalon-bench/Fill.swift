import Billing
import Convergence
import Replication

/// Fills books with issued and partly paid invoices, as a busy small business would have them.
struct Fill {
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
        for number in 0..<invoices {
            let day = number * 900 / invoices
            let client = clients[Int(random.next() % UInt64(clients.count))]
            try bill(client, replica, moment(day), &random)
        }
    }

    private func bill(
        _ client: RowID, _ replica: Replica, _ moment: Moment, _ random: inout SplitMix
    ) throws {
        let price = 50 + random.next() % 900
        let draft = try replica.write { writing in
            var content = DraftContent(currency: try Currency("EUR"))
            content.lines = [
                try DraftContent.Line(
                    syntax: "Design, part \(random.next() % 90); 2; \(price).00; 20")
            ]
            return try Invoices.new(writing, client: client, content, due: nil, at: moment)
        }
        guard let invoice = RowID(draft.id) else { return }
        _ = try replica.write { writing in
            try Invoices.issue(writing, invoice, on: moment.today, at: moment)
        }
        guard random.next() % 10 < 7 else { return }
        _ = try replica.write { writing in
            try Payments.pay(
                writing, InvoiceRef(invoice: invoice, document: nil), amount: "\(price).00",
                on: moment.today, method: "transfer", reference: nil, note: nil, at: moment)
        }
    }
}
