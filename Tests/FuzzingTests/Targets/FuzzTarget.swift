/// One reader of bytes that anybody may send or damage, and what has to hold of all it accepts.
struct FuzzTarget: Sendable {
    /// The name of the target and of its corpus.
    let name: String

    /// Reads any bytes and says whether they were accepted; throws when a property is broken.
    ///
    /// It may not trap, whatever it is given.
    let accepts: @Sendable ([UInt8]) throws(BrokenProperty) -> Bool

    init(_ name: String, _ accepts: @escaping @Sendable ([UInt8]) throws(BrokenProperty) -> Bool) {
        self.name = name
        self.accepts = accepts
    }

    /// Every target.
    static let all: [FuzzTarget] = lines + opening + texts + rows + business

    /// The target of a name.
    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// A property that some input broke.
struct BrokenProperty: Error, CustomStringConvertible {
    /// The property, as a sentence that should have held.
    let description: String

    init(_ description: String) { self.description = description }
}

/// Throws unless the property holds.
func require(_ holds: Bool, _ property: String) throws(BrokenProperty) {
    guard holds else { throw BrokenProperty(property) }
}

/// What was made from something accepted; it must be there.
func made<Thing>(
    _ property: String, _ body: () throws -> Thing?
) throws(BrokenProperty) -> Thing {
    guard let thing = try? body() else { throw BrokenProperty(property) }
    return thing
}

extension [UInt8] {
    /// Takes the first byte, which chooses how the rest is read; zero if there is none.
    mutating func takeFirst() -> UInt8 { isEmpty ? 0 : removeFirst() }

    /// The text, if it is UTF-8: programs get no other.
    var validText: String? { String(validating: self, as: UTF8.self) }
}
