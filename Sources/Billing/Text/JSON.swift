/// A JSON value that keeps numbers as they were written: money never passes through binary
/// floating point.
package indirect enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// The digits as they stand in the text.
    case number(String)
    case string(String)
    case array([JSON])
    /// Members in order; a reader refuses a name that comes twice.
    case object([Member])

    /// A name and its value.
    package struct Member: Equatable, Sendable {
        /// The name.
        package let name: String
        /// The value.
        package let value: JSON

        /// Makes a member.
        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// An object of members in their order.
    package static func members(_ members: KeyValuePairs<String, JSON>) -> JSON {
        .object(members.map { Member($0.key, $0.value) })
    }

    /// An integer.
    package static func integer(_ integer: some BinaryInteger) -> JSON {
        .number(String(integer))
    }

    /// A string, or null.
    package static func text(_ text: String?) -> JSON {
        text.map(JSON.string) ?? .null
    }

    /// The value of a member, if this is an object that has it.
    package subscript(_ name: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }
}

extension JSON {
    /// The text, on one line, without blanks; valid JSON whatever the strings hold.
    package var text: String {
        var output: [UInt8] = []
        append(to: &output)
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the text.
    package func append(to output: inout [UInt8]) {
        switch self {
        case .null: output.append(contentsOf: "null".utf8)
        case .bool(let bool): output.append(contentsOf: (bool ? "true" : "false").utf8)
        case .number(let digits): output.append(contentsOf: digits.utf8)
        case .string(let string): Self.append(string, to: &output)
        case .array(let elements):
            output.append(0x5b)
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(0x2c) }
                element.append(to: &output)
            }
            output.append(0x5d)
        case .object(let members):
            output.append(0x7b)
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(0x2c) }
                Self.append(member.name, to: &output)
                output.append(0x3a)
                member.value.append(to: &output)
            }
            output.append(0x7d)
        }
    }

    private static let hexadecimal = Array("0123456789abcdef".utf8)

    private static func append(_ string: String, to output: inout [UInt8]) {
        output.append(0x22)
        for byte in string.utf8 {
            switch byte {
            case 0x22, 0x5c: output.append(contentsOf: [0x5c, byte])
            case 0x0a: output.append(contentsOf: "\\n".utf8)
            case 0x09: output.append(contentsOf: "\\t".utf8)
            case 0x0d: output.append(contentsOf: "\\r".utf8)
            case 0..<0x20, 0x7f:
                output.append(contentsOf: "\\u00".utf8)
                output.append(hexadecimal[Int(byte >> 4)])
                output.append(hexadecimal[Int(byte & 15)])
            default: output.append(byte)
            }
        }
        output.append(0x22)
    }
}
