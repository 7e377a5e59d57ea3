import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// What is taken off or added is of something, and named by what it is.
struct AdjustmentTests {
    private func content(_ lines: [String], _ adjustments: [(String, Bool)]) throws -> DraftContent
    {
        let lines = try lines.map { try DraftContent.Line(syntax: $0) }
        return DraftContent(
            currency: .eur, lines: lines,
            adjustments: try adjustments.map {
                try DraftContent.Adjustment(
                    syntax: $0.0, charge: $0.1, currency: .eur, lines: lines)
            })
    }

    private func draft(
        _ office: Office, _ client: RowID, _ content: DraftContent
    ) throws -> InvoiceView {
        try office.write {
            try Invoices.new($0, client: client, content, due: nil, at: Office.moment("2026-03-01"))
        }
    }

    @Test func `nothing is taken off under a VAT that no line has`() throws {
        let office = try Office()
        let client = try office.client("Blum")
        let refused = BillingFailure.adjustmentOfNoLine(
            category: .standard, rate: try Decimal("10", as: .rate))
        for (text, isCharge) in [
            ("10%: loyalty; 10", false), ("10%: effort; 10", true), ("50: loyalty; 10", false),
        ] {
            let content = try content(["A; 1; 100; 20"], [(text, isCharge)])
            #expect(throws: refused, "\(text)") { try draft(office, client, content) }
        }
        // Freight has a VAT of its own.
        let freight = try draft(
            office, client, try content(["A; 1; 100; 20"], [("30: freight; 10", true)]))
        #expect(freight.sums?.vat == 2_300)
        let view = try draft(
            office, client, try content(["A; 1; 100; 20", "B; 1; 50; 10"], [("5; 10", false)]))
        let id = try #require(RowID(view.id))
        #expect(throws: refused) {
            try office.write { try Invoices.edit($0, id, InvoiceEdit(remove: [2])) }
        }
        // What two devices made of it is refused when it is issued.
        let line = try #require(RowID(view.lines[1].id))
        try office.write { try $0.put("lines", line, ["rate": "5.5"]) }
        #expect(throws: refused) { try office.issue(id) }
    }

    @Test func `a discount or a charge has no sign`() throws {
        let negative = BillingFailure.number(.amount, text: "-50", .negative)
        #expect(throws: negative) { try content(["A; 1; 100; 20"], [("-50", false)]) }
        #expect(throws: negative) { try content(["A; 1; 100; 20"], [("-50: effort", true)]) }
        #expect(throws: negative) { try content(["A; 1; 100; 20; discount=-50"], []) }
        #expect(throws: BillingFailure.self) { try content(["A; 1; 100; 20; charge=-5%"], []) }
        // A file is another matter: invoices that correct others by their signs are written in it.
        let file = try DraftContent(
            file: Array(
                """
                {"lines": [{"name": "A", "quantity": -1, "price": 100, "rate": 20}],
                "adjustments": [{"charge": true, "amount": -50}]}
                """.utf8), currency: .eur)
        #expect(try Totals(of: file).net == -15_000)
    }

    @Test func `a whole credit takes back what was taken off`() throws {
        let office = try Office()
        let client = try office.client("Blum")
        let view = try draft(
            office, client,
            try content(
                ["A; 1; 100; 20; discount=10"], [("50: loyalty", false), ("30: freight; 10", true)])
        )
        #expect(try office.issue(try #require(RowID(view.id))).sums?.net == 7_000)
        let note = try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .whole, reason: nil,
                at: Office.moment("2026-03-05"))
        }
        let issued = try office.issue(try #require(RowID(note.id)), date: "2026-03-05")
        // 40 at 20 % and 30 at 10 %.
        #expect(issued.sums?.due == -8_100)
        #expect(try office.show("F-0001").status == .credited)
    }
}
