import Convergence
import Crypto

/// The books' key on paper: four short lines that a person can type back.
///
/// Every line of the key carries its own check characters, so that a mistyped line is named.
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
            let digits = Base32.encode(part) + Self.check(part, line: line)
            let groups = stride(from: 0, to: digits.utf8.count, by: 5).map { offset in
                String(digits.dropFirst(offset).prefix(5))
            }
            return "\(line + 1)  " + groups.joined(separator: " ")
        }
    }

    /// Reads the four lines, in their order, from text that may hold anything else between them.
    ///
    /// Throws ``SealingFailure/invitation(_:)`` when a line is missing or mistyped.
    package init(text: String) throws(SealingFailure) {
        var secret: [UInt8] = []
        for line in text.split(whereSeparator: \.isNewline) where secret.count < 32 {
            let number = secret.count / Self.bytesPerLine
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.first == "\(number + 1)" else { continue }
            let digits = words.dropFirst().joined().lowercased()
            guard digits.utf8.count == 15, let part = Base32.decode(digits.dropLast(2)) else {
                throw .invitation(.cut)
            }
            guard Self.check(part, line: number) == digits.suffix(2) else {
                throw .invitation(.checksum)
            }
            secret += part
        }
        guard secret.count == 32 else { throw .invitation(.cut) }
        self.secret = secret
    }

    private static func check(_ part: [UInt8], line: Int) -> String {
        let hash = SHA256.hash(data: Array("jalon recovery 1\0".utf8) + [UInt8(line)] + part)
        return String(Base32.encode(hash.prefix(2)).prefix(2))
    }
}
