import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// What two devices enter alike, without knowing of each other and on different days.
struct SameEntryTests {
    private func conflicts(_ office: Office) throws -> [String?] {
        try office.fleet.settle()
        return try office.read { try $0.conflicts().map(\.field) }
    }

    @Test func `one bill that two devices enter alike is nothing to decide`() throws {
        let office = try Office(devices: 2)
        for (device, today) in ["2026-03-01", "2026-03-02"].enumerated() {
            _ = try office.write(on: device) {
                try Bills.add(
                    $0,
                    BillInput(
                        supplier: "Papier SA", number: "17", date: CivilDate(iso: "2026-02-20"),
                        amount: "120"), at: Office.moment(today))
            }
        }
        #expect(try conflicts(office).isEmpty)
        let bills = try office.read { try Bills.list($0, asOf: .last) }
        #expect(bills.map(\.amount) == [12_000])
    }

    @Test func `of a bill that two devices enter otherwise only what was typed is to be decided`()
        throws
    {
        let office = try Office(devices: 2)
        for (device, amount) in ["120", "130"].enumerated() {
            _ = try office.write(on: device) {
                try Bills.add(
                    $0, BillInput(supplier: "Papier SA", number: "17", amount: amount),
                    at: Moment(
                        today: Office.moment("2026-03-01").today, milliseconds: Int64(device)))
            }
        }
        #expect(try conflicts(office) == ["amount"])
    }

    @Test func `one item that two devices add alike is nothing to decide`() throws {
        let office = try Office(devices: 2)
        for device in 0...1 {
            _ = try office.write(on: device) {
                try Items.add($0, code: "day", ItemInput(name: "Day", price: "450"))
            }
        }
        #expect(try conflicts(office).isEmpty)
        #expect(try office.read { try Items.list($0) }.map(\.code) == ["day"])
    }

    @Test func `bills of one due date stand in the order of their dates`() throws {
        let office = try Office()
        for (number, date) in [("3", "2026-03-05"), ("2", "2026-03-03"), ("1", "2026-03-04")] {
            _ = try office.write {
                try Bills.add(
                    $0,
                    BillInput(
                        supplier: "Papier", number: number, date: CivilDate(iso: date),
                        due: CivilDate(iso: "2026-04-30"), amount: "1"),
                    at: Office.moment("2026-03-06"))
            }
        }
        let numbers = try office.read { try Bills.list($0, asOf: .last).map(\.number) }
        #expect(numbers == ["2", "1", "3"])
    }
}
