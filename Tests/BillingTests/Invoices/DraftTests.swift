import Convergence
import Replication
import Testing

@testable import Billing

struct DraftTests {
    @Test func `a line is typed with semicolons`() throws {
        let line = try DraftContent.Line(syntax: "Design; 3; 450.00; 20")
        #expect(line.name == "Design")
        #expect(line.quantity == Decimal(coefficient: 3, scale: 0))
        #expect(line.price.text(atLeast: 2) == "450.00")
        #expect(line.category == .standard)
        #expect(try DraftContent.Line(syntax: "Book;1;20;0").category == .zero)
        #expect(try DraftContent.Line(syntax: "Course; 1; 20; 0; e").category == .exempt)
        #expect(try DraftContent.Line(syntax: "Tea; 1; 2,50; 5.5%").rate.text == "5.5")
    }

    @Test(
        arguments: [
            ("Design; 3; 450.00", .line(text: "Design; 3; 450.00", .parts(3))),
            ("a;1;2;20;S;x", .line(text: "a;1;2;20;S;x", .parts(6))),
            ("; 1; 2; 20", .text(.name, .empty)),
            ("a; x; 2; 20", .number(.quantity, text: "x", .notANumber(at: 0))),
            (
                "a; 1; 2.1234567; 20",
                .number(.price, text: "2.1234567", .tooManyDecimals(allowed: 6))
            ),
            ("a; 1; 2; 20; Q", .category(text: "Q")),
            (
                "a; 1; 2; 20; E",
                .rateWithoutVAT(category: .exempt, rate: Decimal(coefficient: 20, scale: 0))
            ),
            ("a\u{0}b; 1; 2; 20", .text(.name, .controlCharacter(at: 1))),
        ] as [(String, BillingFailure)])
    func `a wrong line says what is wrong`(text: String, failure: BillingFailure) {
        #expect(throws: failure) { try DraftContent.Line(syntax: text) }
    }

    private func read(_ text: String) throws -> DraftContent {
        try DraftContent(file: Array(text.utf8), currency: .eur)
    }

    @Test func `a draft file is read digit by digit`() throws {
        let content = try read(
            #"{"currency":"SEK","lines":[{"name":"A \"b\" \u00e9","quantity":1.5,"unit":null,"price":"0.1","priceBase":"12","#
                + #""adjustments":[{"charge":true,"amount":"1.00","reason":"x"}],"rate":25,"net":"ignored"}],"#
                + #""adjustments":[{"charge":false,"amount":2}],"prepaid":"3.50","rounding":-0.01}"#
        )
        #expect(content.currency.code == "SEK")
        #expect(content.lines[0].name == "A \"b\" é")
        #expect(content.lines[0].quantity == Decimal(coefficient: 15, scale: 1))
        #expect(
            content.lines[0].adjustments == [
                DraftContent.LineAdjustment(charge: true, amount: 100, reason: "x")
            ])
        #expect(content.adjustments[0].rate == Decimal(coefficient: 25, scale: 0))
        #expect(content.prepaid == 350)
        #expect(content.rounding == -1)
    }

    @Test(
        arguments: [
            ("", .syntax(at: 0)), ("{", .syntax(at: 1)), ("{} x", .syntax(at: 3)),
            (#"{"lines":[1e]}"#, .syntax(at: 12)),
            ("[]", .wrongType(path: "the file", expected: "an object")),
            (#"{"line":[]}"#, .unknownKey(path: "line")),
            (#"{"lines":[{"nmae":"x"}]}"#, .unknownKey(path: "lines[0].nmae")),
            (#"{"prepaid":1,"prepaid":2}"#, .twice(path: "prepaid")),
            (#"{"lines":[{"name":"x","quantity":1,"price":1}]}"#, .missing(path: "lines[0].rate")),
            (#"{"lines":{}}"#, .wrongType(path: "lines", expected: "an array")),
            (
                #"{"prepaid":"1.005"}"#,
                .value(
                    path: "prepaid", .number(.amount, text: "1.005", .tooManyDecimals(allowed: 2)))
            ),
            (#"{"currency":"XXX"}"#, .value(path: "currency", .currency(text: "XXX"))),
            (
                #"{"adjustments":[{"charge":true,"amount":1}]}"#,
                .missing(path: "adjustments[0].rate")
            ),
        ] as [(String, DraftFault)])
    func `a wrong draft file is refused with the place`(text: String, fault: DraftFault) {
        #expect(throws: BillingFailure.draftFile(fault)) { try read(text) }
    }

    @Test func `an adjustment of a line keeps to the line's VAT`() {
        #expect(
            throws: BillingFailure.draftFile(.differsFromLine(path: "lines[0].adjustments[0].rate"))
        ) {
            try read(
                #"{"lines":[{"name":"x","quantity":1,"price":1,"rate":20,"adjustments":[{"charge":true,"amount":1,"rate":10}]}]}"#
            )
        }
    }

    @Test func `a draft goes by a word of its client's name, whatever was issued for that client`()
        throws
    {
        let office = try Office()
        let client = try office.client("Maison Blum")
        for _ in 1...2 { try office.issue(try office.draft(client)) }
        func draft(_ text: String) throws -> InvoiceRef {
            try office.read { try Lookup.draft($0, text, for: .writing) }
        }
        let only = try office.draft(client)
        for text in ["Blum", "blu", "maison blum", "Mais", only.text] {
            #expect(try draft(text) == InvoiceRef(invoice: only, document: nil), "\(text)")
        }
        // One letter says too little, and the part of a word is no word.
        for text in ["b", "lum"] {
            #expect(throws: BillingFailure.self, "\(text)") { try draft(text) }
        }
        #expect(try draft("F-0001").document != nil)
        _ = try office.draft(client)
        #expect(throws: BillingFailure.self) { try draft("Blum") }
    }

    @Test func `an invoice goes by a word of its client's name as long as that says enough`() throws
    {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Maison Blum")))
        try office.issue(try office.draft(try office.client("Atelier Blume Sud")))
        func number(_ text: String) throws -> String? {
            let ref = try office.read { try Lookup.invoice($0, text, for: .writing) }
            return try office.read {
                try Invoices.show($0, ref, asOf: try #require(CivilDate(iso: "2026-03-10"))).number
            }
        }
        #expect(try number("Maison") == "F-0001")
        #expect(try number("sud") == "F-0002")
        #expect(throws: BillingFailure.self) { try number("Blum") }
    }
}
