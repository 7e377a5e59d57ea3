import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct PaymentTests {
    /// Books with one issued invoice of 1620.00, due on 1 April 2026.
    private func office(devices: Int = 1) throws -> Office {
        let office = try Office(devices: devices)
        try office.issue(try office.draft(try office.client("Dupont")))
        if devices > 1 { try office.fleet.settle() }
        return office
    }

    @Test func `partial payments on two offline devices both count`() throws {
        let office = try office(devices: 2)
        #expect(try office.pay("F-0001", "500").balance == 112_000)
        try office.pay("F-0001", "300.50", on: 1)
        try office.fleet.settle()
        for device in 0...1 {
            let view = try office.show("F-0001", on: device)
            #expect(view.paid == 80_050)
            #expect(view.balance == 81_950)
            #expect(view.flags == [.partPaid])
            #expect(
                try office.read(on: device) { try Payments.list($0) }.map(\.amount) == [
                    50_000, 30_050,
                ])
        }
    }

    /// Due on 1 April, 1 May and 31 May: 30 days after each was issued.
    @Test func `a client's due day is the first of what is still open`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        for date in ["2026-03-02", "2026-04-01", "2026-05-01"] {
            try office.issue(try office.draft(client, ["A; 1; 100; 0"]), date: date)
        }
        func due(_ date: String) throws -> String? {
            try office.owed(asOf: date).clients.first?.due?.iso
        }
        #expect(try due("2026-05-02") == "2026-04-01")
        // What is overpaid is not waited for.
        try office.pay("F-0001", "100", date: "2026-05-03")
        #expect(try due("2026-05-03") == "2026-05-01")
        try office.pay("F-0002", "100", date: "2026-05-04")
        try office.pay("F-0003", "150", date: "2026-05-05")
        #expect(try due("2026-05-04") == "2026-05-31")
        #expect(try office.owed(asOf: "2026-05-05").clients.first?.sums.credit == 5_000)
        #expect(try due("2026-05-05") == nil)
    }

    @Test func `what is paid too much is the client's credit`() throws {
        let office = try office()
        let result = try office.pay("F-0001", "2000")
        #expect(result.balance == 0)
        #expect(result.status == .paid)
        #expect(result.payment.credit == 38_000)
        #expect(result.payment.allocations.map(\.amount) == [162_000])
        #expect(try office.pay("F-0001", "10").payment.allocations.isEmpty)
        let owed = try office.owed(asOf: "2026-03-31")
        #expect(owed.clients.map(\.sums.credit) == [39_000])
        #expect(owed.clients.map(\.sums.owed) == [0])
    }

    @Test func `two full payments leave it overpaid, which is shown`() throws {
        let office = try office(devices: 2)
        try office.pay("F-0001", "1620")
        try office.pay("F-0001", "1620", on: 1)
        try office.fleet.settle()
        let view = try office.show("F-0001", on: 1)
        #expect(view.status == .paid)
        #expect(view.flags == [.overpaid])
        #expect(view.balance == -162_000)
        #expect(try office.owed(asOf: "2026-04-01").clients[0].sums.credit == 162_000)
    }

    @Test(arguments: ["0", "-5", "0.00"])
    func `a payment is more than nothing`(amount: String) throws {
        let office = try office()
        #expect(throws: BillingFailure.paymentNotPositive(text: amount)) {
            try office.pay("F-0001", amount)
        }
        #expect(try office.read { try Payments.list($0) }.isEmpty)
    }

    @Test func `a draft cannot be paid, nor an amount with three decimals`() throws {
        let office = try office()
        let draft = try office.draft(try office.client("Martin"))
        #expect(throws: BillingFailure.notIssued(draft)) { try office.pay(draft.text, "1") }
        #expect(throws: BillingFailure.number(.amount, text: "1.005", .tooManyDecimals(allowed: 2)))
        { try office.pay("F-0001", "1.005") }
        #expect(
            throws: BillingFailure.notFound(
                .invoice, text: "F-0002",
                suggestions: [
                    Candidate(
                        id: try office.show("F-0001").document ?? "", label: "F-0001",
                        detail: "Dupont")
                ])
        ) { try office.pay("F-0002", "1") }
    }

    @Test func `what is owed is seen as of a date`() throws {
        let office = try office()
        try office.issue(
            try office.draft(try office.client("Ärger"), ["A; 1; 100; 0"]), date: "2026-03-05")
        try office.pay("F-0001", "620", date: "2026-03-20")
        #expect(try office.owed(asOf: "2026-03-01").clients.isEmpty)
        let early = try office.owed(asOf: "2026-03-19")
        #expect(early.totals.map(\.owed) == [172_000])
        #expect(early.clients.map(\.name) == ["Dupont", "Ärger"])
        #expect(early.clients[0].sums.buckets == [.notDue: 162_000])
        let late = try office.owed(asOf: "2026-05-04")
        #expect(late.totals[0].owed == 110_000)
        #expect(late.totals[0].overdue == 110_000)
        #expect(late.clients[0].invoices[0].daysLate == 33)
        #expect(late.totals[0].buckets == [.upTo30: 10_000, .upTo60: 100_000])
        try office.pay("F-0002", "100", date: "2026-05-10")
        #expect(try office.owed(asOf: "2026-05-10").clients.map(\.name) == ["Dupont"])
        #expect(try office.owed(asOf: "2026-05-09").clients.map(\.name) == ["Dupont", "Ärger"])
        #expect(try office.show("F-0002", asOf: "2026-05-09").status == .overdue)
        #expect(try office.show("F-0002", asOf: "2026-05-10").status == .paid)
        #expect(
            late.totals[0].members.map(\.name) == [
                "currency", "owed", "overdue", "credit", "buckets",
            ])
    }

    @Test func `a client is shown with what it owes`() throws {
        let office = try office()
        let id = try office.read { try Lookup.client($0, "dupont", for: .reading) }
        _ = try office.draft(id)
        let detail = try office.read {
            try Clients.show($0, id, asOf: try Office.moment("2026-03-02").today)
        }
        #expect(detail.drafts == 1)
        #expect(detail.accounts.map(\.sums.owed) == [162_000])
    }

    @Test func `amounts that no program of ours writes stop nothing`() throws {
        let office = try office()
        try office.pay("F-0001", "20")
        let (payment, invoice) = (
            try office.read { try Payments.list($0) }[0], try office.show("F-0001")
        )
        for amount in [Value.integer(.max), .integer(.max), .integer(.min), "much"] {
            try office.write { writing in
                _ = try writing.insert(
                    "payments",
                    [
                        "client": .text(invoice.client), "currency": "EUR", "date": "2026-03-10",
                        "amount": amount,
                    ])
                _ = try writing.insert(
                    "allocations",
                    [
                        "payment": .text(payment.id), "invoice": .text(invoice.id),
                        "document": .text(invoice.document ?? ""),
                        "amount": amount,
                    ])
            }
        }
        try office.write {
            _ = try $0.insert(
                "series",
                [
                    "name": "G", "act": "opened", "writer": "w", "turn": .integer(.max),
                    "last": .integer(.max),
                ])
        }
        #expect(try office.show("F-0001").paid == 2_000)
        #expect(try office.owed(asOf: "2026-03-10").clients.map(\.sums.owed) == [160_000])
        #expect(try office.owed(asOf: "2026-03-09").clients.map(\.sums.owed) == [162_000])
        #expect(try office.read { try SeriesBook.list($0) }.count == 2)
        #expect(try office.read { try Payments.list($0) }.count == 5)
        _ = try office.read { try Invoices.list($0, asOf: try Office.moment("2026-03-10").today) }
    }

    @Test func `packages used on two devices add up`() throws {
        let office = try Office(devices: 2)
        let client = try office.client("Dupont")
        let made = try office.write {
            try Packages.new(
                $0, client: client, name: "Ten hours", units: "10", price: "900",
                at: Office.moment("2026-03-01"))
        }
        let id = try #require(RowID(made.id))
        try office.fleet.settle()
        #expect(try office.write { try Packages.use($0, id) }.remaining == 9)
        #expect(
            try office.write(on: 1) {
                try Packages.use($0, try Lookup.package($0, "ten", for: .writing), units: "11")
            }.remaining == -1)
        try office.fleet.settle()
        for device in 0...1 {
            let view = try office.read(on: device) { try Packages.list($0) }[0]
            #expect(view.used == 12)
            #expect(view.remaining == -2)
            #expect(
                view.json.text.contains(#""units":10,"used":12,"remaining":-2,"price":"900.00""#))
        }
        for wrong in ["0", "1.5", "x", "1000000001", ""] {
            #expect(throws: BillingFailure.self) {
                try office.write { try Packages.use($0, id, units: wrong) }
            }
        }
    }
}
