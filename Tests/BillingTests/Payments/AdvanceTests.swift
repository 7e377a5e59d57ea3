import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// Money that comes before its invoice.
struct AdvanceTests {
    /// 100 of 5 January for F-0001, an invoice of 1 February.
    private func office() throws -> (Office, RowID) {
        let office = try Office()
        let client = try office.client("Blum")
        try office.issue(try office.draft(client, ["A; 1; 100; 0"]), date: "2026-02-01")
        return (office, client)
    }

    @Test func `an advance is the client's until its invoice is issued`() throws {
        let (office, client) = try office()
        try office.pay("F-0001", "100", date: "2026-01-05")
        let from = try #require(CivilDate(iso: "2026-01-01"))
        for (date, credit) in [
            ("2026-01-04", 0), ("2026-01-05", 10_000), ("2026-01-31", 10_000), ("2026-02-01", 0),
        ] as [(String, Int64)] {
            let account = try office.owed(asOf: date).clients.first
            #expect(account?.sums.credit ?? 0 == credit, "\(date)")
            #expect(account?.sums.owed ?? 0 == 0, "\(date)")
            let day = try #require(CivilDate(iso: date))
            let (shown, statement) = try office.read {
                (
                    try Ledger.owed($0, asOf: day, client: client).clients.first,
                    try Statements.list($0, client: client, from: from, to: day).first
                )
            }
            #expect(shown == account, "\(date)")
            #expect(-(statement?.closing ?? 0) == credit, "\(date)")
        }
    }

    @Test func `nothing is open of an invoice before its day`() throws {
        let (office, _) = try office()
        for (date, open) in [("2026-01-15", nil), ("2026-02-01", 10_000)] as [(String, Int64?)] {
            #expect(try office.show("F-0001", asOf: date).open == open)
            let day = try #require(CivilDate(iso: date))
            let query = try Query<InvoiceView>(where: "open>0", today: day)
            let listed = try office.read { try Invoices.list($0, asOf: day) }
            let found = query.groups(listed).flatMap(\.rows).compactMap(\.number)
            #expect(found == (open == nil ? [] : ["F-0001"]))
        }
    }
}
