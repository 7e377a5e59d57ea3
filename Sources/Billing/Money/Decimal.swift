/// An exact decimal number: a price, a quantity or a rate.
///
/// Kept without trailing zeros, so that equal numbers are equal values (25 = 25.0). Never binary
/// floating point.
package struct Decimal: Hashable, Sendable {
    /// The number times ten to the power of `scale`.
    package let coefficient: Int64
    /// The number of decimals, 0 to 6.
    package let scale: Int

    /// Zero.
    package static let zero = Decimal(coefficient: 0, scale: 0)
    /// One.
    package static let one = Decimal(coefficient: 1, scale: 0)
    /// The most decimals of any field.
    package static let scaleMax = 6

    /// Makes a number from a coefficient and its decimals (0 to 6).
    package init(coefficient: Int64, scale: Int) {
        precondition((0...Self.scaleMax).contains(scale))
        var coefficient = coefficient
        var scale = scale
        while scale > 0, coefficient.isMultiple(of: 10) {
            coefficient /= 10
            scale -= 1
        }
        self.coefficient = coefficient
        self.scale = scale
    }

    /// Reads a number as typed; the field gives the most decimals and the range.
    ///
    /// Twelve digits may stand before the decimals. A price may be negative, a quantity too; a
    /// price base is more than zero, a rate 0 to 100.
    package init(_ text: String, as field: NumberField) throws(BillingFailure) {
        let allowed =
            switch field {
            case .price: 6
            case .quantity, .priceBase: 4
            case .amount, .rate: 2
            case .units: 0
            }
        let scanned = try NumberText.scan(text, as: field, decimals: allowed)
        self.init(coefficient: scanned.coefficient, scale: scanned.scale)
        switch field {
        case .priceBase where coefficient == 0: throw .number(field, text: text, .zero)
        case .priceBase where coefficient < 0, .rate where coefficient < 0:
            throw .number(field, text: text, .negative)
        case .rate where self > Decimal(coefficient: 100, scale: 0):
            throw .number(field, text: text, .tooLarge)
        default: break
        }
    }

    /// The shortest text: `450`, `0.0088`, `-5.5`.
    package var text: String { text(atLeast: 0) }

    /// The text with at least so many decimals: a price of 450 in euros is `450.00`.
    package func text(atLeast decimals: Int) -> String {
        let shown = max(scale, decimals)
        let digits = String(coefficient.magnitude)
        let padded =
            String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
            + String(repeating: "0", count: shown - scale)
        let sign = coefficient < 0 ? "-" : ""
        guard shown > 0 else { return sign + padded }
        return sign + padded.dropLast(shown) + "." + padded.suffix(shown)
    }
}

extension Decimal: Comparable {
    package static func < (left: Decimal, right: Decimal) -> Bool {
        let scale = max(left.scale, right.scale)
        return Int128(left.coefficient) * Int128.powerOfTen(scale - left.scale)
            < Int128(right.coefficient) * Int128.powerOfTen(scale - right.scale)
    }
}
