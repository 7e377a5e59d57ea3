import Foundation

/// A JSON answer, to be looked into.
enum Tree: Decodable, Equatable, CustomStringConvertible {
    case null
    case boolean(Bool)
    case integer(Int)
    case text(String)
    case list([Tree])
    case object([String: Tree])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([Tree].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: Tree].self))
        }
    }

    /// Reads an answer; null where it is no JSON, so that a comparison shows it.
    init(_ text: String) {
        self = (try? JSONDecoder().decode(Tree.self, from: Data(text.utf8))) ?? .null
    }

    subscript(_ key: String) -> Tree {
        if case .object(let members) = self { members[key] ?? .null } else { .null }
    }

    subscript(_ index: Int) -> Tree {
        if case .list(let values) = self, values.indices.contains(index) {
            values[index]
        } else {
            .null
        }
    }

    /// The values of a list.
    var values: [Tree] { if case .list(let values) = self { values } else { [] } }
    /// The names of an object's members.
    var keys: Set<String> { if case .object(let members) = self { Set(members.keys) } else { [] } }
    /// A text; empty where it is none.
    var text: String { if case .text(let text) = self { text } else { "" } }
    /// A number, where it is one.
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }

    var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .text(let text): "\"\(text)\""
        case .list(let values): "\(values)"
        case .object(let members):
            "{"
                + members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
                .joined(separator: ", ") + "}"
        }
    }
}

extension Tree: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByNilLiteral {
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .integer(value) }
    init(nilLiteral: ()) { self = .null }
}

extension Tree: ExpressibleByArrayLiteral, ExpressibleByBooleanLiteral {
    init(arrayLiteral elements: Tree...) { self = .list(elements) }
    init(booleanLiteral value: Bool) { self = .boolean(value) }
}
