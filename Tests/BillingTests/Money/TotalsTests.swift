import Foundation
import Testing

@testable import Billing

/// A public invoice: what it says, and the totals that it states.
struct TotalsCase: CustomTestStringConvertible {
    let name: String
    let content: DraftContent
    let expected: JSON

    var testDescription: String { name }

    static let all: [TotalsCase] = {
        do {
            guard
                let url = Bundle.module.url(
                    forResource: "totals", withExtension: "ndjson", subdirectory: "Cases")
            else { return [] }
            return try Data(contentsOf: url).split(separator: 0x0a).map { line in
                let json = try JSON(reading: Array(line))
                return try TotalsCase(json)
            }
        } catch {
            Issue.record("the cases cannot be read: \(error)")
            return []
        }
    }()

    init(_ json: JSON) throws {
        guard case .string(let name)? = json["name"], let expected = json["expected"] else {
            throw JSON.Fault(at: 0)
        }
        var members: [JSON.Member] = []
        for key in ["currency", "lines", "adjustments"] {
            members.append(JSON.Member(key, try #require(json[key])))
        }
        for key in ["prepaid", "rounding"] {
            members.append(JSON.Member(key, try #require(expected[key])))
        }
        self.name = name
        self.expected = expected
        content = try DraftContent(file: Array(JSON.object(members).text.utf8), currency: .eur)
    }

    func minor(_ key: String, in object: JSON? = nil) throws -> Int64 {
        guard case .string(let text)? = (object ?? expected)[key] else { throw JSON.Fault(at: 0) }
        return try content.currency.minor(text)
    }
}

struct TotalsTests {
    @Test(arguments: TotalsCase.all)
    func `public invoices come out to the cent`(_ example: TotalsCase) throws {
        let totals = try Totals(of: example.content)
        #expect(try totals.lines == example.minor("lines"))
        #expect(try totals.allowances == example.minor("allowances"))
        #expect(try totals.charges == example.minor("charges"))
        #expect(try totals.net == example.minor("net"))
        #expect(try totals.vat == example.minor("vat"))
        #expect(try totals.gross == example.minor("gross"))
        #expect(try totals.prepaid == example.minor("prepaid"))
        #expect(try totals.rounding == example.minor("rounding"))
        #expect(try totals.due == example.minor("due"))
        guard case .array(let groups)? = example.expected["groups"] else {
            Issue.record("no groups")
            return
        }
        let stated = try Set(
            groups.map { group in
                guard case .string(let category)? = group["category"],
                    case .string(let rate)? = group["rate"]
                else { throw JSON.Fault(at: 0) }
                return VATGroup(
                    category: try VATCategory(category), rate: try Decimal(rate, as: .rate),
                    basis: try example.minor("basis", in: group),
                    vat: try example.minor("vat", in: group))
            })
        #expect(Set(totals.groups) == stated)
        #expect(totals.groups.count == stated.count)
    }

    @Test func `all the public invoices are there`() {
        #expect(TotalsCase.all.count == 19)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `groups sum to the net, and turn with the sign`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let content = DraftContent.random(using: &random)
            let totals = try Totals(of: content)
            #expect(totals.groups.reduce(0) { $0 + $1.basis } == totals.net, "seed \(seed)")
            #expect(totals.groups.reduce(0) { $0 + $1.vat } == totals.vat, "seed \(seed)")
            #expect(totals.lineNets.reduce(0, +) == totals.lines)
            #expect(totals.due == totals.gross - totals.prepaid + totals.rounding)

            let opposite = try Totals(of: content.negated)
            #expect(opposite.due == -totals.due, "seed \(seed)")
            #expect(opposite.vat == -totals.vat, "seed \(seed)")
            #expect(opposite.lineNets == totals.lineNets.map { -$0 })
        }
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `the order of the lines does not matter`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            var content = DraftContent.random(using: &random)
            let totals = try Totals(of: content)
            content.lines.shuffle(using: &random)
            content.adjustments.shuffle(using: &random)
            let shuffled = try Totals(of: content)
            #expect(shuffled.groups == totals.groups, "seed \(seed)")
            #expect(shuffled.due == totals.due, "seed \(seed)")
        }
    }

    @Test func `rates are compared as numbers`() throws {
        let content = DraftContent(
            currency: .eur,
            lines: [
                try DraftContent.Line(syntax: "a; 1; 10; 25"),
                try DraftContent.Line(syntax: "b; 1; 10; 25.0"),
            ])
        #expect(try Totals(of: content).groups.count == 1)
    }

    @Test func `VAT is computed on the group and not on its lines`() throws {
        // Three times 0.03 × 20 % is 0.01 each when rounded by line, 0.02 by group.
        let line = try DraftContent.Line(syntax: "a; 1; 0.03; 20")
        let totals = try Totals(of: DraftContent(currency: .eur, lines: [line, line, line]))
        #expect(totals.vat == 2)
    }

    @Test func `a half rounds away from zero on both sides`() throws {
        let plus = try DraftContent.Line(syntax: "a; 1; 0.005; 0")
        let minus = try DraftContent.Line(syntax: "a; -1; 0.005; 0")
        #expect(try Totals(of: DraftContent(currency: .eur, lines: [plus])).due == 1)
        #expect(try Totals(of: DraftContent(currency: .eur, lines: [minus])).due == -1)
    }

    @Test func `amounts are rounded to the currency's decimals`() throws {
        let line = try DraftContent.Line(syntax: "a; 3; 33.5; 10")
        let yen = try Totals(of: DraftContent(currency: try Currency("JPY"), lines: [line]))
        #expect(yen.net == 101)
        #expect(yen.vat == 10)
        let dinar = try Totals(of: DraftContent(currency: try Currency("KWD"), lines: [line]))
        #expect(dinar.net == 100_500)
    }

    @Test func `an amount beyond the limit is refused and never traps`() throws {
        let huge = try DraftContent.Line(syntax: "a; 999999999999; 999999999999; 20")
        #expect(throws: BillingFailure.amountTooLarge) {
            try Totals(of: DraftContent(currency: .eur, lines: [huge]))
        }
        let worst = DraftContent.Line(
            name: "a", quantity: Decimal(coefficient: .max, scale: 0),
            price: Decimal(coefficient: .min, scale: 0),
            priceBase: Decimal(coefficient: 1, scale: 4), category: .standard, rate: .one)
        #expect(throws: BillingFailure.amountTooLarge) {
            try Totals(of: DraftContent(currency: .eur, lines: [worst]))
        }
    }
}
