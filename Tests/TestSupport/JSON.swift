/// A JSON value whose integers are exact and whose texts keep their bytes.
package indirect enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case text(String)
    case list([JSON])
    case object([String: JSON])
}

extension JSON {
    /// Whether it is null.
    package var isNull: Bool { if case .null = self { true } else { false } }

    /// The text, or a failure.
    package func text() throws -> String {
        guard case .text(let text) = self else { throw Missing(what: "a text, not \(self)") }
        return text
    }

    /// The integer, or a failure.
    package func integer() throws -> Int64 {
        guard case .integer(let integer) = self else { throw Missing(what: "an integer") }
        return integer
    }

    /// The truth, or a failure.
    package func bool() throws -> Bool {
        guard case .bool(let bool) = self else { throw Missing(what: "true or false") }
        return bool
    }

    /// The members, or a failure.
    package func list() throws -> [JSON] {
        guard case .list(let list) = self else { throw Missing(what: "a list") }
        return list
    }

    /// The members, or a failure.
    package func object() throws -> [String: JSON] {
        guard case .object(let object) = self else { throw Missing(what: "an object") }
        return object
    }

    /// The bytes of a text in lower-case hex, or a failure.
    package func bytes() throws -> [UInt8] {
        let digits = Array(try text().utf8)
        guard digits.count % 2 == 0 else { throw Missing(what: "hex") }
        return try stride(from: 0, to: digits.count, by: 2).map { start in
            let digits = String(decoding: digits[start...(start + 1)], as: UTF8.self)
            return try some(UInt8(digits, radix: 16))
        }
    }
}

/// Reads one JSON document. What it does not expect is a failure of the test, so it is short.
package struct JSONReader {
    private let bytes: [UInt8]
    private var at = 0

    /// A reader of a document's bytes.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The whole document.
    package mutating func document() throws -> JSON {
        let value = try value()
        guard at == bytes.count else { throw Missing(what: "the end, at \(at)") }
        return value
    }

    private mutating func takes(_ text: StaticString) -> Bool {
        let wanted = text.withUTF8Buffer { Array($0) }
        guard bytes[at...].starts(with: wanted) else { return false }
        at += wanted.count
        return true
    }

    private mutating func value() throws -> JSON {
        if takes("null") { return .null }
        if takes("true") { return .bool(true) }
        if takes("false") { return .bool(false) }
        if takes("[") { return .list(try members("]") { try $0.value() }) }
        if takes("{") {
            let pairs = try members("}") { reader in
                let name = try reader.string()
                guard reader.takes(":") else { throw Missing(what: "a colon, at \(reader.at)") }
                return (name, try reader.value())
            }
            return .object(Dictionary(pairs) { _, last in last })
        }
        if at < bytes.count, bytes[at] == 0x22 { return .text(try string()) }
        let start = at
        while at < bytes.count, bytes[at] == 0x2d || (0x30...0x39).contains(bytes[at]) { at += 1 }
        return .integer(try some(Int64(String(decoding: bytes[start..<at], as: UTF8.self))))
    }

    private mutating func members<Member>(
        _ end: StaticString, _ read: (inout JSONReader) throws -> Member
    ) throws -> [Member] {
        var members: [Member] = []
        if takes(end) { return members }
        repeat { members.append(try read(&self)) } while takes(",")
        guard takes(end) else { throw Missing(what: "\(end), at \(at)") }
        return members
    }

    private mutating func string() throws -> String {
        guard takes("\"") else { throw Missing(what: "a string, at \(at)") }
        var units: [UInt8] = []
        while at < bytes.count, bytes[at] != 0x22 {
            let byte = bytes[at]
            at += 1
            if byte == 0x5c { units += try escape() } else { units.append(byte) }
        }
        at += 1
        return try some(String(validating: units, as: UTF8.self))
    }

    /// The writer of the vectors escapes control characters, quotes and backslashes alone.
    private mutating func escape() throws -> [UInt8] {
        let letter = bytes[at]
        at += 1
        switch letter {
        case 0x62: return [0x08]
        case 0x66: return [0x0c]
        case 0x6e: return [0x0a]
        case 0x72: return [0x0d]
        case 0x74: return [0x09]
        case 0x75:
            let digits = String(decoding: bytes[at..<(at + 4)], as: UTF8.self)
            at += 4
            return [try some(UInt8(digits, radix: 16))]
        default: return [letter]
        }
    }
}
