import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// Money that went back settles nothing, and goes back once.
struct TakenBackTests {
    /// A client with three issued invoices of 100.00, F-0001 to F-0003.
    private func office(devices: Int = 1) throws -> (Office, RowID) {
        let office = try Office(devices: devices)
        let client = try office.client("Blum")
        for _ in 1...3 { try office.issue(try office.draft(client, ["A; 1; 100; 0"])) }
        if devices > 1 { try office.fleet.settle() }
        return (office, client)
    }

    private func input(_ writing: Writing, _ number: String, _ amount: String? = nil) throws
        -> AllocationInput
    {
        AllocationInput(
            invoice: try Lookup.invoice(writing, number, for: .writing), amount: amount)
    }

    /// A payment of 10 March, for some invoices or none.
    private func add(
        _ office: Office, _ client: RowID, _ amount: String, for inputs: [(String, String)] = []
    ) throws -> RowID {
        let payment = try office.write { writing in
            try Payments.add(
                writing, client: client, amount: amount, currency: nil,
                for: try inputs.map { try input(writing, $0.0, $0.1) },
                on: CivilDate(iso: "2026-03-10"), at: Office.moment("2026-03-10"))
        }
        return try #require(RowID(payment.id))
    }

    @discardableResult
    private func reverse(
        _ office: Office, _ payment: RowID, on device: Int = 0, date: String = "2026-03-12"
    ) throws -> PaymentView {
        try office.write(on: device) {
            try Payments.reverse(
                $0, payment, reason: nil, on: CivilDate(iso: date), at: Office.moment(date))
        }
    }

    private func refund(_ office: Office, _ client: RowID, _ amount: String) throws -> RowID {
        let refund = try office.write {
            try Payments.refund(
                $0, client: client, amount: amount, currency: nil, on: nil,
                at: Office.moment("2026-03-12"))
        }
        return try #require(RowID(refund.id))
    }

    @discardableResult
    private func allocate(
        _ office: Office, _ payment: RowID, _ number: String, _ amount: String? = nil,
        on device: Int = 0
    ) throws -> PaymentView {
        try office.write(on: device) {
            try Payments.allocate($0, payment, to: [try input($0, number, amount)])
        }
    }

    private func sums(_ office: Office, on device: Int = 0) throws -> (owed: Int64, credit: Int64) {
        let sums = try office.owed(on: device, asOf: "2026-03-31").clients.first?.sums
        return (sums?.owed ?? 0, sums?.credit ?? 0)
    }

