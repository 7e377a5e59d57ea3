/// Why a line cannot be read: it is not of the strict JSON form.
package struct ScanFault: Error, Hashable, Sendable {
    /// The offset of the first byte that does not fit.
    package let offset: Int

    /// A fault at an offset.
    package init(offset: Int) { self.offset = offset }
}

/// A reader of compact JSON: no white space, integers only, UTF-8 checked, depth bounded.
///
/// It reads foreign bytes, so every access is checked and nothing traps.
package struct Scanner {
    /// The bytes that are read.
    package let bytes: [UInt8]
    /// The offset of the next byte.
    package private(set) var offset: Int
    /// The offset after the last byte.
    package let end: Int

    /// Reads `bytes` from `start` up to `end`; the range is clamped to the bytes.
    package init(_ bytes: [UInt8], from start: Int = 0, to end: Int? = nil) {
        self.bytes = bytes
        self.end = min(end ?? bytes.count, bytes.count)
        self.offset = min(max(start, 0), self.end)
    }

    /// Whether all bytes are read.
    package var isAtEnd: Bool { offset >= end }

    /// The next byte, or nil at the end.
    package var next: UInt8? { offset < end ? bytes[offset] : nil }

    private var fault: ScanFault { ScanFault(offset: offset) }

    /// Takes the bytes of `text` when they come next; otherwise stays.
    package mutating func takes(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end - offset >= count else { return false }
        let same = text.withUTF8Buffer { buffer in
            for position in 0..<count where bytes[offset + position] != buffer[position] {
                return false
            }
            return true
        }
        if same { offset += count }
        return same
    }

    /// Takes the bytes of `text`, which must come next.
    package mutating func expect(_ text: StaticString) throws(ScanFault) {
        guard takes(text) else { throw fault }
    }

    /// Takes an integer: 64 bits, without leading zeros, fraction or exponent.
    package mutating func integer() throws(ScanFault) -> Int64 {
        let start = offset
        let negative = takes("-")
        var magnitude: UInt64 = 0
        let first = offset
        while offset < end, case 0x30...0x39 = bytes[offset] {
            let (product, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[offset] - 0x30))
            guard !overflow, !carry else { throw ScanFault(offset: start) }
            magnitude = sum
            offset += 1
        }
        let digits = offset - first
        guard digits > 0, digits == 1 || bytes[first] != 0x30 else {
            throw ScanFault(offset: start)
        }
        if let following = next, following == 0x2e || following | 0x20 == 0x65 { throw fault }
        if negative {
            guard magnitude > 0, magnitude <= 1 << 63 else { throw ScanFault(offset: start) }
            return Int64(truncatingIfNeeded: 0 &- magnitude)
        }
        guard magnitude <= UInt64(Int64.max) else { throw ScanFault(offset: start) }
        return Int64(magnitude)
    }

    /// Takes a string.
    package mutating func string() throws(ScanFault) -> String {
        let span = try span()
        if span.form == .ascii {
            return bytes.withUnsafeBufferPointer { buffer in
                String(decoding: UnsafeBufferPointer(rebasing: buffer[span.range]), as: UTF8.self)
            }
        }
        let text =
            span.form == .escaped
            ? String(validating: try unescape(span.range), as: UTF8.self)
            : String(validating: bytes[span.range], as: UTF8.self)
        guard let text else { throw ScanFault(offset: span.range.lowerBound) }
        return text
    }

    /// Takes a string that is a row's id, or tells by nil that it is another one.
    package mutating func rowID() throws(ScanFault) -> RowID? {
        let start = offset
        let span = try span()
        if span.form == .ascii {
            return RowID(ascii: bytes, from: span.range.lowerBound, to: span.range.upperBound)
        }
        offset = start
        return RowID(try string())
    }

    /// Takes a string without escapes and gives the range of its characters.
    package mutating func plainString() throws(ScanFault) -> Range<Int> {
        let span = try span()
        guard span.form != .escaped else { throw ScanFault(offset: span.range.lowerBound) }
        return span.range
    }

    /// Takes base64url digits in a string that stand for exactly `count` bytes.
    package mutating func base64(count: Int) throws(ScanFault) -> [UInt8] {
        let range = try plainString()
        guard let decoded = Base64URL.decode(bytes[range]), decoded.count == count else {
            throw ScanFault(offset: range.lowerBound)
        }
        return decoded
    }

    /// What a string's characters are.
    private enum Form {
        /// Bytes below 128 that stand for themselves: the usual case, which needs no check.
        case ascii
        /// Bytes that stand for themselves and may be no UTF-8.
        case plain
        /// Escapes among them.
        case escaped
    }

    /// Takes a string and says where its characters lie.
    private mutating func span() throws(ScanFault) -> (range: Range<Int>, form: Form) {
        guard next == 0x22 else { throw fault }
        let from = offset + 1
        let (end, bits, escaped) = bytes.withUnsafeBufferPointer { [end] buffer in
            var position = from
            var bits: UInt8 = 0
            var escaped = false
            while position < end {
                let byte = buffer[position]
                if byte == 0x22 || byte < 0x20 { break }
                bits |= byte
                if byte == 0x5c {
                    escaped = true
                    position += 1
                }
                position += 1
            }
            return (position, bits, escaped)
        }
        guard end < self.end else { throw ScanFault(offset: self.end) }
        guard bytes[end] == 0x22 else { throw ScanFault(offset: end) }
        offset = end + 1
        return (from..<end, escaped ? .escaped : bits < 0x80 ? .ascii : .plain)
    }

    private func unescape(_ range: Range<Int>) throws(ScanFault) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(range.count)
        var position = range.lowerBound
        let end = range.upperBound
        while position < end {
            let byte = bytes[position]
            position += 1
            guard byte == 0x5c else {
                output.append(byte)
                continue
            }
            guard position < end else { throw ScanFault(offset: position) }
            let kind = bytes[position]
            position += 1
            switch kind {
            case 0x22, 0x5c, 0x2f: output.append(kind)
            case 0x62: output.append(0x08)
            case 0x66: output.append(0x0c)
            case 0x6e: output.append(0x0a)
            case 0x72: output.append(0x0d)
            case 0x74: output.append(0x09)
            case 0x75:
                let scalar = try scalar(at: &position, before: end)
                output.append(contentsOf: String(Character(scalar)).utf8)
            default: throw ScanFault(offset: position - 1)
            }
        }
        return output
    }

    /// The scalar of one `\u` escape, or of a pair of surrogates.
    private func scalar(at position: inout Int, before end: Int) throws(ScanFault) -> Unicode.Scalar
    {
        let first = try hex(at: &position, before: end)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard (0xd800...0xdbff).contains(first), position + 1 < end, bytes[position] == 0x5c,
            bytes[position + 1] == 0x75
        else { throw ScanFault(offset: position) }
        position += 2
        let second = try hex(at: &position, before: end)
        guard (0xdc00...0xdfff).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
        else { throw ScanFault(offset: position) }
        return scalar
    }

    private func hex(at position: inout Int, before end: Int) throws(ScanFault) -> UInt32 {
        guard end - position >= 4 else { throw ScanFault(offset: position) }
        var value: UInt32 = 0
        for _ in 0..<4 {
            let digit: UInt8
            switch bytes[position] {
            case let byte where (0x30...0x39).contains(byte): digit = byte - 0x30
            case let byte where (0x61...0x66).contains(byte): digit = byte - 0x61 + 10
            case let byte where (0x41...0x46).contains(byte): digit = byte - 0x41 + 10
            default: throw ScanFault(offset: position)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// Takes any value and forgets it; numbers may have fractions and exponents here.
    package mutating func skipValue(depth: Int = 0) throws(ScanFault) {
        guard depth < Limits.nestingMax else { throw fault }
        switch next {
        case 0x22: _ = try string()
        case 0x5b: try skipMembers(open: "[", close: "]", keyed: false, depth: depth)
        case 0x7b: try skipMembers(open: "{", close: "}", keyed: true, depth: depth)
        case 0x74: try expect("true")
        case 0x66: try expect("false")
        case 0x6e: try expect("null")
        default: try skipNumber()
        }
    }

    private mutating func skipMembers(
        open: StaticString, close: StaticString, keyed: Bool, depth: Int
    ) throws(ScanFault) {
        try expect(open)
        if takes(close) { return }
        repeat {
            if keyed {
                _ = try string()
                try expect(":")
            }
            try skipValue(depth: depth + 1)
        } while takes(",")
        try expect(close)
    }

    private mutating func skipNumber() throws(ScanFault) {
        _ = takes("-")
        let zero = next == 0x30
        let digits = skipDigits()
        guard digits > 0, digits == 1 || !zero else { throw fault }
        if takes(".") { guard skipDigits() > 0 else { throw fault } }
        if takes("e") || takes("E") {
            _ = takes("+") || takes("-")
            guard skipDigits() > 0 else { throw fault }
        }
    }

    private mutating func skipDigits() -> Int {
        let start = offset
        while offset < end, case 0x30...0x39 = bytes[offset] { offset += 1 }
        return offset - start
    }
}
