import Billing

extension JSON {
    /// The answer as bytes: one line, or for an array one line for each of its values, so that long
    /// lists can be read and compared line by line.
    ///
    /// What a terminal would act on is escaped, so that JSON may be looked at as safely as a table.
    var document: [UInt8] {
        var bytes: [UInt8] = []
        if case .array(let values) = self, !values.isEmpty {
            bytes.append(UInt8(ascii: "["))
            for (index, value) in values.enumerated() {
                bytes.append(contentsOf: index == 0 ? "\n".utf8 : ",\n".utf8)
                value.append(to: &bytes)
            }
            bytes.append(contentsOf: "\n]".utf8)
        } else {
            append(to: &bytes)
        }
        bytes.append(UInt8(ascii: "\n"))
        return Self.escaped(bytes)
    }

    /// Null if there is no number.
    static func optional(_ value: (some BinaryInteger)?) -> JSON {
        value.map { .integer($0) } ?? .null
    }

    static func texts(_ values: some Sequence<String>) -> JSON { .array(values.map(JSON.string)) }

    /// This object with further members at its end; other values stay as they are.
    func adding(_ members: KeyValuePairs<String, JSON>) -> JSON {
        guard case .object(let own) = self else { return self }
        return .object(own + members.map { Member($0.key, $0.value) })
    }

    /// Only strings hold bytes beyond ASCII, so they can be escaped in the finished text.
    private static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        if bytes.allSatisfy({ $0 < 0x7F }) { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar != "\n", SafeText.isUnsafe(scalar) {
                for unit in String(scalar).utf16 { appendEscape(unit, to: &result) }
            } else {
                result.append(contentsOf: String(scalar).utf8)
            }
        }
        return result
    }

    private static func appendEscape(_ unit: UInt16, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(contentsOf: #"\u"#.utf8)
        for shift in [12, 8, 4, 0] { bytes.append(digits[Int(unit >> UInt16(shift)) & 15]) }
    }
}
