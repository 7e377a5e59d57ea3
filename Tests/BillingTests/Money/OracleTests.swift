import Foundation
import Testing

@testable import Billing

/// A document that `tools/oracle/totals.py` made up, with the totals that it computed.
struct OracleCase: CustomTestStringConvertible {
    let index: Int
    let document: JSON
    let expected: JSON

    var testDescription: String { "document \(index)" }

    static let all: [OracleCase] = {
        do {
            guard
                let url = Bundle.module.url(
                    forResource: "oracle", withExtension: "ndjson", subdirectory: "Cases")
            else { return [] }
            return try Data(contentsOf: url).split(separator: 0x0a).enumerated().map {
                index, line in
                let json = try JSON(reading: Array(line))
                return OracleCase(
                    index: index, document: try #require(json["document"]),
                    expected: try #require(json["expected"]))
            }
        } catch {
            Issue.record("the cases cannot be read: \(error)")
            return []
        }
    }()
}

struct OracleTests {
    @Test func `there are documents of every kind`() {
        let texts = OracleCase.all.map(\.document.text)
        #expect(texts.count == 150)
        for word in [
            "percent", "priceBase", "prepaid", "exchange", "JPY", "KWD", "\"charge\":true",
        ] {
            #expect(texts.contains { $0.contains(word) }, "\(word)")
        }
    }

    @Test(arguments: OracleCase.all)
    func `totals are those of an independent program`(_ example: OracleCase) throws {
        let content = try DraftContent(file: Array(example.document.text.utf8), currency: .eur)
        let totals = try Totals(of: content)
        let currency = content.currency
        func text(_ key: String) -> String? { example.expected[key]?.string }
        #expect(
            example.expected["lineNets"]?.elements?.compactMap(\.string)
                == totals.lineNets.map(currency.text))
        #expect(text("lines") == currency.text(totals.lines))
        #expect(text("allowances") == currency.text(totals.allowances))
        #expect(text("charges") == currency.text(totals.charges))
        #expect(text("net") == currency.text(totals.net))
        #expect(text("vat") == currency.text(totals.vat))
        #expect(text("gross") == currency.text(totals.gross))
        #expect(text("due") == currency.text(totals.due))
        let groups = totals.groups.map {
            [$0.category.rawValue, $0.rate.text, currency.text($0.basis), currency.text($0.vat)]
        }
        let stated = (example.expected["groups"]?.elements ?? []).map {
            ($0.elements ?? []).compactMap(\.string)
        }
        #expect(Set(groups) == Set(stated))
        #expect(groups.count == stated.count)
        #expect(
            text("vatInEuros")
                == (try totals.vatInEuros(currency, content.details[.exchange]))
                .map(Currency.eur.text))
    }
}
