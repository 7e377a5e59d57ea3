package import Convergence
package import Replication

/// A prepaid package as answers show it.
package struct PackageView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// What it is called.
    package let name: String
    /// The client's row.
    package let client: String
    /// The client's name.
    package let clientName: String
    /// How many units were bought.
    package let units: Int64
    /// How many were used, on all devices.
    package let used: Int64
    /// The price of the whole, without VAT, in minor units.
    package let price: Int64
    /// The currency of the price.
    package let currency: Currency

    /// What is left; negative when more was used than bought.
    package var remaining: Int64 { units &- used }

    /// `id name client clientName units used remaining price currency`.
    package var json: JSON {
        .members([
            "id": .string(id), "name": .string(name), "client": .string(client),
            "clientName": .string(clientName), "units": .integer(units), "used": .integer(used),
            "remaining": .integer(remaining), "price": .string(currency.text(price)),
            "currency": .string(currency.code),
        ])
    }
}

/// Prepaid packages: their use is a counter, so that what is used on two offline devices adds up.
package enum Packages {
    /// The most units of a package and of one use.
    package static let unitsMax: Int64 = 1_000_000_000

    /// Makes a package.
    package static func new(
        _ writing: Writing, client: RowID, name: String, units: String, price: String,
        at moment: Moment
    ) throws -> PackageView {
        let name = try PlainText.line(name, .name)
        let currency = try Books.settings(writing).currency
        let bought = try count(units)
        guard bought > 0 else { throw BillingFailure.unitsOutOfRange(text: units) }
        let minor = try currency.minor(price)
        guard minor >= 0 else { throw BillingFailure.number(.amount, text: price, .negative) }
        let clientName = try Clients.stored(writing, client).text("name") ?? ""
        let id = try writing.insert(
            "packages",
            [
                "client": .text(client.text), "name": .text(name), "units": .integer(bought),
                "price": .integer(minor), "currency": .text(currency.code),
                "created": .integer(moment.milliseconds),
            ])
        return PackageView(
            id: id.text, name: name, client: client.text, clientName: clientName, units: bought,
            used: 0, price: minor, currency: currency)
    }

    /// Uses units of a package, one unless told; a negative count takes back.
    package static func use(
        _ writing: Writing, _ id: RowID, units: String? = nil
    ) throws -> PackageView {
        let text = units ?? "1"
        let count = try count(text)
        guard count != 0 else { throw BillingFailure.unitsOutOfRange(text: text) }
        guard let view = try views(writing, id).first else {
            throw BillingFailure.notFound(.package, text: id.text, suggestions: [])
        }
        try writing.add("packages", id, "used", count)
        return PackageView(
            id: view.id, name: view.name, client: view.client, clientName: view.clientName,
            units: view.units, used: view.used &+ count, price: view.price,
            currency: view.currency)
    }

    /// All packages in the order of their making.
    package static func list(_ reading: Reading) throws -> [PackageView] {
        try views(reading, nil)
    }

    private static func count(_ text: String) throws(BillingFailure) -> Int64 {
        let count = try Decimal(text, as: .units).coefficient
        guard count.magnitude <= unitsMax.magnitude else { throw .unitsOutOfRange(text: text) }
        return count
    }

    private static func views(_ reading: Reading, _ id: RowID?) throws -> [PackageView] {
        let rows = try reading.rows(
            """
            SELECT p.*, c.name AS clientName FROM packages p LEFT JOIN clients c ON c.id = p.client
            WHERE p.hidden = 0 AND (?1 IS NULL OR p.id = ?1) ORDER BY p.created, p.id
            """,
            [id.map { .text($0.text) } ?? .null])
        return rows.map { record in
            PackageView(
                id: record.text("id") ?? "", name: record.text("name") ?? "",
                client: record.text("client") ?? "", clientName: record.text("clientName") ?? "",
                units: record.integer("units") ?? 0, used: record.integer("used") ?? 0,
                price: record.integer("price") ?? 0,
                currency: record.text("currency").flatMap { try? Currency($0) } ?? .eur)
        }
    }
}