    @Test func `a payment that was taken back pays nothing`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "100")
        try reverse(office, payment)
        // Other money of the client does not make up for it.
        _ = try add(office, client, "100")
        #expect(throws: BillingFailure.nothingToAllocate(payment: payment.text)) {
            try allocate(office, payment, "F-0001")
        }
        #expect(try office.show("F-0001").balance == 10_000)
    }

    @Test func `money that went back to the client pays nothing`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "100")
        _ = try refund(office, client, "60")
        #expect(
            throws: BillingFailure.allocationTooLarge(
                number: "F-0001", open: 4_000, currency: .eur)
        ) { try allocate(office, payment, "F-0001", "41") }
        #expect(try allocate(office, payment, "F-0001").allocations.map(\.amount) == [4_000])
        #expect(throws: BillingFailure.nothingToAllocate(payment: payment.text)) {
            try allocate(office, payment, "F-0002")
        }
        let (owed, credit) = try sums(office)
        #expect((owed, credit) == (26_000, 0))
    }

    @Test func `a refund that was taken back can be spent once beside its payment`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "100")
        let back = try reverse(office, try refund(office, client, "100"))
        try allocate(office, payment, "F-0001")
        #expect(throws: BillingFailure.nothingToAllocate(payment: back.id)) {
            try allocate(office, try #require(RowID(back.id)), "F-0002")
        }
        let (owed, credit) = try sums(office)
        #expect((owed, credit) == (20_000, 0))
    }

    @Test func `a payment that two devices take back is taken back once`() throws {
        let (office, client) = try office(devices: 2)
        let payment = try add(office, client, "150", for: [("F-0001", "60")])
        // Two parts of one payment in one invoice go back as one.
        try allocate(office, payment, "F-0001", "40")
        try office.fleet.settle()
        for device in 0...1 {
            let reversal = try reverse(office, payment, on: device, date: "2026-03-10")
            #expect(reversal.allocations.map(\.amount) == [-10_000])
        }
        try office.fleet.settle()
        for device in 0...1 {
            #expect(try office.show("F-0001", on: device, asOf: "2026-03-31").balance == 10_000)
            let (owed, credit) = try sums(office, on: device)
            #expect((owed, credit) == (30_000, 0))
            let payments = try office.read(on: device) { try Payments.list($0) }
            #expect(payments.map(\.amount) == [15_000, -15_000])
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `what takes a payment back on its day stands behind it, whatever the rows' ids`(
        seed: UInt64
    ) throws {
        let office = try Office(seed: seed)
        let client = try office.client("Blum")
        try reverse(office, try add(office, client, "100"), date: "2026-03-10")
        let day = try #require(CivilDate(iso: "2026-03-10"))
        let (payments, statements) = try office.read {
            (try Payments.list($0), try Statements.list($0, client: client, from: day, to: day))
        }
        #expect(payments.map(\.amount) == [10_000, -10_000])
        #expect(statements.first?.entries.map(\.kind) == ["payment", "reversal"])
    }

    @Test func `a payment is not taken back before it was made`() throws {
        let (office, client) = try office()
        let payment = try add(office, client, "100", for: [("F-0001", "100")])
        let (eve, day) = (CivilDate(iso: "2026-03-09"), CivilDate(iso: "2026-03-10"))
        #expect(
            throws: BillingFailure.beforePayment(
                payment: payment.text, date: try #require(eve), paid: try #require(day))
        ) { try reverse(office, payment, date: "2026-03-09") }
        #expect(try reverse(office, payment, date: "2026-03-10").date == day)
    }

    private func findings(_ office: Office, on device: Int = 0) throws -> [Billing.Finding] {
        try office.read(on: device) { try Findings.list($0) }
    }

    @Test func `what one device allocated while another took it back is found and taken back`()
        throws
    {
        let (office, client) = try office(devices: 2)
        let payment = try add(office, client, "150", for: [("F-0001", "50")])
        try office.fleet.settle()
        // One document that the reversal knows, and one that it does not.
        try allocate(office, payment, "F-0001", "20")
        try allocate(office, payment, "F-0002", "80")
        try reverse(office, payment, on: 1)
        try office.fleet.settle()
        for device in 0...1 {
            #expect(
                try findings(office, on: device) == [
                    .paymentHalfReversed(payment: payment.text, numbers: ["F-0001", "F-0002"])
                ])
            let again = try reverse(office, payment, on: device)
            #expect(again.allocations.map(\.amount).reduce(0, +) == -15_000)
        }
        try office.fleet.settle()
        for device in 0...1 {
            #expect(try findings(office, on: device).isEmpty)
            let (owed, credit) = try sums(office, on: device)
            #expect((owed, credit) == (30_000, 0))
            for number in ["F-0001", "F-0002"] {
                let shown = try office.show(number, on: device, asOf: "2026-03-31")
                #expect(shown.balance == 10_000)
            }
            #expect(try office.read(on: device) { try Payments.list($0) }.count == 2)
        }
        #expect(throws: BillingFailure.alreadyReversed(payment: payment.text)) {
            try reverse(office, payment)
        }
    }

    @Test func `a payment that two devices allocate beyond itself is found, and taken back`() throws
    {
        let (office, client) = try office(devices: 2)
        let payment = try add(office, client, "100")
        try office.fleet.settle()
        try allocate(office, payment, "F-0001", "100")
        try allocate(office, payment, "F-0002", "60", on: 1)
        #expect(try findings(office).isEmpty)
        try office.fleet.settle()
        for device in 0...1 {
            #expect(
                try findings(office, on: device) == [
                    .paymentOverspent(
                        payment: payment.text, amount: 10_000, allocated: 16_000, currency: .eur)
                ])
        }
        try reverse(office, payment)
        #expect(try findings(office).isEmpty)
        let (owed, credit) = try sums(office)
        #expect((owed, credit) == (30_000, 0))
    }

    @Test func `a refund that was taken back and spent is no finding`() throws {
        let (office, client) = try office()
        _ = try add(office, client, "100")
        let refund = try refund(office, client, "100")
        let back = try reverse(office, refund)
        try allocate(office, try #require(RowID(back.id)), "F-0001")
        #expect(try findings(office).isEmpty)
        #expect(throws: BillingFailure.alreadyReversed(payment: refund.text)) {
            try reverse(office, refund)
        }
    }
}
