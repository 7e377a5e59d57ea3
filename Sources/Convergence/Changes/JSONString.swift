extension [UInt8] {
    /// Appends a text as a JSON string with the shortest escapes (RFC 8259, section 7).
    package mutating func append(json text: String) {
        append(0x22)
        for byte in text.utf8 {
            switch byte {
            case 0x22, 0x5c:
                append(0x5c)
                append(byte)
            case 0x0a: append(contentsOf: [0x5c, 0x6e])
            case 0x0d: append(contentsOf: [0x5c, 0x72])
            case 0x09: append(contentsOf: [0x5c, 0x74])
            case 0x00..<0x20:
                append(contentsOf: "\\u00".utf8)
                append(Self.hexDigit(byte >> 4))
                append(Self.hexDigit(byte & 15))
            default: append(byte)
            }
        }
        append(0x22)
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x61 + value - 10
    }
}
