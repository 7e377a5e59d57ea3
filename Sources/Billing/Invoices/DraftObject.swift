/// An object of a draft file, with the path that its errors name.
struct DraftObject {
    private let path: String
    private let members: [JSON.Member]

    /// Takes an object whose names are all allowed and come once.
    init(_ json: JSON, path: String, allowed: [String]) throws(BillingFailure) {
        guard case .object(let members) = json else {
            throw .draftFile(
                .wrongType(path: path.isEmpty ? "the file" : path, expected: "an object"))
        }
        self.path = path
        self.members = members
        var seen: Set<String> = []
        for member in members {
            guard allowed.contains(member.name) else {
                throw .draftFile(.unknownKey(path: self.path(of: member.name)))
            }
            guard seen.insert(member.name).inserted else {
                throw .draftFile(.twice(path: self.path(of: member.name)))
            }
        }
    }

    /// The path of a member: `lines[2].price`.
    func path(of name: String) -> String { path.isEmpty ? name : path + "." + name }

    private func member(_ name: String) -> JSON? {
        guard let value = members.first(where: { $0.name == name })?.value, value != .null else {
            return nil
        }
        return value
    }

    /// A value that must be there.
    func needed<Value>(_ name: String, _ value: Value?) throws(BillingFailure) -> Value {
        guard let value else { throw .draftFile(.missing(path: path(of: name))) }
        return value
    }

    /// Names the member in a failure of reading it.
    func reading<Value>(
        _ name: String, _ body: () throws(BillingFailure) -> Value
    ) throws(BillingFailure) -> Value {
        do {
            return try body()
        } catch {
            throw .draftFile(.value(path: path(of: name), error))
        }
    }

    func text(_ name: String) throws(BillingFailure) -> String? {
        guard let value = member(name) else { return nil }
        guard case .string(let text) = value else {
            throw .draftFile(.wrongType(path: path(of: name), expected: "a string"))
        }
        return text
    }

    func line(_ name: String, _ field: TextField) throws(BillingFailure) -> String? {
        guard let text = try text(name), !text.isEmpty else { return nil }
        return try reading(name) { () throws(BillingFailure) in try PlainText.line(text, field) }
    }

    func bool(_ name: String) throws(BillingFailure) -> Bool? {
        guard let value = member(name) else { return nil }
        guard case .bool(let bool) = value else {
            throw .draftFile(.wrongType(path: path(of: name), expected: "true or false"))
        }
        return bool
    }

    private func digits(_ name: String) throws(BillingFailure) -> String? {
        switch member(name) {
        case nil: return nil
        case .number(let digits), .string(let digits): return digits
        default:
            throw .draftFile(.wrongType(path: path(of: name), expected: "a number"))
        }
    }

    func decimal(_ name: String, as field: NumberField) throws(BillingFailure) -> Decimal? {
        guard let digits = try digits(name) else { return nil }
        return try reading(name) { () throws(BillingFailure) in try Decimal(digits, as: field) }
    }

    func amount(_ name: String, in currency: Currency) throws(BillingFailure) -> Int64? {
        guard let digits = try digits(name) else { return nil }
        return try reading(name) { () throws(BillingFailure) in try currency.minor(digits) }
    }

    func category() throws(BillingFailure) -> VATCategory? {
        guard let text = try text("category") else { return nil }
        return try reading("category") { () throws(BillingFailure) in try VATCategory(text) }
    }

    func objects(_ name: String, allowed: [String]) throws(BillingFailure) -> [DraftObject] {
        guard let value = member(name) else { return [] }
        guard case .array(let elements) = value else {
            throw .draftFile(.wrongType(path: path(of: name), expected: "an array"))
        }
        var objects: [DraftObject] = []
        for (index, element) in elements.enumerated() {
            objects.append(
                try DraftObject(element, path: path(of: name) + "[\(index)]", allowed: allowed))
        }
        return objects
    }
}
