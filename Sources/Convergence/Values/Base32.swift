/// The lower-case base32 alphabet of RFC 4648, without padding: letters that survive a phone call.
package enum Base32 {
    /// The digit's value 0...31, or nil for any other byte.
    package static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x61...0x7a: digit - 0x61
        case 0x32...0x37: digit - 0x32 + 26
        default: nil
        }
    }

    /// The digit of a value; only its five low bits count.
    package static func digit(of value: UInt8) -> UInt8 {
        let value = value & 31
        return value < 26 ? 0x61 + value : 0x32 + value - 26
    }

    /// Writes bytes as digits; the last digit is filled with zero bits.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var output: [UInt8] = []
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            buffer = (buffer & 0xff) << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                output.append(digit(of: UInt8(truncatingIfNeeded: buffer >> bits)))
            }
        }
        if bits > 0 { output.append(digit(of: UInt8(truncatingIfNeeded: buffer << (5 - bits)))) }
        return String(decoding: output, as: UTF8.self)
    }

    /// Reads digits, upper or lower case; nil when a character is no digit or bits are left over.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        var output: [UInt8] = []
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for character in text.utf8 {
            let lower = (0x41...0x5a).contains(character) ? character + 0x20 : character
            guard let digit = value(of: lower) else { return nil }
            buffer = (buffer & 0xfff) << 5 | UInt32(digit)
            bits += 5
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        guard bits < 5, buffer & ((1 << bits) - 1) == 0 else { return nil }
        return output
    }
}
