import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct CourseTests {
    private func add(
        _ office: Office, _ kind: EventKind, _ date: String, until: String? = nil,
        on device: Int = 0, _ number: String = "F-0001"
    ) throws {
        _ = try office.write(on: device) {
            try Events.add(
                $0, try Lookup.invoice($0, number, for: .writing), kind,
                on: CivilDate(iso: date), until: until.flatMap { CivilDate(iso: $0) },
                at: Office.moment(date))
        }
    }

    /// Issued on 2 March, due on 1 April: due from 25 March, overdue from 2 April.
    private func office(devices: Int = 1) throws -> Office {
        let office = try Office(devices: devices)
        try office.issue(try office.draft(try office.client("Dupont")))
        if devices > 1 { try office.fleet.settle() }
        return office
    }

    @Test func `the status follows from facts and the date`() throws {
        let office = try office()
        try add(office, .sent, "2026-03-04")
        for (date, status) in [
            ("2026-03-01", InvoiceStatus.draft), ("2026-03-02", .issued), ("2026-03-03", .issued),
            ("2026-03-04", .sent), ("2026-03-24", .sent), ("2026-03-25", .due),
            ("2026-04-01", .due), ("2026-04-02", .overdue),
        ] {
            #expect(try office.show("F-0001", asOf: date).status == status, "\(date)")
            let listed = try office.read {
                try Invoices.list($0, asOf: try #require(CivilDate(iso: date)))
            }
            #expect(listed.map(\.status) == [status], "\(date)")
        }
    }

    @Test func `disputes and extensions are flags that hide nothing`() throws {
        let office = try office()
        try add(office, .disputed, "2026-04-05")
        try add(office, .extended, "2026-04-06", until: "2026-05-01")
        try add(office, .settled, "2026-04-10")
        #expect(try office.show("F-0001", asOf: "2026-04-04").flags == [])
        let disputed = try office.show("F-0001", asOf: "2026-04-07")
        #expect(disputed.status == .overdue)
        #expect(disputed.flags == [.disputed, .extended])
        let settled = try office.show("F-0001", asOf: "2026-04-10")
        #expect(settled.status == .overdue)
        #expect(settled.flags == [.extended])
        let owed = try office.owed(asOf: "2026-04-07").clients[0]
        #expect(owed.sums.overdue == 162_000)
        #expect(owed.invoices[0].flags == [.disputed, .extended])
    }

    @Test func `what is written off is owed no more, and only money beyond it is credit`() throws {
        let office = try office()
        try add(office, .writtenOff, "2026-06-01")
        #expect(try office.show("F-0001", asOf: "2026-06-01").status == .writtenOff)
        #expect(try office.owed(asOf: "2026-05-31").clients[0].sums.owed == 162_000)
        #expect(try office.owed(asOf: "2026-06-01").clients.isEmpty)
        try office.pay("F-0001", "1000", date: "2026-06-10")
        #expect(try office.owed(asOf: "2026-06-10").clients.isEmpty)
        try office.pay("F-0001", "700", date: "2026-06-11")
        let sums = try office.owed(asOf: "2026-06-11").clients[0].sums
        #expect((sums.owed, sums.credit) == (0, 8_000))
    }

    @Test func `facts of two devices both stand`() throws {
        let office = try office(devices: 2)
        try add(office, .sent, "2026-03-06", on: 0)
        try add(office, .sent, "2026-03-04", on: 1)
        try add(office, .note, "2026-03-05", on: 1)
        try office.fleet.settle()
        for device in 0...1 {
            #expect(try office.show("F-0001", on: device, asOf: "2026-03-04").status == .sent)
            let events = try office.read(on: device) {
                try Events.list($0, of: try Lookup.invoice($0, "F-0001", for: .reading))
            }
            #expect(events.map(\.kind) == [.sent, .note, .sent])
        }
    }

    @Test func `nothing happens before the issue, nor with a draft`() throws {
        let office = try office()
        let issued = try #require(CivilDate(iso: "2026-03-02"))
        #expect(
            throws: BillingFailure.beforeIssue(
                number: "F-0001", date: try #require(issued.adding(days: -1)), issued: issued)
        ) { try add(office, .sent, "2026-03-01") }
        let draft = try office.draft(try office.client("Martin"))
        #expect(throws: BillingFailure.notIssued(draft)) {
            try office.write {
                try Events.add(
                    $0, InvoiceRef(invoice: draft, document: nil), .sent, on: nil,
                    at: Office.moment("2026-03-02"))
            }
        }
        #expect(throws: BillingFailure.self) {
            try add(office, .extended, "2026-04-02", until: "2026-04-01")
        }
    }
}
