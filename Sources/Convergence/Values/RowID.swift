/// The identity of a row for life: a kind and 120 bits, written as 25 characters.
///
/// The first character is the kind, the other 24 are lower-case base32 (RFC 4648 alphabet, without
/// padding). The kind is part of the identity, so that every program merges a frozen row as one,
/// whether it knows the table or not.
package struct RowID: Hashable, Sendable {
    /// How a row came to its id.
    package enum Kind: UInt8, Sendable {
        /// 120 random bits.
        case random = 0x72  // r
        /// Derived from keys, so that two devices that make the same row make one.
        case derived = 0x64  // d
        /// Derived from the content and its writer: the row takes its values from that put alone.
        case frozen = 0x66  // f
    }

    /// The kind, given by the first character.
    package let kind: Kind
    private let high: UInt64
    private let low: UInt64

    /// The number of bytes behind the kind.
    package static let byteCount = 15
    /// The number of characters of the written form.
    package static let textLength = 25

    /// Makes an id of 15 bytes; nil for any other count.
    package init?(_ kind: Kind, bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.kind = kind
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (position, byte) in bytes.enumerated() {
            if position < 8 {
                high = high << 8 | UInt64(byte)
            } else {
                low = low << 8 | UInt64(byte)
            }
        }
        self.high = high
        self.low = low
    }

    /// Reads the written form; nil unless it is exactly one.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(ascii: bytes, from: 0, to: bytes.count)
    }

    /// Reads the written form from a part of a line; nil unless it is exactly one.
    package init?(ascii bytes: [UInt8], from start: Int, to end: Int) {
        guard end - start == Self.textLength, end <= bytes.count,
            let kind = Kind(rawValue: bytes[start])
        else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for position in 0..<24 {
            guard let digit = Base32.value(of: bytes[start + 1 + position]) else { return nil }
            // 24 digits of 5 bits: the first twelve and a bit fill `high`, carried through `low`.
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
        }
        // 120 bits lie in (high: 56, low: 64); store them as 64 and 56.
        self.kind = kind
        self.high = high << 8 | low >> 56
        self.low = low & 0x00ff_ffff_ffff_ffff
    }

    /// The 15 bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount + 1)
        bytes.append(bigEndian: high)
        bytes.append(bigEndian: low << 8)
        bytes.removeLast()
        return bytes
    }

    /// Appends the written form.
    package func append(to output: inout [UInt8]) {
        output.append(kind.rawValue)
        // The first twelve digits are the upper 60 of the 64 high bits, the others what is left.
        Self.append(high >> 4, to: &output)
        Self.append((high & 15) << 56 | low, to: &output)
    }

    /// Appends twelve digits for the lower 60 bits.
    private static func append(_ bits: UInt64, to output: inout [UInt8]) {
        withUnsafeTemporaryAllocation(byteCount: 12, alignment: 1) { digits in
            for position in 0..<12 {
                let value = UInt8(truncatingIfNeeded: bits >> UInt64(55 - position * 5))
                digits[position] = Base32.digit(of: value)
            }
            output.append(contentsOf: digits)
        }
    }

    /// The written form: 25 ASCII characters.
    package var text: String {
        var output: [UInt8] = []
        output.reserveCapacity(Self.textLength)
        append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

extension RowID: Comparable {
    package static func < (left: RowID, right: RowID) -> Bool {
        (left.kind.rawValue, left.high, left.low) < (right.kind.rawValue, right.high, right.low)
    }
}

extension RowID: CustomStringConvertible {
    package var description: String { text }
}
