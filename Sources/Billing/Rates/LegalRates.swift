import Convergence
package import Replication

/// A rate that the law refers to, while it was in force.
package struct LegalRate: Equatable, Sendable {
    /// Which one, as `ecb-main-refinancing`.
    package let name: String
    /// Its first and its last day.
    package let from: CivilDate
    package let to: CivilDate
    /// In percent a year.
    package let percent: Decimal
    /// Who published it.
    package let source: String

    /// `name from to percent source`.
    package var json: JSON {
        .members([
            "name": .string(name), "from": .string(from.iso), "to": .string(to.iso),
            "percent": .string(percent.text), "source": .string(source),
        ])
    }
}

/// The rates that penalties follow from: a dated table with sources that ships with the program, and
/// what the user adds. No rate stands in the code.
package enum LegalRates {
    /// The rate of the European Central Bank's main refinancing operations.
    package static let refinancing = "ecb-main-refinancing"
    /// The French legal interest rates, for creditors who are businesses and for individuals.
    package static let professional = "legal-interest-professional"
    package static let individual = "legal-interest-individual"

    /// The names that the program asks for.
    package static let names = [refinancing, professional, individual]

    /// All rates by name and day: what the user added goes before what ships.
    package static func list(_ reading: Reading) throws -> [LegalRate] {
        let own = try reading.rows("SELECT * FROM rates WHERE hidden = 0 ORDER BY id")
            .compactMap { record in
                rate { record.text($0) }
            }
        let taken = Set(own.map { $0.name + " " + $0.from.iso })
        return (own + shipped.filter { !taken.contains($0.name + " " + $0.from.iso) })
            .sorted { ($0.name, $0.from) < ($1.name, $1.from) }
    }

    /// The rate of a name that was in force on a day; fails and names the day when the table lacks it.
    static func rate(
        _ name: String, on day: CivilDate, among rates: [LegalRate]
    ) throws(BillingFailure) -> Decimal {
        guard let rate = rates.first(where: { $0.name == name && $0.from <= day && day <= $0.to })
        else { throw .rateMissing(name: name, day: day) }
        return rate.percent
    }

    /// Adds a rate, or corrects the one of the same first day.
    package static func add(
        _ writing: Writing, name: String, from: CivilDate, to: CivilDate, percent: String,
        source: String
    ) throws -> LegalRate {
        let name = try ChoiceFault.checked(name, "rate", names)
        guard from <= to else { throw BillingFailure.periodBackwards(from: from, to: to) }
        let rate = LegalRate(
            name: name, from: from, to: to, percent: try Decimal(percent, as: .rate),
            source: try PlainText.line(source, .reference))
        _ = try writing.insertDerived(
            "rates", keys: [.text(name), .text(from.iso)],
            [
                "name": .text(name), "from_day": .text(from.iso), "to_day": .text(to.iso),
                "percent": .text(rate.percent.text), "source": .text(rate.source),
            ])
        return rate
    }

    /// The table that ships: `rate,from,to,percent,"source"`.
    static let shipped: [LegalRate] = {
        let text = String(decoding: PackageResources.legal_rates_csv, as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
            let parts = line.split(separator: ",", maxSplits: 4, omittingEmptySubsequences: false)
                .map(String.init)
            guard parts.count == 5 else { return nil }
            let isQuoted = parts[4].hasPrefix("\"")
            let source = isQuoted ? String(parts[4].dropFirst().dropLast()) : parts[4]
            let values = [
                "name": parts[0], "from_day": parts[1], "to_day": parts[2], "percent": parts[3],
                "source": source,
            ]
            return rate { values[$0] }
        }
    }()

    private static func rate(_ field: (String) -> String?) -> LegalRate? {
        guard let name = field("name"),
            let from = field("from_day").flatMap({ CivilDate(iso: $0) }),
            let to = field("to_day").flatMap({ CivilDate(iso: $0) }),
            let percent = field("percent").flatMap({ try? Decimal($0, as: .rate) })
        else { return nil }
        return LegalRate(
            name: name, from: from, to: to, percent: percent, source: field("source") ?? "")
    }
}
