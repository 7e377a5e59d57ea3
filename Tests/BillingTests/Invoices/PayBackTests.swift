import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct PayBackTests {
    /// A deposit of 600.00 that was paid, and a final invoice of 480.00 that deducts it: 120.00 are to
    /// be paid back to the client, by terms of 30 days on 9 April.
    private func office() throws -> Office {
        let office = try Office()
        let client = try office.client("Dupont")
        try office.issue(try office.deposit(client, "Deposit; 1; 500; 20"))
        try office.pay("F-0001", "600", date: "2026-03-05")
        let final = try office.draft(client, ["Site; 1; 400; 20"])
        _ = try office.write {
            let ref = try Lookup.invoice($0, "F-0001", for: .writing)
            return try Invoices.edit(
                $0, final, InvoiceEdit(deduct: [try Invoices.deposit($0, ref)]))
        }
        let issued = try office.issue(final, date: "2026-03-10")
        #expect(issued.sums?.due == -12_000)
        return office
    }

    @Test(arguments: ["2026-03-10", "2026-04-05", "2026-04-09", "2026-04-10", "2026-12-31"])
    func `an invoice that the business pays back is never due nor late`(day: String) throws {
        let office = try office()
        let shown = try office.show("F-0002", asOf: day)
        #expect(shown.status == .issued)
        #expect(shown.balance == -12_000)
        #expect(shown.daysLate == 0)
        let listed = try office.read {
            try Invoices.open($0, asOf: try #require(CivilDate(iso: day)))
        }
        #expect(listed.map(\.status) == [.issued])
        let sums = try #require(try office.owed(asOf: day).clients.first).sums
        #expect((sums.owed, sums.overdue, sums.credit) == (0, 0, 12_000))
    }

    @Test func `its status follows what is noted of it, until it is settled`() {
        let date = CivilDate.first
        var facts = InvoiceFacts(issued: date, due: date, amount: -12_000)
        #expect(InvoiceStatus(of: facts, on: .last) == .issued)
        facts.sent = date
        #expect(InvoiceStatus(of: facts, on: .last) == .sent)
        facts.paid = -12_000
        #expect(InvoiceStatus(of: facts, on: .last) == .paid)
        facts.writtenOff = date
        #expect(InvoiceStatus(of: facts, on: .last) == .writtenOff)
    }
}
