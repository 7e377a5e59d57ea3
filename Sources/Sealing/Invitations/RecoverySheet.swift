import Convergence

/// The books' key on paper: four short lines that a person can type back.
///
/// Every line carries two check digits of its own: one or two mistyped digits of a line, two that
/// changed places and lines in another order are always found.
package struct RecoverySheet: Hashable, Sendable {
    /// The books' secret.
    package let secret: [UInt8]

    private static let lineCount = 4
    private static let bytesPerLine = 8

    /// The sheet of a secret of 32 bytes.
    package init(secret: [UInt8]) { self.secret = secret }

    /// The four lines of the key: each its number, 13 digits of base32 and two check digits.
    package var lines: [String] {
        (0..<Self.lineCount).map { line in
            let start = line * Self.bytesPerLine
            let part = Array(secret[start..<min(start + Self.bytesPerLine, secret.count)])
            let data = Base32.encode(part)
            let digits = data + LineCheck.digits(of: data, line: line)
            let groups = stride(from: 0, to: digits.utf8.count, by: 5).map { offset in
                String(digits.dropFirst(offset).prefix(5))
            }
            return "\(line + 1)  " + groups.joined(separator: " ")
        }
    }

    /// Reads the four lines, in their order, from text that may hold anything else between them.
    ///
    /// Throws ``SealingFailure/sheet(line:_:)`` for the first line that is missing or mistyped.
    package init(text: String) throws(SealingFailure) {
        var secret: [UInt8] = []
        for line in text.split(whereSeparator: \.isNewline) where secret.count < 32 {
            let number = secret.count / Self.bytesPerLine
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.first == "\(number + 1)" else { continue }
            let digits = words.dropFirst().joined().asciiLowercased
            guard digits.utf8.allSatisfy({ Base32.value(of: $0) != nil }) else {
                throw .sheet(line: number + 1, .character)
            }
            guard digits.utf8.count == 15 else { throw .sheet(line: number + 1, .cut) }
            let data = digits.dropLast(2)
            guard LineCheck.digits(of: data, line: number) == digits.suffix(2),
                let part = Base32.decode(data)
            else { throw .sheet(line: number + 1, .checksum) }
            secret += part
        }
        guard secret.count == 32 else {
            throw .sheet(line: secret.count / Self.bytesPerLine + 1, .cut)
        }
        self.secret = secret
    }

    /// Whether a text has a line of a sheet, so that what is wrong with it is worth saying.
    package static func isBegun(in text: String) -> Bool {
        text.split(whereSeparator: \.isNewline).contains { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count > 1 && (1...lineCount).contains { words[0] == "\($0)" }
        }
    }
}

/// The two check digits of a line: a Reed-Solomon code over the 32 digits, with the line's number as
/// its first symbol. Its distance of 3 is what finds two wrong digits.
private enum LineCheck {
    static func digits(of data: some StringProtocol, line: Int) -> String {
        var symbols = [UInt8(line + 1)]
        symbols += data.utf8.map { Base32.value(of: $0) ?? 0 }
        // The remainder of the symbols, as a polynomial times x², by (x - 2)(x - 4).
        var (high, low): (UInt8, UInt8) = (0, 0)
        for symbol in symbols {
            let factor = symbol ^ high
            high = low ^ product(factor, 2 ^ 4)
            low = product(factor, product(2, 4))
        }
        return String(decoding: [Base32.digit(of: high), Base32.digit(of: low)], as: UTF8.self)
    }

    /// The product in the field of 32 elements, modulo x⁵ + x² + 1.
    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var (left, right, product) = (left, right, UInt8(0))
        while right > 0 {
            if right & 1 == 1 { product ^= left }
            left <<= 1
            if left & 32 != 0 { left ^= 0b100101 }
            right >>= 1
        }
        return product
    }
}
