import Testing

@testable import Billing

struct NumberTests {
    @Test(
        arguments: [
            ("450.00", 45_000), ("0", 0), ("0.5", 50), ("12,5", 1250), ("-3.20", -320),
            ("007", 700),
            ("100000000000.00", 10_000_000_000_000),
        ] as [(String, Int64)])
    func `amounts are read into cents`(text: String, minor: Int64) throws {
        #expect(try Currency.eur.minor(text) == minor)
    }

    @Test(
        arguments: [
            ("", .empty), ("-", .empty), ("12.345", .tooManyDecimals(allowed: 2)),
            ("12,3456", .tooManyDecimals(allowed: 2)),
            ("1,200", .ambiguousComma), ("1 200", .notANumber(at: 1)),
            ("1.2.3", .notANumber(at: 3)), ("1.200,50", .notANumber(at: 5)),
            ("12€", .notANumber(at: 2)), ("+5", .notANumber(at: 0)), (".5", .notANumber(at: 0)),
            ("5.", .notANumber(at: 1)),
            ("1e3", .notANumber(at: 1)), ("٣", .notANumber(at: 0)), ("nan", .notANumber(at: 0)),
            ("--1", .notANumber(at: 1)),
            ("100000000000.01", .tooLarge), ("9999999999999999999999", .tooLarge),
        ] as [(String, NumberFault)])
    func `what is no amount is refused with what is wrong`(text: String, fault: NumberFault) {
        #expect(throws: BillingFailure.number(.amount, text: text, fault)) {
            try Currency.eur.minor(text)
        }
    }

    @Test func `amounts are written with all decimals of the currency`() throws {
        #expect(Currency.eur.text(-5) == "-0.05")
        #expect(Currency.eur.text(123_456) == "1234.56")
        #expect(Currency.eur.text(.min) == "-92233720368547758.08")
        #expect(try Currency("jpy").text(1200) == "1200")
        #expect(try Currency("KWD").text(1200) == "1.200")
        #expect(try Currency("JPY").minor("12") == 12)
        #expect(throws: BillingFailure.number(.amount, text: "12.5", .tooManyDecimals(allowed: 0)))
        {
            try Currency("JPY").minor("12.5")
        }
    }

    @Test(arguments: ["USD", "GBP", "CHF", "DKK", "SEK", "NOK", "PLN", "CAD", "AUD"])
    func `the common currencies are known`(code: String) throws {
        #expect(try Currency(code).decimals == 2)
    }

    @Test(arguments: ["", "EU", "XXX", "EURO", "€"])
    func `an unknown currency is refused`(code: String) {
        #expect(throws: BillingFailure.currency(text: code)) { try Currency(code) }
    }

    @Test func `decimals compare as numbers and write themselves shortest`() throws {
        #expect(try Decimal("25.0", as: .rate) == Decimal("25", as: .rate))
        #expect(try Decimal("0.00880", as: .price).text == "0.0088")
        #expect(try Decimal("-0.5", as: .quantity).text == "-0.5")
        #expect(try Decimal("450", as: .price).text(atLeast: 2) == "450.00")
        #expect(try Decimal("0.1212", as: .price).text(atLeast: 2) == "0.1212")
        #expect(try Decimal("5.5", as: .rate) < Decimal("20", as: .rate))
    }

    @Test func `each field has its own decimals and range`() throws {
        #expect(
            throws: BillingFailure.number(.price, text: "1.0000001", .tooManyDecimals(allowed: 6))
        ) {
            try Decimal("1.0000001", as: .price)
        }
        #expect(
            throws: BillingFailure.number(.quantity, text: "1.00001", .tooManyDecimals(allowed: 4))
        ) {
            try Decimal("1.00001", as: .quantity)
        }
        #expect(throws: BillingFailure.number(.rate, text: "100.01", .tooLarge)) {
            try Decimal("100.01", as: .rate)
        }
        #expect(throws: BillingFailure.number(.rate, text: "-1", .negative)) {
            try Decimal("-1", as: .rate)
        }
        #expect(throws: BillingFailure.number(.priceBase, text: "0.0", .zero)) {
            try Decimal("0.0", as: .priceBase)
        }
    }

    @Test(arguments: [21, 22] as [UInt64])
    func `what is written is read back`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2000 {
            let minor = Int64.random(in: -Currency.minorMax...Currency.minorMax, using: &random)
            #expect(try Currency.eur.minor(Currency.eur.text(minor)) == minor)
            let decimal = Decimal(
                coefficient: .random(in: -999_999_999...999_999_999, using: &random),
                scale: .random(in: 0...6, using: &random))
            #expect(try Decimal(decimal.text, as: .price) == decimal)
        }
    }

    @Test func `parts sum to the whole and the last takes the rest`() throws {
        #expect(try Splitting.split(10_001, shares: [30, 30, 40]) == [3000, 3000, 4001])
        #expect(try Splitting.split(10_000, parts: 6) == [1666, 1666, 1666, 1666, 1666, 1670])
        #expect(try Splitting.split(-10_000, parts: 3) == [-3333, -3333, -3334])
        #expect(try Splitting.split(2, parts: 3) == [0, 0, 2])
        #expect(throws: BillingFailure.shares) { try Splitting.split(1, shares: []) }
        #expect(throws: BillingFailure.shares) { try Splitting.split(1, shares: [1, 0]) }
        var random = SeededGenerator(seed: 31)
        for _ in 0..<1000 {
            let whole = Int64.random(in: -Currency.minorMax...Currency.minorMax, using: &random)
            let shares = (0..<Int.random(in: 1...12, using: &random)).map { _ in
                Int64.random(in: 1...100, using: &random)
            }
            #expect(try Splitting.split(whole, shares: shares).reduce(0, +) == whole, "seed 31")
        }
    }
}
