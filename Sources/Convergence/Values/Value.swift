/// A value of a register: nothing, a 64-bit integer, or text.
///
/// Two texts are equal when their UTF-8 bytes are: Swift's own `==` calls composed and decomposed
/// letters equal, and replicas in other languages would not.
package enum Value: Sendable {
    case null
    case integer(Int64)
    case text(String)
}

extension Value: Hashable {
    package static func == (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let one), .integer(let other)): one == other
        case (.text(let one), .text(let other)): one.hasSameBytes(as: other)
        default: false
        }
    }

    package func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .integer(let integer):
            hasher.combine(1)
            hasher.combine(integer)
        case .text(let text):
            hasher.combine(2)
            for byte in text.utf8 { hasher.combine(byte) }
        }
    }
}

extension Value {
    /// The text, or nil when the value is of another type.
    package var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The integer, or nil when the value is of another type.
    package var integer: Int64? {
        guard case .integer(let integer) = self else { return nil }
        return integer
    }
}

extension Value {
    /// Appends the bytes that stand for the value in hashes: `Protocol/model.md`, "Row ids".
    package func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(0)
        case .integer(let integer):
            bytes.append(1)
            bytes.append(bigEndian: UInt64(bitPattern: integer))
        case .text(let text):
            bytes.append(2)
            bytes.append(bigEndian: UInt64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(nilLiteral: ()) { self = .null }
}

extension String {
    /// Whether both texts have the same UTF-8 bytes.
    package func hasSameBytes(as other: String) -> Bool {
        // Texts of the same bytes are equal in Swift's sense, too, which is quickly denied.
        guard self == other else { return false }
        return utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
