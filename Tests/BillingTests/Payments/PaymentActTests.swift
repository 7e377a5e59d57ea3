import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct PaymentActTests {
    /// A client with three issued invoices of 100.00, due on 1, 2 and 3 April.
    private func office(devices: Int = 1) throws -> (Office, RowID) {
        let office = try Office(devices: devices)
        let client = try office.client("Dupont")
        for date in ["2026-03-02", "2026-03-03", "2026-03-04"] {
            try office.issue(try office.draft(client, ["A; 1; 100; 0"]), date: date)
        }
        if devices > 1 { try office.fleet.settle() }
        return (office, client)
    }

    private func add(
        _ office: Office, _ client: RowID, _ amount: String, for inputs: [(String, String?)] = [],
        oldest: Bool = false, on device: Int = 0
    ) throws -> PaymentView {
        try office.write(on: device) { writing in
            try Payments.add(
                writing, client: client, amount: amount, currency: nil,
                for: try inputs.map {
                    AllocationInput(
                        invoice: try Lookup.invoice(writing, $0.0, for: .writing), amount: $0.1)
                }, oldestFirst: oldest, on: CivilDate(iso: "2026-03-10"), method: "transfer",
                reference: "R-1", at: Office.moment("2026-03-10"))
        }
    }

    private func balances(_ office: Office, on device: Int = 0) throws -> [Int64] {
        try ["F-0001", "F-0002", "F-0003"].map { try office.show($0, on: device).balance }
    }

    @Test func `one payment settles several invoices, and the rest is credit`() throws {
        let (office, client) = try office()
        let payment = try add(
            office, client, "180", for: [("F-0002", nil), ("F-0001", "30"), ("F-0003", "10")])
        #expect(payment.allocations.map(\.amount) == [10_000, 3_000, 1_000])
        #expect(payment.credit == 4_000)
        #expect(try balances(office) == [7_000, 0, 9_000])
        let account = try #require(try office.owed(asOf: "2026-03-10").clients.first)
        #expect(account.sums.owed == 16_000)
        #expect(account.sums.credit == 4_000)
        let id = try #require(RowID(payment.id))
        let allocated = try office.write {
            try Payments.allocate(
                $0, id,
                to: [
                    AllocationInput(
                        invoice: try Lookup.invoice($0, "F-0003", for: .writing), amount: nil)
                ])
        }
        #expect(allocated.credit == 0)
        #expect(try balances(office) == [7_000, 0, 5_000])
        // Found again they stand in the order of the invoices.
        let found = try office.read { try Payments.find($0, id) }
        #expect(found.allocations.map(\.number) == ["F-0001", "F-0002", "F-0003", "F-0003"])
        #expect(found.credit == 0)
        #expect(throws: BillingFailure.nothingToAllocate(payment: payment.id)) {
            try office.write { try Payments.allocate($0, id, to: []) }
        }
    }

    @Test func `a payment goes over the oldest invoices first`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "150", oldest: true)
        #expect(payment.allocations.map(\.number) == ["F-0001", "F-0002"])
        #expect(try balances(office) == [0, 5_000, 10_000])
        let more = try add(office, client, "500", oldest: true)
        #expect(more.credit == 35_000)
    }

    @Test func `an allocation keeps within its invoice and its payment`() throws {
        let (office, client) = try office()
        let other = try office.client("Martin")
        try office.issue(try office.draft(other, ["A; 1; 100; 0"]), date: "2026-03-05")
        for (amount, inputs) in [
            ("50", [("F-0001", "50.01")]), ("500", [("F-0001", "100.01")]),
            ("50", [("F-0001", "0")]), ("500", [("F-0001", nil), ("F-0001", nil)]),
            ("500", [("F-0004", nil)]), ("0", []), ("-1", []),
            ("100", [("F-0001", nil), ("F-0002", nil)]),
        ] as [(String, [(String, String?)])] {
            #expect(throws: BillingFailure.self, "\(amount) \(inputs)") {
                try add(office, client, amount, for: inputs)
            }
        }
        #expect(try office.read { try Payments.list($0) }.isEmpty)
    }

    @Test func `a payment is taken back by a further row, once`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "150", for: [("F-0001", nil), ("F-0002", "20")])
        let id = try #require(RowID(payment.id))
        let reversal = try office.write {
            try Payments.reverse(
                $0, id, reason: "bounced", on: nil, at: Office.moment("2026-03-12"))
        }
        #expect(reversal.amount == -15_000)
        #expect(reversal.allocations.map(\.amount) == [-10_000, -2_000])
        #expect(reversal.credit == -3_000)
        #expect(try office.show("F-0001", asOf: "2026-03-11").balance == 0)
        #expect(try office.show("F-0001", asOf: "2026-03-12").balance == 10_000)
        let account = try #require(try office.owed(asOf: "2026-03-12").clients.first)
        #expect(account.sums.owed == 30_000)
        #expect(account.sums.credit == 0)
        #expect(try office.read { try Payments.list($0) }.count == 2)
        for twice in [payment.id, reversal.id] {
            #expect(throws: BillingFailure.alreadyReversed(payment: twice)) {
                try office.write {
                    try Payments.reverse(
                        $0, try #require(RowID(twice)), reason: nil, on: nil,
                        at: Office.moment("2026-03-12"))
                }
            }
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `what is taken back leaves each invoice as it was, whatever the order of the rows`(
        seed: UInt64
    ) throws {
        let office = try Office(seed: seed)
        let client = try office.client("Dupont")
        for date in ["2026-03-02", "2026-03-03"] {
            try office.issue(try office.draft(client, ["A; 1; 100; 0"]), date: date)
        }
        let payment = try add(office, client, "90", for: [("F-0002", "60"), ("F-0001", "30")])
        let id = try #require(RowID(payment.id))
        _ = try office.write {
            try Payments.reverse($0, id, reason: nil, on: nil, at: Office.moment("2026-03-12"))
        }
        for number in ["F-0001", "F-0002"] {
            #expect(try office.show(number, asOf: "2026-03-12").balance == 10_000, "\(number)")
        }
    }

    @Test func `money goes back out of a client's credit and not beyond`() throws {
        let (office, client) = try office()
        _ = try add(office, client, "50")
        func refund(_ amount: String) throws -> PaymentView {
            try office.write {
                try Payments.refund(
                    $0, client: client, amount: amount, currency: nil, on: nil,
                    at: Office.moment("2026-03-12"))
            }
        }
        #expect(throws: BillingFailure.refundTooLarge(open: 5_000, currency: .eur)) {
            try refund("50.01")
        }
        #expect(try refund("20").amount == -2_000)
        #expect(try office.owed(asOf: "2026-03-12").clients[0].sums.credit == 3_000)
    }

    @Test func `what two devices allocate apart both counts, and too much is shown`() throws {
        let (office, client) = try office(devices: 2)
        for device in 0...1 {
            _ = try add(office, client, "100", for: [("F-0001", nil)], on: device)
        }
        try office.fleet.settle()
        for device in 0...1 {
            let shown = try office.show("F-0001", on: device)
            #expect(shown.balance == -10_000)
            #expect(shown.flags.contains(.overpaid))
            let owed = try office.owed(on: device, asOf: "2026-03-10")
            #expect(owed.clients[0].sums.credit == 10_000)
        }
    }

    @Test func `a receipt has a number and is given once`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "150", for: [("F-0001", nil)])
        let id = try #require(RowID(payment.id))
        func receipt(_ id: RowID) throws -> Receipt {
            try office.write { try Receipts.issue($0, id, at: Office.moment("2026-03-12")) }
        }
        let first = try receipt(id)
        #expect(first.number == "RF-0001")
        #expect(try receipt(id) == first)
        let other = try add(office, client, "10")
        #expect(try receipt(try #require(RowID(other.id))).number == "RF-0002")
        let text = first.text(.french)
        #expect(text.hasPrefix("Reçu RF-0001\n"))
        #expect(text.contains("Montant: 150,00 €"))
        #expect(text.contains("Pour F-0001: 100,00 €"))
        #expect(text.contains("À votre crédit: 50,00 €"))
        #expect(first.text(.english).contains("Received from: Dupont"))
        _ = try office.write {
            try Payments.reverse($0, id, reason: nil, on: nil, at: Office.moment("2026-03-12"))
        }
        #expect(try receipt(id) == first)
        let undone = try add(office, client, "10")
        let row = try #require(RowID(undone.id))
        _ = try office.write {
            try Payments.reverse($0, row, reason: nil, on: nil, at: Office.moment("2026-03-12"))
        }
        #expect(throws: BillingFailure.alreadyReversed(payment: undone.id)) { try receipt(row) }
    }

    @Test func `the history has money and talks beside each other`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "30", for: [("F-0001", nil)])
        _ = try office.write {
            try Events.add(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .note,
                on: CivilDate(iso: "2026-03-05"), with: "Anne", text: "pays on Friday",
                at: Office.moment("2026-03-05"))
        }
        _ = try office.write {
            try Payments.reverse(
                $0, try #require(RowID(payment.id)), reason: "bounced", on: nil,
                at: Office.moment("2026-03-12"))
        }
        let entries = try office.read {
            try History.list($0, of: try Lookup.invoice($0, "F-0001", for: .reading))
        }
        #expect(entries.map(\.kind) == ["issued", "note", "payment", "reversal"])
        #expect(entries.map(\.balance) == [10_000, nil, 7_000, 10_000])
        #expect(entries[1].text == "pays on Friday")
        #expect(entries[1].with == "Anne")
    }

    @Test func `a statement goes from what was owed to what is owed`() throws {
        let (office, client) = try office()
        _ = try add(office, client, "130", oldest: true)
        let note = try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, "F-0003", for: .writing), .whole, reason: nil,
                at: Office.moment("2026-03-11"))
        }
        try office.issue(try #require(RowID(note.id)), date: "2026-03-11")
        let from = try #require(CivilDate(iso: "2026-03-03"))
        let to = try #require(CivilDate(iso: "2026-03-31"))
        let statements = try office.read {
            try Statements.list($0, client: client, from: from, to: to)
        }
        let statement = try #require(statements.first)
        #expect(statement.opening == 10_000)
        #expect(statement.entries.map(\.kind) == ["invoice", "invoice", "payment", "credit note"])
        #expect(statement.entries.map(\.balance) == [20_000, 30_000, 17_000, 7_000])
        #expect(statement.closing == 7_000)
        #expect(try office.owed(asOf: "2026-03-31").clients[0].sums.owed == 7_000)
    }

    @Test func `a statement ends with what is owed, also after a write-off`() throws {
        let (office, client) = try office()
        try office.pay("F-0001", "40", date: "2026-03-10")
        _ = try office.write {
            try Events.add(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .writtenOff,
                on: CivilDate(iso: "2026-06-01"), at: Office.moment("2026-06-01"))
        }
        func statement(_ from: String, _ to: String) throws -> Statement {
            let (from, to) = (
                try #require(CivilDate(iso: from)), try #require(CivilDate(iso: to))
            )
            let statements = try office.read {
                try Statements.list($0, client: client, from: from, to: to)
            }
            return try #require(statements.first)
        }
        let spring = try statement("2026-03-01", "2026-06-30")
        #expect(
            spring.entries.map(\.kind) == [
                "invoice", "invoice", "invoice", "payment", "written off",
            ])
        #expect(spring.entries.map(\.balance) == [10_000, 20_000, 30_000, 26_000, 20_000])
        #expect(try office.owed(asOf: "2026-06-30").clients[0].sums.owed == 20_000)
        // 60.00 were given up: 25.00 and 35.00 of them came, and 25.00 more than that.
        try office.pay("F-0001", "25", date: "2026-07-05")
        try office.pay("F-0001", "60", date: "2026-07-06")
        let july = try statement("2026-07-01", "2026-07-31")
        #expect(july.opening == spring.closing)
        #expect(july.entries.map(\.kind) == ["payment", "recovered", "payment", "recovered"])
        #expect(july.entries.map(\.balance) == [17_500, 20_000, 14_000, 17_500])
        let sums = try office.owed(asOf: "2026-07-31").clients[0].sums
        #expect((sums.owed, sums.credit) == (20_000, 2_500))
        // What was said of spring stays.
        #expect(try statement("2026-03-01", "2026-06-30") == spring)
    }

    @Test func `a receipt says what it said, whatever becomes of payment and client`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "150", for: [("F-0001", nil)])
        let id = try #require(RowID(payment.id))
        func receipt() throws -> Receipt {
            try office.write { try Receipts.issue($0, id, at: Office.moment("2026-03-12")) }
        }
        let first = try receipt()
        _ = try office.write { writing in
            try Payments.allocate(
                writing, id,
                to: [
                    AllocationInput(
                        invoice: try Lookup.invoice(writing, "F-0002", for: .writing), amount: nil)
                ])
        }
        try office.write { try $0.put("clients", client, ["name": "Dupont et fils"]) }
        #expect(try balances(office) == [0, 5_000, 10_000])
        let again = try receipt()
        #expect(again == first)
        #expect(again.text(.french) == first.text(.french))
        #expect(again.text(.french).contains("À votre crédit: 50,00 €"))
    }

    @Test(arguments: 1...8)
    func `a statement of one day stands in the order of its numbers and adds up`(seed: Int) throws {
        // Ids differ from seed to seed: the order must not follow them.
        let office = try Office(seed: UInt64(seed))
        let client = try office.client("Dupont")
        for _ in 1...3 { try office.issue(try office.draft(client, ["A; 1; 100; 0"])) }
        let corrected = try office.write {
            try Invoices.correct(
                $0, try Lookup.invoice($0, "F-0002", for: .writing), at: Office.moment("2026-03-02")
            )
        }
        try office.issue(try #require(RowID(corrected.id)))
        let paid = try office.pay("F-0001", "40", date: "2026-03-02")
        _ = try office.write {
            try Payments.reverse(
                $0, try #require(RowID(paid.payment.id)), reason: nil,
                on: CivilDate(iso: "2026-03-02"), at: Office.moment("2026-03-02"))
        }
        let day = try #require(CivilDate(iso: "2026-03-02"))
        let statement = try #require(
            try office.read { try Statements.list($0, client: client, from: day, to: day) }.first)
        #expect(
            statement.entries.map(\.label).prefix(4) == ["F-0001", "F-0002", "F-0003", "F-0004"])
        #expect(statement.entries.map(\.kind).suffix(2) == ["payment", "reversal"])
        #expect(
            statement.entries.map(\.balance) == [
                10_000, 20_000, 30_000, 30_000, 26_000, 30_000,
            ])
        #expect(try office.owed(asOf: "2026-03-02").clients[0].sums.owed == statement.closing)
    }

    @Test func `payments are listed as they stood at a date`() throws {
        let (office, _) = try office()
        for (date, amount) in [("2026-03-10", "10"), ("2026-03-20", "20"), ("2026-04-01", "30")] {
            try office.pay("F-0001", amount, date: date)
        }
        func amounts(_ date: String?) throws -> [Int64] {
            try office.read {
                try Payments.list($0, asOf: date.flatMap { CivilDate(iso: $0) })
            }.map(\.amount)
        }
        #expect(try amounts("2026-03-09") == [])
        #expect(try amounts("2026-03-20") == [1_000, 2_000])
        #expect(try amounts("2026-03-31") == [1_000, 2_000])
        #expect(try amounts(nil) == [1_000, 2_000, 3_000])
    }
}
