import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct PaymentStatusTests {
    private func note(_ office: Office, _ kind: EventKind, _ date: String) throws {
        _ = try office.write {
            try Events.add(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), kind,
                on: CivilDate(iso: date), at: Office.moment(date))
        }
    }

    @Test(
        arguments: [
            (EventKind.writtenOff, InvoiceStatus.writtenOff), (.sent, .sent), (.disputed, .issued),
        ])
    func `a payment tells the invoice's status as its course makes it`(
        kind: EventKind, status: InvoiceStatus
    ) throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont"), ["A; 1; 103; 0"]))
        try note(office, kind, "2026-03-05")
        let result = try office.pay("F-0001", "50", date: "2026-03-10")
        #expect(result.status == status)
        #expect(result.balance == 5_300)
        #expect(try office.show("F-0001", asOf: "2026-03-10").status == status)
    }

    @Test func `what is noted for a later day does not count yet`() throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont"), ["A; 1; 103; 0"]))
        try note(office, .writtenOff, "2026-03-20")
        #expect(try office.pay("F-0001", "50", date: "2026-03-10").status == .issued)
    }
}
