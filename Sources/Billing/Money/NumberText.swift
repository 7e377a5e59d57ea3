/// How a typed number is read: an optional `-`, digits, and decimals behind a `.` or one `,`.
///
/// No grouping is understood, neither `1 200` nor `1.200,50`, because what one country reads as
/// thousands another reads as decimals. For the same reason a comma before exactly three digits
/// is refused: `1,200` is 1.2 to some and 1200 to others.
enum NumberText {
    /// The most digits before the decimals.
    static let wholeDigitsMax = 12

    /// A number as typed: the coefficient counts units of the last decimal.
    struct Scanned {
        let coefficient: Int64
        let scale: Int
    }

    /// Reads a number with at most so many decimals, 0 to 6.
    static func scan(
        _ text: String, as field: NumberField, decimals: Int
    ) throws(BillingFailure) -> Scanned {
        func failure(_ fault: NumberFault) -> BillingFailure {
            .number(field, text: text, fault)
        }
        let characters = Array(text)
        let negative = characters.first == "-"
        var index = negative ? 1 : 0
        guard index < characters.count else { throw failure(.empty) }
        var coefficient: Int64 = 0
        var whole = 0
        var scale = 0
        var separator: Character?
        while index < characters.count {
            let character = characters[index]
            if let digit = character.asciiDigit {
                guard separator == nil || scale < decimals else {
                    throw failure(excess(characters[index...], after: separator, scale, decimals))
                }
                if separator == nil { whole += 1 } else { scale += 1 }
                // Leading zeros count too: nobody types twelve of them.
                guard whole <= wholeDigitsMax else { throw failure(.tooLarge) }
                coefficient = coefficient * 10 + digit
            } else if character == "." || character == ",", separator == nil, whole > 0 {
                separator = character
            } else {
                throw failure(.notANumber(at: index))
            }
            index += 1
        }
        if separator != nil, scale == 0 { throw failure(.notANumber(at: characters.count - 1)) }
        if separator == ",", scale == 3 { throw failure(.ambiguousComma) }
        return Scanned(coefficient: negative ? -coefficient : coefficient, scale: scale)
    }

    /// Why digits beyond the allowed decimals are refused.
    private static func excess(
        _ rest: ArraySlice<Character>, after separator: Character?, _ scale: Int, _ allowed: Int
    ) -> NumberFault {
        if let stray = rest.firstIndex(where: { $0.asciiDigit == nil }) {
            return .notANumber(at: stray)
        }
        return separator == "," && scale + rest.count == 3
            ? .ambiguousComma : .tooManyDecimals(allowed: allowed)
    }
}

extension Character {
    /// The value of an ASCII digit; nil for any other character.
    var asciiDigit: Int64? {
        guard let ascii = asciiValue, (0x30...0x39).contains(ascii) else { return nil }
        return Int64(ascii - 0x30)
    }
}
