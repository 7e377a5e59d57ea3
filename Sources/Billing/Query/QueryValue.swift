/// A value that lists filter, sort and group by.
package enum QueryValue: Hashable, Sendable {
    case none
    case text(String)
    case number(Int64)
    /// Minor units and their decimals, so that amounts of several currencies compare as numbers.
    case amount(Int64, decimals: Int)
    case date(CivilDate)

    /// The text, or none.
    package init(_ text: String?) { self = text.map(QueryValue.text) ?? .none }

    /// The date, or none.
    package init(_ date: CivilDate?) { self = date.map(QueryValue.date) ?? .none }

    /// The month of the date, as in 2026-03, or none.
    package init(monthOf date: CivilDate?) {
        self = date.map { .text(String($0.iso.prefix(7))) } ?? .none
    }

    /// An amount of a currency, or none.
    package init(_ minor: Int64?, in currency: Currency) {
        self = minor.map { .amount($0, decimals: currency.decimals) } ?? .none
    }

    /// As it stands in a file of rows: numbers and dates without words, nothing for none.
    package var text: String {
        switch self {
        case .none: ""
        case .text(let text): text
        case .number(let number): String(number)
        case .amount(let minor, let decimals): Self.decimal(minor, decimals)
        case .date(let date): date.iso
        }
    }

    /// What a group is called.
    var words: String { self == .none ? "none" : text }

    private static func decimal(_ minor: Int64, _ decimals: Int) -> String {
        let digits = String(minor.magnitude)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = minor < 0 ? "-" : ""
        guard decimals > 0 else { return sign + padded }
        return sign + padded.dropLast(decimals) + "." + padded.suffix(decimals)
    }
}

/// A value made ready to be compared, once for many comparisons.
enum QueryKey {
    case none
    case text(String)
    case number(Int128)
    case date(CivilDate)

    init(_ value: QueryValue) {
        switch value {
        case .none: self = .none
        case .text(let text): self = .text(Self.ordered(text))
        case .number(let number): self = .number(Int128(number) * Self.unit)
        case .amount(let minor, let decimals):
            self = .number(Int128(minor) * Int128.powerOfTen(Decimal.scaleMax - decimals))
        case .date(let date): self = .date(date)
        }
    }

    private static let unit = Int128.powerOfTen(Decimal.scaleMax)

    /// Small letters, with every number in as many digits, so that F-9 stands before F-10.
    private static func ordered(_ text: String) -> String {
        let folded = Matcher.folded(text)
        guard folded.utf8.contains(where: { (48...57).contains($0) }) else { return folded }
        var result = ""
        var digits = ""
        func flush() {
            guard !digits.isEmpty else { return }
            let value = digits.drop { $0 == "0" }
            result += String(repeating: "0", count: max(0, numberWidth - value.count)) + value
            digits = ""
        }
        for character in folded {
            if character.asciiDigit != nil {
                digits.append(character)
            } else {
                flush()
                result.append(character)
            }
        }
        flush()
        return result
    }

    private static let numberWidth = 20

    /// The order of lists: what is not there comes last.
    static func isLess(_ left: QueryKey, _ right: QueryKey) -> Bool {
        switch (left, right) {
        case (.none, _): false
        case (_, .none): true
        case (.text(let left), .text(let right)): left < right
        case (.number(let left), .number(let right)): left < right
        case (.date(let left), .date(let right)): left < right
        default: false
        }
    }

    var isNone: Bool {
        if case .none = self { true } else { false }
    }
}
