import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct BillReversalTests {
    /// A bill of 100.00 that all devices know.
    private func office(devices: Int = 2) throws -> (office: Office, bill: RowID) {
        let office = try Office(devices: devices)
        let bill = try office.write {
            try Bills.add(
                $0, BillInput(supplier: "Papier", number: "7", amount: "100"),
                at: Office.moment("2026-03-01"))
        }
        if devices > 1 { try office.fleet.settle() }
        return (office, try #require(RowID(bill.id)))
    }

    private func pay(
        _ office: Office, _ bill: RowID, _ amount: String, _ date: String, on device: Int = 0
    ) throws {
        _ = try office.write(on: device) {
            try Bills.pay(
                $0, bill, amount: amount, on: CivilDate(iso: date), at: Office.moment(date))
        }
    }

    private func reverse(
        _ office: Office, _ bill: RowID, _ date: String? = "2026-03-05",
        today: String = "2026-03-05", on device: Int = 0
    ) throws {
        _ = try office.write(on: device) {
            try Bills.reverse(
                $0, bill, on: date.flatMap { CivilDate(iso: $0) }, at: Office.moment(today))
        }
    }

    private func paid(_ office: Office, on device: Int = 0) throws -> [Int64] {
        try office.read(on: device) { try Bills.list($0, asOf: .last) }.map(\.paid)
    }

    @Test func `a payment that two devices take back is taken back once`() throws {
        let (office, bill) = try office()
        try pay(office, bill, "100", "2026-03-03")
        try office.fleet.settle()
        try reverse(office, bill, today: "2026-03-05", on: 0)
        try reverse(office, bill, today: "2026-03-06", on: 1)
        try office.fleet.settle()
        for device in 0...1 {
            #expect(try paid(office, on: device) == [0])
            #expect(try office.read(on: device) { try $0.conflicts() }.isEmpty)
        }
        #expect(throws: BillingFailure.notPaid(bill: "7")) { try reverse(office, bill) }
    }

    @Test func `what one device paid is not what the other took back`() throws {
        // Both paid 30.00, the second while the first was taken back.
        let (office, bill) = try office()
        try pay(office, bill, "30", "2026-03-03", on: 0)
        try office.fleet.settle()
        try reverse(office, bill, "2026-03-05", on: 0)
        try pay(office, bill, "30", "2026-03-04", on: 1)
        try office.fleet.settle()
        #expect(try paid(office) == [3_000])
        try reverse(office, bill, "2026-03-06")
        #expect(try paid(office) == [0])
        #expect(throws: BillingFailure.notPaid(bill: "7")) { try reverse(office, bill) }
    }

    @Test func `a payment on the day on which another was taken back is taken back in its turn`()
        throws
    {
        let (office, bill) = try office(devices: 1)
        for _ in 1...2 {
            try pay(office, bill, "100", "2026-03-05")
            #expect(try paid(office) == [10_000])
            try reverse(office, bill)
            #expect(try paid(office) == [0])
        }
        #expect(throws: BillingFailure.notPaid(bill: "7")) { try reverse(office, bill) }
    }

    @Test func `a payment that an earlier program took back is taken back no more`() throws {
        let (office, bill) = try office(devices: 1)
        try pay(office, bill, "40", "2026-03-03")
        try pay(office, bill, "40", "2026-03-04")
        _ = try office.write {
            try $0.insert(
                "bill_payments",
                [
                    "bill": .text(bill.text), "date": .text("2026-03-05"),
                    "amount": .integer(-4_000),
                    "created": .integer(Office.moment("2026-03-05").milliseconds),
                ])
        }
        #expect(try paid(office) == [4_000])
        try reverse(office, bill)
        #expect(try paid(office) == [0])
        #expect(throws: BillingFailure.notPaid(bill: "7")) { try reverse(office, bill) }
    }
}
