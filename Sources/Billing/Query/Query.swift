/// A value that lists filter, sort and group by.
package enum QueryValue: Hashable, Sendable {
    case none
    case text(String)
    case number(Int64)
    /// Minor units and their decimals, so that amounts of several currencies compare as numbers.
    case amount(Int64, decimals: Int)
    case date(CivilDate)

    /// The order of lists: what is not there comes last, texts by their letters.
    static func isLess(_ left: QueryValue, _ right: QueryValue) -> Bool {
        switch (left, right) {
        case (.none, _): false
        case (_, .none): true
        case (.text(let left), .text(let right)): left.lowercased() < right.lowercased()
        case (.number(let left), .number(let right)): left < right
        case (.amount(let left, let leftDecimals), .amount(let right, let rightDecimals)):
            Int128(left) * Int128.powerOfTen(rightDecimals)
                < Int128(right) * Int128.powerOfTen(leftDecimals)
        case (.date(let left), .date(let right)): left < right
        default: false
        }
    }

    /// What a group is called.
    package var words: String {
        switch self {
        case .none: "none"
        case .text(let text): text
        case .number(let number): String(number)
        case .amount(let minor, _): String(minor)
        case .date(let date): date.iso
        }
    }
}

/// A field of the rows of a list, by the name that people type.
package struct QueryField<Row: Sendable>: Sendable {
    /// What is to be read in a condition on it.
    package enum Kind: Sendable {
        case text, number, amount, date
    }

    package let name: String
    package let kind: Kind
    let values: @Sendable (Row) -> [QueryValue]

    /// A field with one value.
    package init(_ name: String, _ kind: Kind, _ value: @escaping @Sendable (Row) -> QueryValue) {
        self.name = name
        self.kind = kind
        values = { [value($0)] }
    }

    /// A field with several values, as flags: a condition holds if it does for any of them.
    package init(
        several name: String, _ kind: Kind, _ values: @escaping @Sendable (Row) -> [QueryValue]
    ) {
        self.name = name
        self.kind = kind
        self.values = values
    }
}

/// Rows of a list that can be filtered, sorted and grouped.
package protocol QueryRow: Sendable {
    /// The fields, in the order in which they are offered.
    static var queryFields: [QueryField<Self>] { get }
    /// What groups sum, with its currency.
    var querySums: [(name: String, minor: Int64)] { get }
    /// The currency of the sums.
    var queryCurrency: Currency { get }
}

