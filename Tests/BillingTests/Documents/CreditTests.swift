import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// A document is taken back once, under the VAT that it stood under.
struct CreditTests {
    private func credit(
        _ office: Office, _ text: String, _ part: Invoices.CreditPart = .whole, on device: Int = 0
    ) throws -> InvoiceView {
        try office.write(on: device) {
            try Invoices.credit(
                $0, try Lookup.invoice($0, text, for: .writing), part, reason: nil,
                at: Office.moment("2026-03-05"))
        }
    }

    @discardableResult
    private func issue(_ office: Office, _ draft: InvoiceView) throws -> InvoiceView {
        try office.issue(try #require(RowID(draft.id)), date: "2026-03-05")
    }

    private func edit(_ office: Office, _ draft: String, _ edit: InvoiceEdit) throws {
        let id = try #require(RowID(draft))
        _ = try office.write { try Invoices.edit($0, id, edit) }
    }

    /// 100 at 20 % and 1000 at 5.5 %: 120.00 and 1055.00 with VAT.
    @Test func `no more is credited under a VAT rate than stood under it`() throws {
        let office = try Office()
        let client = try office.client("Blum")
        try office.issue(try office.draft(client, ["A; 1; 100; 20", "B; 1; 1000; 5.5"]))
        func tooLarge(_ open: Int64) -> BillingFailure {
            .creditTooLarge(number: "F-0001", open: open, currency: .eur)
        }
        #expect(throws: tooLarge(117_500)) { try credit(office, "F-0001", .net("500", rate: "20")) }
        // What was a credit of one rate is none of the other, however it was edited.
        let moved = try credit(office, "F-0001", .net("500", rate: "5.5"))
        try edit(
            office, moved.id,
            InvoiceEdit(replace: [1: try DraftContent.Line(syntax: "A; -1; 500; 20")]))
        #expect(throws: tooLarge(117_500)) { try issue(office, moved) }
        try issue(office, try credit(office, "F-0001", .net("60", rate: "20")))
        #expect(throws: tooLarge(110_300)) { try credit(office, "F-0001", .lines([(1, nil)])) }
        try issue(office, try credit(office, "F-0001", .net("40", rate: "20")))
        try issue(office, try credit(office, "F-0001", .lines([(2, nil)])))
        #expect(throws: tooLarge(0)) { try credit(office, "F-0001", .net("0.01", rate: "20")) }
        #expect(try office.show("F-0001").status == .credited)
    }

    @Test func `a line is credited once in a credit note`() throws {
        let office = try Office()
        try office.issue(
            try office.draft(try office.client("Blum"), ["A; 2; 100; 0", "B; 1; 500; 0"]))
        for lines in [[(1, nil), (1, nil)], [(1, "1"), (2, nil), (1, "1")]] as [[(Int, String?)]] {
            #expect(throws: BillingFailure.lineTwice(number: 1)) {
                try credit(
                    office, "F-0001", .lines(lines.map { (number: $0.0, quantity: $0.1) }))
            }
        }
    }

    /// 100 without VAT, paid beforehand: nothing is to be paid, and 100 can be taken back.
    @Test func `what was paid beforehand is credited once`() throws {
        let office = try Office()
        let client = try office.client("Blum")
        for _ in 1...2 {
            let draft = try office.draft(client, ["A; 1; 100; 0"])
            try edit(office, draft.text, InvoiceEdit(prepaid: "100"))
            try office.issue(draft)
        }
        let note = try issue(office, try credit(office, "F-0001"))
        #expect(note.sums?.net == -10_000)
        #expect(note.sums?.due == 0)
        let gone = BillingFailure.creditTooLarge(number: "F-0001", open: 0, currency: .eur)
        #expect(throws: gone) { try credit(office, "F-0001") }
        #expect(throws: gone) { try credit(office, "F-0001", .net("1", rate: nil)) }
        // A part of it is money that goes back.
        try issue(office, try credit(office, "F-0002", .net("30", rate: nil)))
        #expect(try office.show("F-0002").balance == -3_000)
        let left = BillingFailure.creditTooLarge(number: "F-0002", open: 7_000, currency: .eur)
        #expect(throws: left) { try credit(office, "F-0002", .net("70.01", rate: nil)) }
        #expect(throws: left) { try credit(office, "F-0002") }
        // Neither does a credit note say that more was paid beforehand than was.
        let swollen = try credit(office, "F-0002", .net("70", rate: nil))
        try edit(office, swollen.id, InvoiceEdit(prepaid: "100"))
        #expect(throws: left) { try issue(office, swollen) }
        try edit(office, swollen.id, InvoiceEdit(prepaid: "-100.01"))
        #expect(throws: left) { try issue(office, swollen) }
        try edit(office, swollen.id, InvoiceEdit(prepaid: "-100"))
        try issue(office, swollen)
        // All of it was taken back, as of the other one: 30 and the 70 that were paid beforehand, less
        // these 100.
        #expect(try office.show("F-0002").balance == 0)
    }

