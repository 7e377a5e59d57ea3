/// What is wrong with the words of a list: see `Query`.
package enum QueryFault: Equatable, Sendable {
    /// More characters than a condition may have.
    case tooLong(limit: Int)
    /// A quote that is not closed.
    case openQuote
    /// Nothing stands before or behind an `and`, an `or` or a comma.
    case empty(beside: String)
    /// A condition without a sign.
    case noSign(text: String)
    /// The field has no such values to be compared by this sign.
    case sign(String, field: String)
    /// Behind `or` stands another condition: it divides values of one field.
    case orOfFields(text: String)
    /// No field of this name.
    case field(text: String, known: [String])
    /// A choice's word that is none of these.
    case value(text: String, field: String, known: [String])
}

/// One condition of a list: a field, a sign, and one or several values.
struct QueryCondition<Row: QueryRow>: Sendable {
    enum Sign: String, CaseIterable, Sendable {
        // Longer signs first, so that `<=` is not taken for `<`.
        case notEqual = "!="
        case atMost = "<="
        case atLeast = ">="
        case equal = "="
        case less = "<"
        case greater = ">"
        case contains = "~"
    }

    /// A value made ready to be compared.
    struct Wanted: Sendable {
        let text: String
        let key: QueryKey
    }

    let field: QueryField<Row>
    let sign: Sign
    let wanted: [Wanted]

    func holds(_ row: Row) -> Bool { accepts(field.values(row)) }

    /// Whether a row passes whose field has these values.
    func accepts(_ values: [QueryValue]) -> Bool {
        switch sign {
        case .equal: return wanted.contains { isAny($0, values) }
        case .notEqual: return !wanted.contains { isAny($0, values) }
        default:
            return values.contains { value in
                value != .none && wanted.contains { compares(value, $0) }
            }
        }
    }

    private func isAny(_ wanted: Wanted, _ values: [QueryValue]) -> Bool {
        if wanted.key.isNone { return values.allSatisfy { $0 == .none } }
        return values.contains { value in
            guard case .text(let text) = value else {
                let key = QueryKey(value)
                return !key.isNone && !QueryKey.isLess(key, wanted.key)
                    && !QueryKey.isLess(wanted.key, key)
            }
            let folded = Matcher.folded(text)
            if case .path = field.kind, folded.hasPrefix(wanted.text + "/") { return true }
            return folded == wanted.text
        }
    }

    private func compares(_ value: QueryValue, _ wanted: Wanted) -> Bool {
        if sign == .contains { return Matcher.folded(value.text).contains(wanted.text) }
        let key = QueryKey(value)
        switch sign {
        case .less: return QueryKey.isLess(key, wanted.key)
        case .greater: return QueryKey.isLess(wanted.key, key)
        case .atMost: return !QueryKey.isLess(wanted.key, key)
        default: return !QueryKey.isLess(key, wanted.key)
        }
    }
}

extension QueryCondition {
    /// The most characters of all conditions together: that of a text of one line.
    static var lengthMax: Int { PlainText.lineMax }

    /// A letter of what was typed, and whether it stood in quotes.
    private struct Letter {
        let character: Character
        let isQuoted: Bool
    }

    /// Reads conditions joined by `and`; words in double quotes are values, whatever they say.
    static func all(in text: String, today: CivilDate) throws(BillingFailure) -> [QueryCondition] {
        guard text.count <= lengthMax else { throw .query(.tooLong(limit: lengthMax)) }
        let letters = try letters(text)
        guard letters.contains(where: { $0.isQuoted || !$0.character.isWhitespace }) else {
            return []
        }
        var conditions: [QueryCondition] = []
        for part in split(letters, at: "and") {
            guard !part.isEmpty else { throw .query(.empty(beside: "and")) }
            conditions.append(try QueryCondition(part, today))
        }
        return conditions
    }

    private static func letters(_ text: String) throws(BillingFailure) -> [Letter] {
        var letters: [Letter] = []
        var isQuoted = false
        for character in text {
            if character == "\"" {
                isQuoted.toggle()
            } else {
                letters.append(Letter(character: character, isQuoted: isQuoted))
            }
        }
        guard !isQuoted else { throw .query(.openQuote) }
        return letters
    }