/// What a list is to show, as typed: `status=overdue and open>100`, `-due,client`, `client`.
///
/// Conditions are joined by `and`; `=` and `!=` ignore case, `~` finds a part of a text, `<`, `<=`,
/// `>` and `>=` compare numbers, amounts and dates, which are understood as everywhere.
package struct Query<Row: QueryRow>: Sendable {
    private struct Condition: Sendable {
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

        let field: QueryField<Row>
        let sign: Sign
        let value: QueryValue

        func holds(_ row: Row) -> Bool {
            let values = field.values(row)
            switch sign {
            case .equal:
                return values.contains { Self.isSame($0, value) }
                    || values.isEmpty && value == .none
            case .notEqual:
                return !values.contains { Self.isSame($0, value) }
                    && !(values.isEmpty && value == .none)
            case .contains:
                return values.contains { own in
                    guard case .text(let text) = own, case .text(let part) = value else {
                        return false
                    }
                    return text.lowercased().contains(part.lowercased())
                }
            case .less: return compare(values) { QueryValue.isLess($0, $1) }
            case .greater: return compare(values) { QueryValue.isLess($1, $0) }
            case .atMost: return compare(values) { !QueryValue.isLess($1, $0) }
            case .atLeast: return compare(values) { !QueryValue.isLess($0, $1) }
            }
        }

        private func compare(
            _ values: [QueryValue], _ holds: (QueryValue, QueryValue) -> Bool
        ) -> Bool {
            values.contains { $0 != .none && holds($0, value) }
        }

        private static func isSame(_ left: QueryValue, _ right: QueryValue) -> Bool {
            left == .none || right == .none
                ? left == right : !QueryValue.isLess(left, right) && !QueryValue.isLess(right, left)
        }
    }

    /// Rows with one value of the field that they are grouped by.
    package struct Group: Sendable {
        /// The value; nil for a list that is not grouped.
        package let name: String?
        /// In their order.
        package let rows: [Row]

        /// The sums of each currency, by the names that the rows give them.
        package var sums: [(currency: Currency, sums: [(name: String, minor: Int64)])] {
            var sums: [String: (currency: Currency, sums: [(name: String, minor: Int64)])] = [:]
            for row in rows {
                let code = row.queryCurrency.code
                guard var known = sums[code]?.sums else {
                    sums[code] = (row.queryCurrency, row.querySums)
                    continue
                }
                for (index, sum) in row.querySums.enumerated() where index < known.count {
                    known[index].minor &+= sum.minor
                }
                sums[code] = (row.queryCurrency, known)
            }
            return sums.keys.sorted().compactMap { sums[$0] }
        }
    }

    private let conditions: [Condition]
    private let order: [(field: QueryField<Row>, isFalling: Bool)]
    private let grouping: QueryField<Row>?

    /// Whether rows are grouped.
    package var isGrouped: Bool { grouping != nil }

    /// Reads what was typed; nil is everything, in the list's own order, not grouped.
    package init(
        where condition: String? = nil, sort: String? = nil, group: String? = nil,
        today: CivilDate
    ) throws(BillingFailure) {
        var conditions: [Condition] = []
        for part in Self.parts(condition ?? "") {
            conditions.append(try Self.condition(part, today))
        }
        self.conditions = conditions
        var order: [(field: QueryField<Row>, isFalling: Bool)] = []
        for part in (sort ?? "").split(separator: ",") {
            let name = part.trimmed
            order.append(
                (
                    try Self.field(String(name.hasPrefix("-") ? name.dropFirst() : name)),
                    name.hasPrefix("-")
                ))
        }
        self.order = order
        if let group { grouping = try Self.field(String(group.trimmed)) } else { grouping = nil }
    }

    /// The rows that are wanted, in their order and groups.
    package func groups(_ rows: [Row]) -> [Group] {
        var wanted = rows.filter { row in conditions.allSatisfy { $0.holds(row) } }
        if !order.isEmpty {
            // The list's own order decides between equals.
            wanted = wanted.enumerated().sorted { left, right in
                for key in order {
                    let one = key.field.values(left.element).first ?? .none
                    let other = key.field.values(right.element).first ?? .none
                    if QueryValue.isLess(one, other) {
                        return !key.isFalling || other == .none
                    }
                    if QueryValue.isLess(other, one) { return key.isFalling && one != .none }
                }
                return left.offset < right.offset
            }.map(\.element)
        }
        guard let grouping else { return [Group(name: nil, rows: wanted)] }
        var members: [QueryValue: [Row]] = [:]
        for row in wanted {
            let values = grouping.values(row)
            for value in values.isEmpty ? [.none] : values {
                members[value, default: []].append(row)
            }
        }
        return members.keys.sorted { left, right in
            QueryValue.isLess(left, right)
        }.map { Group(name: $0.words, rows: members[$0] ?? []) }
    }

    /// Splits at `and` between blanks.
    private static func parts(_ text: String) -> [String] {
        var parts: [[Substring]] = [[]]
        for word in text.split(whereSeparator: \.isWhitespace) {
            if word.lowercased() == "and" {
                parts.append([])
            } else {
                parts[parts.count - 1].append(word)
            }
        }
        return parts.map { $0.joined(separator: " ") }.filter { !$0.isEmpty }
    }

    private static func field(_ name: String) throws(BillingFailure) -> QueryField<Row> {
        let wanted = name.lowercased()
        guard let field = Row.queryFields.first(where: { $0.name.lowercased() == wanted }) else {
            throw .choice(
                ChoiceFault(field: "field", text: name, allowed: Row.queryFields.map(\.name)))
        }
        return field
    }

    private static func condition(
        _ text: String, _ today: CivilDate
    ) throws(BillingFailure) -> Condition {
        var found: (sign: Condition.Sign, range: Range<String.Index>)?
        for sign in Condition.Sign.allCases {
            guard let range = text.firstRange(of: sign.rawValue) else { continue }
            if found == nil || range.lowerBound < found?.range.lowerBound ?? text.startIndex {
                found = (sign, range)
            }
        }
        guard let found else {
            throw .choice(
                ChoiceFault(
                    field: "condition", text: text,
                    allowed: ["status=overdue", "open>100", "due<=eom", "client~blum"]))
        }
        let field = try field(String(text[..<found.range.lowerBound].trimmed))
        let typed = String(text[found.range.upperBound...].trimmed)
        return Condition(
            field: field, sign: found.sign,
            value: try value(typed, field, found.sign, today))
    }

    private static func value(
        _ text: String, _ field: QueryField<Row>, _ sign: Condition.Sign, _ today: CivilDate
    ) throws(BillingFailure) -> QueryValue {
        if text.isEmpty || text.lowercased() == "none" { return .none }
        if sign == .contains { return .text(text) }
        switch field.kind {
        case .text: return .text(text)
        case .number: return .number(try Decimal(text, as: .units).coefficient)
        case .amount:
            let number = try Decimal(text, as: .price)
            return .amount(number.coefficient, decimals: number.scale)
        case .date: return .date(try DateExpression(text, today: today).date)
        }
    }
}
