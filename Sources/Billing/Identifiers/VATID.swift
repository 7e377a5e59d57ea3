/// VAT ids by the rules of the countries that give them out.
///
/// The shapes and check digits are those that the European Commission publishes for VIES ("VAT
/// number construction rules", version 15), for the countries named here. Of other countries the
/// two letters and 2 to 13 letters and digits are all that is asked.
extension Identifiers {
    /// A VAT id: the country's two letters and what that country writes behind them. Blanks, dots
    /// and dashes do not count.
    package static func vatID(_ text: String) throws(BillingFailure) -> String {
        let kept = text.uppercased().filter { !$0.isWhitespace && $0 != "." && $0 != "-" }
        let rest = String(kept.dropFirst(2))
        guard kept.prefix(2).allSatisfy({ $0.isLatinOrDigit && $0.asciiDigit == nil }),
            (2...13).contains(rest.count), rest.allSatisfy(\.isLatinOrDigit)
        else { throw .identifier(.vatId, text: text, .shape) }
        switch VATRule.check(country: String(kept.prefix(2)), rest) {
        case .right: return kept
        case .shape: throw .identifier(.vatId, text: text, .shape)
        case .checkDigits: throw .identifier(.vatId, text: text, .checkDigits)
        }
    }
}

/// What a country asks of its VAT ids.
private enum VATRule {
    enum Verdict {
        case right, shape, checkDigits
    }

    static func check(country: String, _ rest: String) -> Verdict {
        switch country {
        case "FR": return french(rest)
        case "NL": return dutch(rest)
        case "ES": return spanish(rest)
        case "IE": return irish(rest)
        case "AT": return rest.hasPrefix("U") ? digits(rest.dropFirst(), 8, austrian) : .shape
        case "GB", "XI":
            return rest.count == 12 ? digits(rest, 12, british) : digits(rest, 9, british)
        case "RO": return Self.digits(rest, 2...10, romanian)
        default:
            guard let rule = rules[country] else { return .right }
            return digits(rest, rule.count, rule.holds)
        }
    }

