import Testing

@testable import Billing

struct AnyTextTests {
    /// Pieces that the readers know, and some that they do not.
    private static let pieces = [
        "today", "in ", "3 ", "weeks", " ago", "last ", "fri", "15", "th", "dec", "+", "-", "30",
        "d", "m", "2026-", "02-", "31", "/", ".", ",",
        ";", "eom", "net", "99999", "{", "}", "[", "]", "\"", ":", "lines", "name", "null", "1e9",
        "\\u00", "é", "\u{0}", "٣", "👩‍💻", " ", "\n", "S", "%",
    ]

    @Test(arguments: [41, 42, 43] as [UInt64])
    func `any text is understood or refused`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let today = try #require(CivilDate(iso: "2026-11-21"))
        for _ in 0..<3000 {
            let text = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                Self.pieces.randomElement(using: &random) ?? ""
            }.joined()
            if let understood = try? DateExpression(text, today: today) {
                #expect(
                    CivilDate(iso: understood.date.iso) == understood.date, "seed \(seed): \(text)")
            }
            if let terms = try? Terms(text) {
                #expect(try Terms(terms.text) == terms, "seed \(seed): \(text)")
            }
            if let minor = try? Currency.eur.minor(text) {
                #expect(try Currency.eur.minor(Currency.eur.text(minor)) == minor)
            }
            if let price = try? Decimal(text, as: .price) {
                #expect(try Decimal(price.text, as: .price) == price)
            }
            _ = try? DraftContent.Line(syntax: text)
            _ = try? DraftContent(file: Array(text.utf8), currency: .eur)
            if let json = try? JSON(reading: Array(text.utf8)) {
                #expect(try JSON(reading: Array(json.text.utf8)) == json)
            }
            _ = try? Identifiers.email(text)
            _ = try? Identifiers.vatID(text)
            _ = Matcher.distance(text, "Dupont", limit: 3)
        }
    }

    @Test func `distances count swaps as one`() {
        #expect(Matcher.distance("dupnot", "dupont", limit: 3) == 1)
        #expect(Matcher.distance("", "abc", limit: 3) == 3)
        #expect(Matcher.distance("abc", "abc", limit: 0) == 0)
        #expect(Matcher.distance("kitten", "sitting", limit: 3) == 3)
        #expect(Matcher.distance("a", "abcdefgh", limit: 3) == 4)
    }
}
