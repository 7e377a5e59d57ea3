/// What a list is to show, as typed: `status=overdue and open>100`, `-due,client`, `client`.
///
/// Conditions are joined by `and`; `or` divides several values of one field, and what is in double
/// quotes is a value whatever it says. `=` and `!=` ignore case, `~` finds a part of a text, `<`,
/// `<=`, `>` and `>=` compare numbers, amounts and dates, which are understood as everywhere. `none`
/// is what is not there. What cannot be read is refused: a mistake never shows fewer rows.
package struct Query<Row: QueryRow>: Sendable {
    private struct Order {
        let field: QueryField<Row>
        let isFalling: Bool
    }

    /// Rows with one value of the field that they are grouped by.
    package struct Group: Sendable {
        /// The value; nil for a list that is not grouped.
        package let name: String?
        /// In their order.
        package let rows: [Row]

        /// The sums of each currency.
        package var sums: [QuerySums] {
            var sums: [String: QuerySums] = [:]
            for own in rows.lazy.compactMap(\.querySums) {
                if sums[own.currency.code] == nil {
                    sums[own.currency.code] = own
                } else {
                    sums[own.currency.code]?.add(own)
                }
            }
            return sums.keys.sorted().compactMap { sums[$0] }
        }
    }

    private let conditions: [QueryCondition<Row>]
    private let order: [Order]
    private let grouping: QueryField<Row>?

    /// Whether rows are grouped.
    package var isGrouped: Bool { grouping != nil }
    /// The names of the fields that rows are chosen and sorted by.
    package var fields: Set<String> { Set(conditions.map(\.field.name) + order.map(\.field.name)) }
    /// The name of the field that rows are grouped by.
    package var groupField: String? { grouping?.name }
    /// Whether some rows may be left out.
    package var isFiltered: Bool { !conditions.isEmpty }

    /// Whether no row passes whose field of this name has one of these values.
    func passesOver(_ name: String, _ values: [QueryValue]) -> Bool {
        let own = conditions.filter { $0.field.name == name }
        return values.allSatisfy { value in own.contains { !$0.accepts([value]) } }
    }

    /// Reads what was typed; nil is everything, in the list's own order, not grouped.
    package init(
        where condition: String? = nil, sort: String? = nil, group: String? = nil,
        today: CivilDate
    ) throws(BillingFailure) {
        conditions = try QueryCondition.all(in: condition ?? "", today: today)
        var order: [Order] = []
        if let sort {
            for part in sort.split(separator: ",", omittingEmptySubsequences: false) {
                let name = part.trimmed
                let isFalling = name.hasPrefix("-")
                guard name.count > (isFalling ? 1 : 0) else { throw .query(.empty(beside: ",")) }
                order.append(
                    Order(
                        field: try Row.queryField(String(isFalling ? name.dropFirst() : name)),
                        isFalling: isFalling))
            }
        }
        self.order = order
        if let group {
            grouping = try Row.queryField(String(group.trimmed))
        } else {
            grouping = nil
        }
    }

    /// The rows that are wanted, in their order and groups. A row with several values of the field
    /// that is grouped by stands in the group of each.
    package func groups(_ rows: [Row]) -> [Group] {
        let wanted = sorted(rows.filter { row in conditions.allSatisfy { $0.holds(row) } })
        guard let grouping else { return [Group(name: nil, rows: wanted)] }
        var members: [QueryValue: [Row]] = [:]
        for row in wanted {
            let values = Set(grouping.values(row))
            for value in values.isEmpty ? [.none] : values {
                members[value, default: []].append(row)
            }
        }
        return members.map { (key: QueryKey($0.key), value: $0.key, rows: $0.value) }
            .sorted { left, right in
                if QueryKey.isLess(left.key, right.key) { return true }
                if QueryKey.isLess(right.key, left.key) { return false }
                return left.value.text < right.value.text
            }.map { Group(name: $0.value.words, rows: $0.rows) }
    }

    private func sorted(_ rows: [Row]) -> [Row] {
        guard !order.isEmpty else { return rows }
        let keyed = rows.enumerated().map { place, row in
            (place, row, order.map { QueryKey($0.field.values(row).first ?? .none) })
        }
        return keyed.sorted { left, right in
            for (index, key) in order.enumerated() {
                let (one, other) = (left.2[index], right.2[index])
                // What is not there comes last in both directions.
                if QueryKey.isLess(one, other) { return !key.isFalling || other.isNone }
                if QueryKey.isLess(other, one) { return key.isFalling && !one.isNone }
            }
            // The list's own order decides between equals.
            return left.0 < right.0
        }.map(\.1)
    }
}