    private static let rules: [String: (count: Int, holds: @Sendable ([Int]) -> Bool)] = [
        "BE": (10, { $0[0] < 2 && 97 - number($0.prefix(8)) % 97 == number($0.suffix(2)) }),
        "DE": (9, { $0[0] > 0 && hybrid11($0) }),
        "DK": (8, { weighed($0, [2, 7, 6, 5, 4, 3, 2, 1]).isMultiple(of: 11) }),
        "EE": (9, { weighed($0, [3, 7, 1, 3, 7, 1, 3, 7, 1]).isMultiple(of: 10) }),
        "EL": (9, { weighed($0, [256, 128, 64, 32, 16, 8, 4, 2]) % 11 % 10 == $0[8] }),
        "FI": (8, { weighed($0, [7, 9, 10, 5, 8, 4, 2, 1]).isMultiple(of: 11) }),
        "HR": (11, { hybrid11($0) }),
        "HU": (8, { weighed($0, [9, 7, 3, 1, 9, 7, 3, 1]).isMultiple(of: 10) }),
        "IT": (11, { Identifiers.luhnSum($0.map(String.init).joined()).isMultiple(of: 10) }),
        "LU": (8, { number($0.prefix(6)) % 89 == number($0.suffix(2)) }),
        "MT": (8, { 37 - weighed($0, [3, 4, 6, 7, 8, 9]) % 37 == number($0.suffix(2)) }),
        "PL": (10, { weighed($0, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == $0[9] }),
        "PT": (9, { complement11(weighed($0, [9, 8, 7, 6, 5, 4, 3, 2])) == $0[8] }),
        "SE": (
            12,
            {
                Identifiers.luhnSum($0.prefix(10).map(String.init).joined()).isMultiple(of: 10)
                    && (1...94).contains(number($0.suffix(2)))
            }
        ),
        "SI": (
            8,
            {
                $0[0] > 0
                    && 11 - weighed($0, [8, 7, 6, 5, 4, 3, 2]) % 11 == ($0[7] == 0 ? 10 : $0[7])
            }
        ),
        "SK": (10, { number($0[...]).isMultiple(of: 11) }),
    ]

    /// A key of two characters and a SIREN; a key of two digits is (12 + 3 × (SIREN mod 97)) mod 97.
    private static func french(_ rest: String) -> Verdict {
        guard rest.count == 11, let siren = Int(rest.dropFirst(2)),
            rest.dropFirst(2).allSatisfy({ $0.asciiDigit != nil })
        else { return .shape }
        guard (try? Identifiers.siren(String(rest.dropFirst(2)))) != nil else {
            return .checkDigits
        }
        // Keys with letters follow a rule that is not published: they are taken as they are.
        guard let key = Int(rest.prefix(2)) else { return .right }
        return key == (12 + 3 * (siren % 97)) % 97 ? .right : .checkDigits
    }

    /// Nine digits, B, two digits: the nine by modulo 11, or since 2020 the whole by modulo 97.
    private static func dutch(_ rest: String) -> Verdict {
        let parts = rest.split(separator: "B", omittingEmptySubsequences: false)
        guard parts.count == 2, let first = numerals(parts[0]), first.count == 9,
            let second = numerals(parts[1]), second.count == 2
        else { return .shape }
        let old = weighed(first, [9, 8, 7, 6, 5, 4, 3, 2]) % 11 == first[8]
        return old || Identifiers.remainder97("NL" + rest) == 1 ? .right : .checkDigits
    }

    /// Eight digits and their letter for a Spaniard; a letter and seven digits, and one more of
    /// either, for all others.
    private static func spanish(_ rest: String) -> Verdict {
        guard rest.count == 9, numerals(rest.dropFirst().dropLast()) != nil else { return .shape }
        guard numerals(rest.prefix(1)) != nil else { return .right }
        let letters = Array("TRWAGMYFPDXBNJZSQVHLCKE")
        guard let value = Int(rest.dropLast()) else { return .shape }
        return letters[value % 23] == rest.last ? .right : .checkDigits
    }

    /// Seven digits, their letter, and since 2013 perhaps one more that counts nine times.
    private static func irish(_ rest: String) -> Verdict {
        guard let first = numerals(rest.prefix(7)), first.count == 7, (8...9).contains(rest.count)
        else { return numerals(rest.prefix(1)) != nil && rest.count == 8 ? .right : .shape }
        let letters = Array("WABCDEFGHIJKLMNOPQRSTUV")
        let check = rest[rest.index(rest.startIndex, offsetBy: 7)]
        let more = rest.count == 9 ? rest.last.flatMap { letters.firstIndex(of: $0) } ?? 0 : 0
        let sum = weighed(first, [8, 7, 6, 5, 4, 3, 2]) + 9 * more
        return letters[sum % 23] == check ? .right : .checkDigits
    }

    private static func austrian(_ digits: [Int]) -> Bool {
        let sum = digits.prefix(7).enumerated().reduce(0) { sum, entry in
            let doubled = entry.element * 2
            return sum
                + (entry.offset.isMultiple(of: 2)
                    ? entry.element : doubled > 9 ? doubled - 9 : doubled)
        }
        return (10 - (sum + 4) % 10) % 10 == digits[7]
    }

    private static func british(_ digits: [Int]) -> Bool {
        let sum = weighed(digits, [8, 7, 6, 5, 4, 3, 2]) + number(digits[7...8])
        return sum.isMultiple(of: 97) || (sum + 55).isMultiple(of: 97)
    }

    private static func romanian(_ digits: [Int]) -> Bool {
        let weights = [7, 5, 3, 2, 1, 7, 5, 3, 2].suffix(digits.count - 1)
        return weighed(digits, Array(weights)) * 10 % 11 % 10 == digits[digits.count - 1]
    }

    /// ISO/IEC 7064, MOD 11,10.
    private static func hybrid11(_ digits: [Int]) -> Bool {
        var product = 10
        for digit in digits.dropLast() {
            let sum = (digit + product) % 10
            product = (sum == 0 ? 10 : sum) * 2 % 11
        }
        return (11 - product) % 10 == digits[digits.count - 1]
    }

    private static func complement11(_ sum: Int) -> Int {
        let digit = 11 - sum % 11
        return digit > 9 ? 0 : digit
    }

    private static func weighed(_ digits: [Int], _ weights: [Int]) -> Int {
        zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
    }

    private static func number(_ digits: ArraySlice<Int>) -> Int {
        digits.reduce(0) { $0 * 10 + $1 }
    }

    private static func numerals(_ text: some StringProtocol) -> [Int]? {
        let digits = text.compactMap { $0.asciiDigit.map { Int($0) } }
        return digits.count == text.count ? digits : nil
    }

    private static func digits(
        _ text: some StringProtocol, _ count: Int, _ holds: ([Int]) -> Bool
    ) -> Verdict {
        digits(text, count...count, holds)
    }

    private static func digits(
        _ text: some StringProtocol, _ counts: ClosedRange<Int>, _ holds: ([Int]) -> Bool
    ) -> Verdict {
        guard let digits = numerals(text), counts.contains(digits.count) else { return .shape }
        return holds(digits) ? .right : .checkDigits
    }
}
