extension JSON {
    /// Where a text stopped being JSON.
    package struct Fault: Error, Equatable {
        /// The byte, counted from 0.
        package let at: Int
    }

    /// The deepest nesting that is read.
    package static let depthMax = 32

    /// Reads one JSON value (RFC 8259) and nothing behind it; a name that comes twice in an object
    /// is left for the caller to find.
    package init(reading bytes: [UInt8]) throws(Fault) {
        var reader = JSONReader(bytes)
        self = try reader.document()
    }
}

/// A reader of JSON over bytes.
private struct JSONReader {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func document() throws(JSON.Fault) -> JSON {
        // A byte order mark is what some editors put before UTF-8.
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
        let value = try value(depth: 0)
        skipBlanks()
        guard index == bytes.count else { throw fault }
        return value
    }

    private var fault: JSON.Fault { JSON.Fault(at: index) }
    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x09, 0x0a, 0x0d].contains(byte) { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSON.Fault) -> JSON {
        skipBlanks()
        guard depth < JSON.depthMax, let byte = next else { throw fault }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), 0x30...0x39: return .number(try number())
        default: break
        }
        for (word, value) in [("null", JSON.null), ("true", .bool(true)), ("false", .bool(false))]
        where bytes[index...].starts(with: word.utf8) {
            index += word.utf8.count
            return value
        }
        throw fault
    }

    private mutating func object(depth: Int) throws(JSON.Fault) -> JSON {
        index += 1
        var members: [JSON.Member] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw fault }
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw fault }
            members.append(JSON.Member(name, try value(depth: depth + 1)))
            skipBlanks()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw fault }
        }
    }

    private mutating func array(depth: Int) throws(JSON.Fault) -> JSON {
        index += 1
        var elements: [JSON] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw fault }
        }
    }

    private mutating func number() throws(JSON.Fault) -> String {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func digits() throws(JSON.Fault) {
        let start = index
        while let byte = next, (0x30...0x39).contains(byte) { index += 1 }
        guard index > start else { throw fault }
    }

    private mutating func string() throws(JSON.Fault) -> String {
        let start = index
        index += 1
        var content: [UInt8] = []
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw fault }
            index += 1
            if byte == UInt8(ascii: "\\") {
                try escape(into: &content)
            } else {
                content.append(byte)
            }
        }
        guard take(UInt8(ascii: "\"")) else { throw fault }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw JSON.Fault(at: start)
        }
        return text
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSON.Fault) {
        guard let byte = next else { throw fault }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0c)
        case UInt8(ascii: "n"): content.append(0x0a)
        case UInt8(ascii: "r"): content.append(0x0d)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try codeUnit()
            if (0xd800..<0xdc00).contains(code) {
                guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw fault }
                let low = try codeUnit()
                guard (0xdc00..<0xe000).contains(low) else { throw fault }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw fault }
            content.append(contentsOf: String(Character(scalar)).utf8)
        default:
            index -= 1
            throw fault
        }
    }

    private mutating func codeUnit() throws(JSON.Fault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw fault
            }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }
}
