import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct HistoryTests {
    /// An invoice of 100.00, of which 60.00 were paid.
    private func office() throws -> Office {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont"), ["A; 1; 100; 0"]))
        try office.pay("F-0001", "60", date: "2026-03-05")
        return office
    }

    private func correct(_ office: Office, date: String) throws {
        let draft = try office.write {
            try Invoices.correct(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), at: Office.moment(date))
        }
        try office.issue(try #require(RowID(draft.id)), date: date)
    }

    private func history(_ office: Office) throws -> [Billing.History.Entry] {
        try office.read {
            try Billing.History.list($0, of: try Lookup.invoice($0, "F-0001", for: .reading))
        }
    }

    @Test func `a corrective takes off the whole invoice, also what was paid of it`() throws {
        let office = try office()
        try correct(office, date: "2026-03-06")
        let history = try history(office)
        #expect(history.map(\.kind) == ["issued", "payment", "corrective invoice"])
        // 100 - 60 = 40, and 40 - 100 = -60: what was paid is to be paid back.
        #expect(history.map(\.amount) == [10_000, 6_000, 10_000])
        #expect(history.map(\.balance) == [10_000, 4_000, -6_000])
        #expect(try office.show("F-0001", asOf: "2026-03-06").balance == -6_000)
    }

    @Test func `what is replaced is taken off once, beside credit notes and other correctives`()
        throws
    {
        // Another device's documents, written behind the books' back: one of 30.00 taken off before,
        // one after, and a second corrective.
        let office = try office()
        let invoice = try #require(
            try office.read { try $0.rows("SELECT id, client FROM documents") }.first)
        let origin = try #require(invoice.text("id"))
        try office.write { writing in
            for (date, kind, total) in [
                ("2026-03-03", DocumentKind.credit, Int64(-3_000)),
                ("2026-03-06", .corrective, 10_000), ("2026-03-07", .corrective, 9_000),
                ("2026-03-08", .credit, -3_000),
            ] {
                _ = try writing.insert(
                    "documents",
                    [
                        "corrects": .text(origin), "kind": .text(kind.rawValue),
                        "date": .text(date), "total": .integer(total), "number": .text(date),
                    ])
            }
        }
        let history = try history(office)
        // 100 - 30 = 70, less 60 is 10; the corrective takes off 100, once, and the second note 30: what
        // was paid and credited beside it is the client's.
        #expect(history.map(\.amount) == [10_000, 3_000, 6_000, 10_000, 0, 3_000])
        #expect(history.map(\.balance) == [10_000, 7_000, 1_000, -9_000, -9_000, -12_000])
        #expect(try office.show("F-0001", asOf: "2026-03-08").balance == -12_000)
    }
}
