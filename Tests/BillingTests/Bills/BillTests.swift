import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct BillTests {
    private func add(
        _ office: Office, _ input: BillInput, on device: Int = 0
    ) throws -> BillView {
        try office.write(on: device) { try Bills.add($0, input, at: Office.moment("2026-03-01")) }
    }

    private func list(_ office: Office, _ date: String, on device: Int = 0) throws -> [BillView] {
        try office.read(on: device) {
            try Bills.list($0, asOf: try #require(CivilDate(iso: date)))
        }
    }

    @Test func `a bill is entered, aged, paid in parts and removed`() throws {
        let office = try Office()
        let bill = try add(
            office,
            BillInput(
                supplier: "Papier SA", number: "2026-17", due: CivilDate(iso: "2026-03-31"),
                amount: "120", vat: "20", file: "bill.pdf", hash: "ab"))
        #expect(bill.status == .open)
        #expect(bill.json["net"] == .string("100.00"))
        for (date, status, bucket) in [
            ("2026-03-31", BillStatus.open, AgingBucket.notDue), ("2026-04-01", .overdue, .upTo30),
            ("2026-04-30", .overdue, .upTo30), ("2026-05-01", .overdue, .upTo60),
            ("2026-05-30", .overdue, .upTo60), ("2026-05-31", .overdue, .over60),
        ] {
            let listed = try list(office, date)
            let found = try #require(listed.first)
            #expect(found.status == status, "\(date)")
            #expect(found.bucket == bucket, "\(date)")
        }
        let id = try #require(RowID(bill.id))
        func pay(_ amount: String?, _ date: String) throws -> BillView {
            try office.write {
                try Bills.pay(
                    $0, id, amount: amount, on: CivilDate(iso: date),
                    at: Office.moment("2026-03-01"))
            }
        }
        #expect(try pay("50", "2026-03-05").balance == 7_000)
        for wrong in ["70.01", "0", "-1"] {
            #expect(throws: BillingFailure.self) { try pay(wrong, "2026-03-06") }
        }
        #expect(throws: BillingFailure.self) { try pay("1", "2026-02-28") }
        #expect(try pay(nil, "2026-03-06").status == .paid)
        #expect(throws: BillingFailure.self) { try pay(nil, "2026-03-06") }
        #expect(try list(office, "2026-03-05")[0].paid == 5_000)
        #expect(try list(office, "2026-03-06")[0].status == .paid)
        #expect(try list(office, "2026-03-06")[0].bucket == nil)
        _ = try office.write {
            try Bills.remove($0, try Lookup.bill($0, "papier sa", for: .writing))
        }
        #expect(try list(office, "2026-03-06").isEmpty)
    }

    @Test func `what was paid of a bill is taken back by a row of its own, the last first`() throws
    {
        let office = try Office()
        let bill = try add(office, BillInput(supplier: "Papier", number: "7", amount: "100"))
        let id = try #require(RowID(bill.id))
        func pay(_ amount: String) throws {
            _ = try office.write {
                try Bills.pay($0, id, amount: amount, on: nil, at: Office.moment("2026-03-02"))
            }
        }
        func reverse() throws -> Int64 {
            try office.write {
                try Bills.reverse($0, id, on: nil, at: Office.moment("2026-03-03"))
            }.balance
        }
        try pay("30")
        try pay("50")
        #expect(try reverse() == 7_000)
        #expect(try reverse() == 10_000)
        #expect(throws: BillingFailure.notPaid(bill: "7")) { try reverse() }
        #expect(try list(office, "2026-03-02")[0].paid == 8_000)
        #expect(try list(office, "2026-03-03")[0].paid == 0)
    }

    @Test func `a bill that was removed and is entered again has nothing of the former`() throws {
        let office = try Office()
        let bill = try add(
            office,
            BillInput(
                supplier: "Papier", number: "a7", amount: "100", vat: "10", note: "old",
                file: "x.pdf", hash: "ab"))
        let id = try #require(RowID(bill.id))
        _ = try office.write {
            try Bills.pay($0, id, amount: "40", on: nil, at: Office.moment("2026-03-01"))
        }
        _ = try office.write { try Bills.remove($0, id) }
        let again = try add(office, BillInput(supplier: "PAPIER", number: "A7", amount: "50"))
        #expect(again.id == bill.id)
        #expect(try list(office, "2026-03-02") == [again])
        #expect(again.note == nil)
        #expect(again.balance == 5_000)
    }

    @Test func `a bill is entered once, also by two devices`() throws {
        let office = try Office(devices: 2)
        let input = BillInput(supplier: "Papier SA", number: "17", amount: "120")
        _ = try add(office, input)
        #expect(throws: BillingFailure.self) { try add(office, input) }
        _ = try add(office, input, on: 1)
        try office.fleet.settle()
        #expect(try list(office, "2026-03-02").count == 1)
        #expect(try list(office, "2026-03-02", on: 1).count == 1)
        let other = BillInput(supplier: "papier sa", amount: "5")
        _ = try add(office, other)
        _ = try add(office, other)
        #expect(try list(office, "2026-03-02").count == 3)
    }

    @Test(
        arguments: [
            BillInput(supplier: "", amount: "1"), BillInput(supplier: "A", amount: "0"),
            BillInput(supplier: "A", amount: "1", vat: "2"),
            BillInput(supplier: "A", amount: "1", vat: "-1"),
            BillInput(supplier: "A", due: CivilDate(iso: "2026-02-01"), amount: "1"),
        ])
    func `a bill that cannot be right is refused`(input: BillInput) throws {
        let office = try Office()
        #expect(throws: BillingFailure.self) { try add(office, input) }
        #expect(try list(office, "2026-12-31").isEmpty)
    }
}
