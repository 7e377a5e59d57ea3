package import Replication

/// The saved lists of the first page, with how many rows they have.
package enum PinnedViews {
    /// A view and what is in it.
    package struct Count: Equatable, Sendable {
        package let view: SavedView
        /// How many rows; nil where this program cannot read the view.
        package let count: Int?
        /// What groups would sum, by currency.
        package let sums: [QuerySums]

        /// The view's keys with `count`.
        package var json: JSON {
            guard case .object(let members) = view.json else { return .null }
            return .object(members + [JSON.Member("count", count.map { .integer($0) } ?? .null)])
        }

        /// How many, and what is open of them.
        package var words: String {
            guard let count else { return "cannot be read by this jalon" }
            let open = sums.compactMap { sum in
                sum.parts.first { $0.name == "open" && $0.minor != 0 }.map {
                    "\(sum.currency.text($0.minor)) \(sum.currency.code)"
                }
            }
            return open.isEmpty ? "\(count)" : "\(count), \(open.joined(separator: " and ")) open"
        }
    }

    /// The pinned views by name. A view that cannot be read
    /// hides no other.
    package static func list(
        _ reading: Reading, today: CivilDate
    ) throws -> [Count] {
        // By whether what is settled is among them.
        var plain: [Bool: [InvoiceView]] = [:]
        return try SavedViews.list(reading).filter(\.isPinned).map { view in
            do {
                switch try view.known {
                case .invoice:
                    let query: Query<InvoiceView> = try view.query(today: today)
                    let needsSettled = InvoiceView.needsSettled(query)
                    if InvoiceView.needsDetails(query) {
                        let detailed = try Invoices.list(
                            reading, needsSettled: needsSettled, withDetails: true, asOf: today)
                        return try count(view, detailed, today)
                    }
                    let invoices =
                        try plain[needsSettled]
                        ?? Invoices.list(reading, needsSettled: needsSettled, asOf: today)
                    plain[needsSettled] = invoices
                    return try count(view, invoices, today)
                case .payment: return try count(view, Payments.list(reading), today)
                case .client: return try count(view, Clients.list(reading), today)
                case .bill: return try count(view, Bills.list(reading, asOf: today), today)
                }
            } catch is BillingFailure {
                return Count(view: view, count: nil, sums: [])
            }
        }
    }

    private static func count<Row: QueryRow>(
        _ view: SavedView, _ rows: [Row], _ today: CivilDate
    ) throws -> Count {
        let query = try Query<Row>(where: view.condition, today: today)
        let found = query.groups(rows).first
        return Count(view: view, count: found?.rows.count ?? 0, sums: found?.sums ?? [])
    }
}