    /// The parts between a word that stands alone; blanks around parts go.
    private static func split(_ letters: [Letter], at word: String) -> [[Letter]] {
        let words = letters.split { !$0.isQuoted && $0.character.isWhitespace }
        var parts: [[Letter]] = [[]]
        for one in words {
            if one.allSatisfy({ !$0.isQuoted }), string(one).lowercased() == word {
                parts.append([])
            } else {
                if parts[parts.count - 1].last != nil {
                    parts[parts.count - 1].append(Letter(character: " ", isQuoted: false))
                }
                parts[parts.count - 1] += one
            }
        }
        return parts
    }

    private static func string(_ letters: some Sequence<Letter>) -> String {
        String(letters.map(\.character))
    }

    private init(_ part: [Letter], _ today: CivilDate) throws(BillingFailure) {
        guard let (sign, range) = Self.sign(in: part) else {
            throw .query(.noSign(text: Self.string(part)))
        }
        field = try Row.queryField(String(Self.string(part[..<range.lowerBound]).trimmed))
        self.sign = sign
        let alternatives = Self.split(Array(part[range.upperBound...]), at: "or")
        var wanted: [Wanted] = []
        for alternative in alternatives {
            let text = Self.string(alternative)
            if alternative.isEmpty, alternatives.count > 1 { throw .query(.empty(beside: "or")) }
            if alternatives.count > 1, let (_, other) = Self.sign(in: alternative),
                Row.hasQueryField(Self.string(alternative[..<other.lowerBound]))
            {
                throw .query(.orOfFields(text: text))
            }
            wanted.append(try Self.wanted(text, field, sign, today))
        }
        self.wanted = wanted
    }

    /// The first sign that stands outside quotes.
    private static func sign(in letters: [Letter]) -> (Sign, Range<Int>)? {
        for start in letters.indices where !letters[start].isQuoted {
            for sign in Sign.allCases {
                let end = start + sign.rawValue.count
                guard end <= letters.count,
                    zip(letters[start..<end], sign.rawValue).allSatisfy({
                        !$0.isQuoted && $0.character == $1
                    })
                else { continue }
                return (sign, start..<end)
            }
        }
        return nil
    }

    private static func wanted(
        _ typed: String, _ field: QueryField<Row>, _ sign: Sign, _ today: CivilDate
    ) throws(BillingFailure) -> Wanted {
        let text = Matcher.folded(typed)
        if text.isEmpty || text == "none" {
            guard sign == .equal || sign == .notEqual else {
                throw .query(.sign(sign.rawValue, field: field.name))
            }
            return Wanted(text: "", key: .none)
        }
        if sign == .contains {
            switch field.kind {
            case .number, .amount: throw .query(.sign(sign.rawValue, field: field.name))
            case .text, .choice, .path, .date: return Wanted(text: text, key: .text(text))
            }
        }
        let value: QueryValue
        switch field.kind {
        case .text, .path: value = .text(text)
        case .choice(let known):
            guard sign == .equal || sign == .notEqual else {
                throw .query(.sign(sign.rawValue, field: field.name))
            }
            guard known.contains(text) else {
                throw .query(.value(text: typed, field: field.name, known: known))
            }
            value = .text(text)
        case .number: value = .number(try Decimal(text, as: .units).coefficient)
        case .amount:
            do throws(BillingFailure) {
                let number = try Decimal(text, as: .price)
                value = .amount(number.coefficient, decimals: number.scale)
            } catch {
                guard case .number(_, _, let fault) = error else { throw error }
                throw .number(.amount, text: typed, fault)
            }
        case .date: value = .date(try DateExpression(text, today: today).date)
        }
        return Wanted(text: text, key: QueryKey(value))
    }
}

extension QueryRow {
    /// The field of a name, in any case.
    static func queryField(_ name: String) throws(BillingFailure) -> QueryField<Self> {
        let wanted = name.lowercased()
        guard let field = queryFields.first(where: { $0.name == wanted }) else {
            throw .query(.field(text: name, known: queryFields.map(\.name)))
        }
        return field
    }

    static func hasQueryField(_ name: String) -> Bool {
        let wanted = name.trimmed.lowercased()
        return queryFields.contains { $0.name == wanted }
    }
}
