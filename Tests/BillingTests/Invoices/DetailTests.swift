import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct DetailTests {
    private func line(_ text: String) throws -> DraftContent.Line {
        try DraftContent.Line(syntax: text)
    }

    private func make(_ office: Office, _ content: DraftContent) throws -> InvoiceView {
        let client = try office.client("Dupont")
        return try office.write {
            try Invoices.new(
                $0, client: client, content, due: nil, at: Office.moment("2026-03-01"))
        }
    }

    @Test func `all that a draft says is kept, edited and issued`() throws {
        let office = try Office()
        let typed: [DraftField: String] = [
            .po: "4711", .reference: "Dept 3", .delivered: "2026-02-27",
            .periodFrom: "2026-02-01", .periodTo: "2026-02-28", .method: "transfer",
            .link: "https://pay.example/1", .language: "EN", .exchange: "0.9250",
            .exchangeDate: "2026-02-27", .exchangeSource: "ECB", .carry: "yes", .note: "thank\nyou",
        ]
        #expect(Set(typed.keys) == Set(DraftField.allCases))
        let kept = typed.merging([.language: "en", .exchange: "0.925"]) { $1 }
        var content = DraftContent(
            currency: try Currency("USD"),
            lines: [
                try line(
                    "Design; 3 day; 100; 20; ref=L-1; from=2026-02-01; to=2026-02-10; note=mornings; discount=10%: loyal"
                )
            ], details: try DraftField.details(typed))
        content.adjustments = [
            DraftContent.Adjustment(
                charge: true, percent: Decimal(coefficient: 5, scale: 0), reason: "rush",
                category: nil, rate: nil)
        ]
        let draft = try make(office, content)
        #expect(draft.details == kept)
        #expect(try office.show(draft.id) == draft)
        #expect(draft.lines[0].line.unit == "day")
        #expect(draft.totals?.net == 28_350)
        #expect(draft.totals?.vat == 5_670)
        // 56.70 × 0.925 = 52.4475
        #expect(draft.vatInEuros == 5_245)
        let id = try #require(RowID(draft.id))
        let edited = try office.write {
            try Invoices.edit($0, id, InvoiceEdit(details: [.po: "", .reference: "Dept 4"]))
        }
        #expect(edited.details[.po] == nil)
        #expect(edited.details[.reference] == "Dept 4")
        #expect(try office.show(draft.id) == edited)
        #expect(throws: BillingFailure.nothingToChange) {
            try office.write {
                try Invoices.edit($0, id, InvoiceEdit(details: [.reference: "Dept 4"]))
            }
        }
        let issued = try office.issue(id)
        #expect(try office.show("F-0001", asOf: "2026-03-02") == issued)
        #expect(issued.details == edited.details)
        #expect(issued.vatInEuros == 5_245)
        #expect(issued.adjustments.map(\.amount) == [1_350])
        #expect(issued.adjustments[0].percent?.text == "5")
    }

    @Test(
        arguments: [
            (DraftField.link, "http://pay.example"), (.link, "https://a b"), (.link, "https://"),
            (.delivered, "2026-02-30"), (.exchange, "0"), (.exchange, "-1"), (.language, "de"),
            (.exchange, "x"), (.po, "a\u{7}"),
        ])
    func `a detail that cannot be right is refused`(field: DraftField, text: String) {
        #expect(throws: BillingFailure.self) { try DraftField.details([field: text]) }
    }

    @Test func `what a client always says fills a new draft, and what is typed goes first`() throws
    {
        let office = try Office()
        let client = try office.write {
            try Clients.add(
                $0,
                ClientInput(
                    name: "A", fields: [.po: "PO-1", .method: "cheque", .language: "en"]),
                at: Office.moment("2026-03-01"))
        }.client
        let id = try #require(RowID(client.id))
        let draft = try office.write {
            try Invoices.new(
                $0, client: id, DraftContent(currency: .eur, details: [.po: "PO-2"]), due: nil,
                at: Office.moment("2026-03-01"))
        }
        #expect(draft.details == [.po: "PO-2", .method: "cheque", .language: "en"])
        #expect(try office.show(draft.id).details == draft.details)
    }

    @Test func `a percentage of everything is taken under each VAT, and follows the lines`() throws
    {
        let office = try Office(devices: 2)
        let content = DraftContent(
            currency: .eur,
            lines: [
                try line("A; 1; 100; 20"), try line("B; 1; 50; 10"), try line("C; 1; 3.33; 0"),
            ],
            adjustments: [
                DraftContent.Adjustment(
                    charge: false, percent: Decimal(coefficient: 10, scale: 0), category: nil,
                    rate: nil)
            ])
        let draft = try make(office, content)
        // 10.00, 5.00 and 0.33: VAT 18.00 and 4.50.
        #expect(draft.totals?.allowances == 1_533)
        #expect(draft.totals?.net == 13_800)
        #expect(draft.totals?.vat == 2_250)
        try office.fleet.settle()
        let id = try #require(RowID(draft.id))
        _ = try office.write(on: 1) {
            try Invoices.edit($0, id, InvoiceEdit(append: [try line("D; 1; 20; 20")]))
        }
        try office.fleet.settle()
        #expect(try office.show(draft.id).totals?.allowances == 1_733)
        let removed = try office.write {
            try Invoices.edit($0, id, InvoiceEdit(removesAdjustments: true))
        }
        #expect(removed.totals?.allowances == 0)
        #expect(try office.show(draft.id) == removed)
    }

    @Test func `discounts are typed as percentages or amounts`() throws {
        let lines = [try line("A; 1; 100; 20"), try line("B; 1; 50; 20")]
        func read(_ text: String, _ lines: [DraftContent.Line]) throws -> DraftContent.Adjustment {
            try DraftContent.Adjustment(
                syntax: text, charge: false, currency: .eur, lines: lines)
        }
        #expect(try read("10%", lines).percent?.text == "10")
        #expect(try read("10 %: loyal", lines).reason == "loyal")
        #expect(try read("10%; 20", lines).rate?.text == "20")
        #expect(try read("5.00: loyal", lines).rate?.text == "20")
        #expect(try read("5.00; 5.5; S", lines).rate?.text == "5.5")
        let mixed = lines + [try line("C; 1; 1; 10")]
        #expect(throws: BillingFailure.line(text: "5.00", .rateMissing)) {
            try read("5.00", mixed)
        }
        #expect(throws: BillingFailure.line(text: "5.00", .rateMissing)) { try read("5.00", []) }
        for wrong in ["", "x", "101%", "5.001", "5%: ", "-5%"] {
            #expect(throws: BillingFailure.self, "\(wrong)") { try read(wrong, lines) }
        }
    }

    @Test func `each way of charging no VAT says its reason`() throws {
        let office = try Office()
        let seller = try office.read { try Books.settings($0) }
        func reasons(_ lines: [String]) throws -> [VATExemption] {
            VATExemption.all(
                of: DraftContent(currency: .eur, lines: try lines.map(line)), seller: seller)
        }
        #expect(try reasons(["A; 1; 1; 20", "B; 1; 1; 0"]) == [])
        #expect(try reasons(["A; 1; 1; 0; AE"]).map(\.code) == ["VATEX-EU-AE"])
        #expect(try reasons(["A; 1; 1; 0; K"]).map(\.code) == ["VATEX-EU-IC"])
        #expect(try reasons(["A; 1; 1; 0; G"]).map(\.code) == ["VATEX-EU-G"])
        #expect(try reasons(["A; 1; 1; 0; O"]).map(\.code) == ["VATEX-EU-O"])
        #expect(
            try reasons(["A; 1; 1; 0; E; reason=art. 261, 4, 4°", "B; 1; 1; 0; E"]).map(\.text)
                == ["art. 261, 4, 4°"])
        #expect(
            try reasons(["A; 1; 1; 0; AE; reason=own words", "B; 1; 1; 0; AE"]).map(\.text).count
                == 2)
    }

    @Test
    func `French books want the VAT in euros and the purchase order that the client asks for`()
        throws
    {
        let office = try Office(country: "FR")
        let client = try office.write {
            try Clients.add(
                $0, ClientInput(name: "A", fields: [.poRule: "required"]),
                at: Office.moment("2026-03-01"))
        }.client
        func gaps(_ details: [DraftField: String], _ currency: String) throws -> [Gap] {
            let content = DraftContent(
                currency: try Currency(currency), lines: [try line("A; 1; 1; 20")],
                details: details)
            let view = try office.write {
                try Invoices.new(
                    $0, client: try #require(RowID(client.id)), content, due: nil,
                    at: Office.moment("2026-03-01"))
            }
            do {
                try office.issue(try #require(RowID(view.id)))
                return []
            } catch BillingFailure.incomplete(let gaps) {
                return gaps
            }
        }
        #expect(try gaps([:], "USD").suffix(2) == [.exchange, .purchaseOrder])
        #expect(try !gaps([.exchange: "0.9"], "USD").contains(.exchange))
        #expect(try !gaps([.po: "1"], "EUR").contains(.purchaseOrder))
        #expect(try !gaps([:], "EUR").contains(.exchange))
    }

    /// 10 to 9 March is no period; one day is.
    @Test func `days of supply that end before they begin are refused, of the whole and of a line`()
        throws
    {
        let office = try Office()
        let (ninth, tenth) = (
            try #require(CivilDate(iso: "2026-03-09")), try #require(CivilDate(iso: "2026-03-10"))
        )
        let whole = DraftContent(
            currency: .eur, lines: [try line("A; 1; 100; 20")],
            details: [.periodFrom: "2026-03-10", .periodTo: "2026-03-09"])
        #expect(throws: BillingFailure.supplyBackwards(line: nil, from: tenth, to: ninth)) {
            try make(office, whole)
        }
        let second = DraftContent(
            currency: .eur,
            lines: [
                try line("A; 1; 100; 20; from=2026-03-10; to=2026-03-10"),
                try line("B; 1; 100; 20; from=2026-03-10; to=2026-03-09"),
            ])
        #expect(throws: BillingFailure.supplyBackwards(line: 2, from: tenth, to: ninth)) {
            try make(office, second)
        }
        let file =
            #"{"lines": [{"name": "A", "quantity": 1, "price": 1, "rate": 20, "#
            + #""periodFrom": "2026-03-10", "periodTo": "2026-03-09"}]}"#
        #expect(throws: BillingFailure.supplyBackwards(line: 1, from: tenth, to: ninth)) {
            try make(office, try DraftContent(file: Array(file.utf8), currency: .eur))
        }
    }

    @Test func `a period whose ends came from two devices is refused before it is issued`() throws {
        let office = try Office(devices: 2)
        let client = try office.client("Dupont")
        let draft = try office.draft(client)
        try office.fleet.settle()
        func edit(_ field: DraftField, _ date: String, on device: Int) throws {
            _ = try office.write(on: device) {
                try Invoices.edit($0, draft, InvoiceEdit(details: [field: date]))
            }
        }
        try edit(.periodFrom, "2026-03-10", on: 0)
        try edit(.periodTo, "2026-03-09", on: 1)
        try office.fleet.settle()
        let failure = BillingFailure.supplyBackwards(
            line: nil, from: try #require(CivilDate(iso: "2026-03-10")),
            to: try #require(CivilDate(iso: "2026-03-09")))
        #expect(throws: failure) { try office.issue(draft, date: "2026-03-12") }
        #expect(throws: failure) { try edit(.note, "2026", on: 0) }
        try edit(.periodTo, "2026-03-11", on: 0)
        #expect(try office.issue(draft, date: "2026-03-12").number == "F-0001")
    }
}
