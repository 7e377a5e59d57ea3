import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct LatestInvoiceTests {
    private func correct(_ office: Office, _ number: String, to line: String) throws -> RowID {
        let draft = try office.write {
            try Invoices.correct(
                $0, try Lookup.invoice($0, number, for: .writing), at: Office.moment("2026-03-05"))
        }
        let id = try #require(RowID(draft.id))
        _ = try office.write {
            try Invoices.edit(
                $0, id, InvoiceEdit(replace: [1: try DraftContent.Line(syntax: line)]))
        }
        return id
    }

    /// The lines that a repeat of the client's latest invoice begins with, and its kind.
    private func repeated(_ office: Office, _ client: RowID) throws -> InvoiceView {
        try office.write {
            try Invoices.repeat(
                $0, try Invoices.latest($0, of: client), at: Office.moment("2026-04-01"))
        }
    }

    @Test func `a repeat begins with what replaced an invoice, not with the mistake`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        try office.issue(try office.draft(client, ["Wrong; 1; 100; 20"]))
        let corrective = try correct(office, "F-0001", to: "Right; 1; 90; 20")
        // Until it is issued the other stands.
        #expect(try repeated(office, client).lines.map(\.line.name) == ["Wrong"])
        try office.issue(corrective, date: "2026-03-05")
        let once = try repeated(office, client)
        #expect(once.lines.map(\.line.name) == ["Right"])
        #expect(once.sums?.net == 9_000)
        #expect(once.kind == .invoice)
        #expect(once.corrects == nil)
        try office.issue(try correct(office, "F-0002", to: "Best; 1; 80; 20"), date: "2026-03-06")
        #expect(try repeated(office, client).lines.map(\.line.name) == ["Best"])
    }

    @Test func `an invoice that stands is repeated before an older one that replaced another`()
        throws
    {
        let office = try Office()
        let client = try office.client("Dupont")
        try office.issue(try office.draft(client, ["Wrong; 1; 100; 20"]))
        try office.issue(
            try correct(office, "F-0001", to: "Right; 1; 90; 20"), date: "2026-03-05")
        try office.issue(try office.draft(client, ["Later; 1; 70; 20"]), date: "2026-03-07")
        #expect(try repeated(office, client).lines.map(\.line.name) == ["Later"])
    }
}
