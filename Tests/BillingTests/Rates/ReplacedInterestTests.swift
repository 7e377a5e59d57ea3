import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct ReplacedInterestTests {
    /// An invoice of 1 000.00, due on 1 April, replaced on a day by one of another amount.
    private func office(replaced day: String, paid: String? = nil) throws -> Office {
        let office = try Office()
        let client = try office.client("Dupont")
        _ = try office.write {
            try Clients.edit(
                $0, client,
                ClientInput(fields: [.kind: "business", .country: "DE", .penaltyRate: "9"]))
        }
        let draft = try office.draft(client, ["A; 1; 1000; 0"], date: "2026-03-02")
        _ = try office.write {
            try Invoices.edit(
                $0, draft, InvoiceEdit(due: .set(try #require(CivilDate(iso: "2026-04-01")))))
        }
        try office.issue(draft, date: "2026-03-02")
        if let paid { try office.pay("F-0001", paid, date: "2026-03-03") }
        let corrective = try office.write {
            try Invoices.correct(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), at: Office.moment(day))
        }
        let id = try #require(RowID(corrective.id))
        _ = try office.write {
            try Invoices.edit(
                $0, id,
                InvoiceEdit(
                    due: .set(try #require(CivilDate(iso: "2026-05-01"))),
                    replace: [1: try DraftContent.Line(syntax: "A; 1; 900; 0")]))
        }
        try office.issue(id, date: day)
        return office
    }

    private func interest(_ office: Office, _ number: String, on date: String) throws -> Interest {
        try office.read {
            try Interests.interest(
                $0, try Lookup.invoice($0, number, for: .reading),
                on: try #require(CivilDate(iso: date)))
        }
    }

    @Test(arguments: [nil, "400"])
    func `nothing runs of an invoice that was replaced before it was late`(paid: String?) throws {
        let office = try office(replaced: "2026-03-03", paid: paid)
        let found = try interest(office, "F-0001", on: "2026-12-31")
        #expect(found.periods.isEmpty)
        #expect(found.interest == 0)
        #expect(found.fee == 0)
    }

    @Test func `interest runs until the day before an invoice is replaced, then of the other`()
        throws
    {
        let office = try office(replaced: "2026-04-12")
        let first = try interest(office, "F-0001", on: "2026-12-31")
        #expect(first.periods.map(\.from.iso) == ["2026-04-02"])
        #expect(first.periods.map(\.to.iso) == ["2026-04-11"])
        // 100000 × 9 % × 10 / 365 = 246.58 cents.
        #expect(first.interest == 247)
        // Due on 1 May: 90000 × 9 % × 10 / 365 = 221.92 cents.
        let other = try interest(office, "F-0002", on: "2026-05-11")
        #expect(other.periods.map(\.days) == [10])
        #expect(other.interest == 222)
    }
}
