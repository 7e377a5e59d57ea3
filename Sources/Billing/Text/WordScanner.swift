/// Reads words, numbers and signs of a short text; offsets count characters.
struct WordScanner {
    /// A number without a sign.
    struct Number {
        let value: Int
        let digits: Int
    }

    private let characters: [Character]
    /// The character that comes next.
    var offset = 0

    init(_ text: String) {
        characters = Array(text)
    }

    var isAtEnd: Bool { offset == characters.count }
    var isAtSign: Bool { isAt("+") || isAt("-") }
    var isAtDigit: Bool { !isAtEnd && characters[offset].asciiDigit != nil }

    func isAt(_ character: Character) -> Bool {
        !isAtEnd && characters[offset] == character
    }

    mutating func skipBlanks() {
        while !isAtEnd, characters[offset].isWhitespace { offset += 1 }
    }

    /// The digits that come next, if there are any; no more than six.
    mutating func number() -> Number? {
        var value = 0
        var digits = 0
        while !isAtEnd, digits < 6, let digit = characters[offset].asciiDigit {
            value = value * 10 + Int(digit)
            digits += 1
            offset += 1
        }
        return digits > 0 ? Number(value: value, digits: digits) : nil
    }

    /// The ASCII letters that come next, in small letters.
    mutating func word() -> String {
        var word = ""
        while !isAtEnd, characters[offset].isASCII, characters[offset].isLetter {
            word += characters[offset].lowercased()
            offset += 1
        }
        return word
    }

    /// Whether `st`, `nd`, `rd` or `th` comes next, which is then taken.
    mutating func ordinal() -> Bool {
        let start = offset
        if ["st", "nd", "rd", "th"].contains(word()) { return true }
        offset = start
        return false
    }
}