    private func correct(_ office: Office, _ number: String, on device: Int = 0) throws -> RowID {
        let view = try office.write(on: device) {
            try Invoices.correct(
                $0, try Lookup.invoice($0, number, for: .writing), at: Office.moment("2026-03-05"))
        }
        return try #require(RowID(view.id))
    }

    @Test func `what corrects an invoice stays with its client and currency`() throws {
        let office = try Office()
        let other = try office.client("Weber")
        try office.issue(try office.draft(try office.client("Blum"), ["A; 1; 100; 0"]))
        let elsewhere = BillingFailure.correctsElsewhere(number: "F-0001")
        for draft in [try credit(office, "F-0001").id, try correct(office, "F-0001").text] {
            #expect(throws: elsewhere) { try edit(office, draft, InvoiceEdit(client: other)) }
            let dollars = DraftContent(
                currency: try Currency("USD"),
                lines: [try DraftContent.Line(syntax: "A; -1; 100; 0")])
            #expect(throws: elsewhere) { try edit(office, draft, InvoiceEdit(content: dollars)) }
            // Another program may have written it.
            let id = try #require(RowID(draft))
            for fields in [["client": .text(other.text)], ["currency": "USD"]] as [[String: Value]]
            {
                let former = try office.read {
                    try $0.rows(
                        "SELECT client, currency FROM invoices WHERE id = ?", [.text(draft)])
                }
                try office.write { try $0.put("invoices", id, fields) }
                #expect(throws: elsewhere) { try office.issue(id, date: "2026-03-05") }
                try office.write { writing in
                    for field in fields.keys {
                        try writing.put("invoices", id, [field: former[0][field]])
                    }
                }
            }
        }
        // The way back is an edit like any other.
        let draft = try credit(office, "F-0001")
        let id = try #require(RowID(draft.id))
        try office.write { try $0.put("invoices", id, ["client": .text(other.text)]) }
        let client = try #require(RowID(draft.client))
        try edit(office, draft.id, InvoiceEdit(client: client))
        #expect(try issue(office, draft).client == client.text)
    }

    /// Two lines of 100 at 20 % and one of 100 at 10 %; half off everything, and 10 % on at 10 %.
    @Test func `lines are credited with the percentages that were off the whole`() throws {
        let office = try Office()
        let draft = try office.draft(
            try office.client("Blum"), ["A; 1; 100; 20", "B; 2; 50; 20", "C; 1; 100; 10"])
        let ten = try Decimal("10", as: .rate)
        let adjustments = [
            DraftContent.Adjustment(
                charge: false, percent: try Decimal("50", as: .rate), category: nil, rate: nil),
            DraftContent.Adjustment(charge: true, percent: ten, category: .standard, rate: ten),
        ]
        try edit(office, draft.text, InvoiceEdit(adjust: adjustments))
        #expect(try office.issue(draft).sums?.net == 16_000)
        // 50 at 20 %.
        let first = try issue(office, try credit(office, "F-0001", .lines([(1, nil)])))
        #expect((first.sums?.net, first.sums?.vat) == (-5_000, -1_000))
        // 25 at 20 %, and 60 at 10 %.
        let more = try issue(
            office, try credit(office, "F-0001", .lines([(2, "1"), (3, nil)])))
        #expect((more.sums?.net, more.sums?.vat) == (-8_500, -1_100))
        #expect(
            throws: BillingFailure.creditTooLarge(number: "F-0001", open: 3_000, currency: .eur)
        ) { try credit(office, "F-0001", .lines([(1, nil)])) }
        try issue(office, try credit(office, "F-0001", .lines([(2, "1")])))
        #expect(try office.show("F-0001").status == .credited)
    }
}
