/// The URL-safe base64 of RFC 4648, section 5, without padding: binary values on JSON lines.
package enum Base64URL {
    /// Appends the digits of `bytes`.
    package static func encode(_ bytes: [UInt8], to output: inout [UInt8]) {
        output.reserveCapacity(output.count + (bytes.count * 4 + 2) / 3)
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            buffer = (buffer & 0x3f) << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                output.append(digits[Int(buffer >> bits & 63)])
            }
        }
        if bits > 0 { output.append(digits[Int(buffer << (6 - bits) & 63)]) }
    }

    /// The digits of `bytes` as text.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var output: [UInt8] = []
        encode(Array(bytes), to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Reads digits; nil when one is none of the alphabet, or the form is not the shortest one.
    package static func decode(_ digits: ArraySlice<UInt8>) -> [UInt8]? {
        // Long bodies go by in steps of four digits, three bytes.
        let whole = digits.count / 4 * 4
        var isSound = true
        let capacity = whole / 4 * 3 + 2
        var output = [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            isSound = digits.withUnsafeBufferPointer { digits in
                values.withUnsafeBufferPointer { values in
                    var faults: UInt8 = 0
                    for position in stride(from: 0, to: whole, by: 4) {
                        let first = values[Int(digits[position])]
                        let second = values[Int(digits[position + 1])]
                        let third = values[Int(digits[position + 2])]
                        let fourth = values[Int(digits[position + 3])]
                        faults |= first | second | third | fourth
                        output[count] = first << 2 | second >> 4
                        output[count + 1] = second << 4 | third >> 2
                        output[count + 2] = third << 6 | fourth
                        count += 3
                    }
                    return faults < 64
                }
            }
        }
        guard isSound else { return nil }
        var buffer: UInt32 = 0
        var bits: UInt32 = 0
        for digit in digits.dropFirst(whole) {
            let value = values[Int(digit)]
            guard value < 64 else { return nil }
            buffer = (buffer & 0xff) << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        // One text for one value: no dangling digit, no stray bits.
        guard bits < 6, buffer & ((1 << bits) - 1) == 0 else { return nil }
        return output
    }

    /// Reads digits of a text; nil as above.
    package static func decode(_ text: some StringProtocol) -> [UInt8]? {
        decode(Array(text.utf8)[...])
    }

    private static let digits: [UInt8] = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}
