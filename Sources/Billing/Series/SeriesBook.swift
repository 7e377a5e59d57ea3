import Convergence
package import Replication

/// The number series: who issues from which, decided once and recorded.
///
/// A decision is a row of its own that no one changes. It counts the decisions about the series
/// that its writer had seen (`turn`): the greatest stands, and two equal ones were made without
/// seeing each other, so nobody issues until one is continued anew.
package enum SeriesBook {
    /// All series by name.
    package static func list(_ reading: Reading) throws -> [SeriesClaim] {
        var facts: [String: [Fact]] = [:]
        let records = try reading.rows(
            "SELECT name, act, writer, reason, last, turn FROM series WHERE hidden = 0 ORDER BY id")
        for record in records {
            guard let fact = Fact(record) else { continue }
            facts[fact.name, default: []].append(fact)
        }
        var claims: [SeriesClaim] = []
        for (name, facts) in facts.sorted(by: { $0.key < $1.key }) {
            claims.append(try claim(reading, name, facts))
        }
        return claims
    }

    /// Opens a series for this writer. The name must be new; the reason is recorded.
    package static func open(
        _ writing: Writing, name: String, reason: String?, at moment: Moment
    ) throws -> SeriesClaim {
        // Before the first sync nobody knows which names are taken.
        _ = try Books.settings(writing)
        let name = try SeriesClaim.checkedName(name)
        if let other = try list(writing).first(where: { $0.name.lowercased() == name.lowercased() })
        {
            throw BillingFailure.seriesExists(other)
        }
        return try decide(writing, .opened, name: name, reason: reason, last: 0, turn: 1, moment)
    }

    /// Continues a series with this writer: the one that held it is retired. `last` is the last
    /// number that the user has on paper, if it is greater than what the books hold.
    package static func `continue`(
        _ writing: Writing, name: String, last: String? = nil, at moment: Moment
    ) throws -> SeriesClaim {
        let claim = try named(writing, name)
        guard claim.state != .closed else { throw BillingFailure.seriesNotOurs(claim) }
        let me = String(describing: try writing.writer)
        guard claim.writers != [me] else { throw BillingFailure.nothingToChange }
        return try decide(
            writing, .continued, name: claim.name, reason: nil,
            last: try confirmed(last, claim), turn: claim.turn &+ 1, moment)
    }

    /// Closes a series: nobody issues from it any more. `last` is its last known number.
    package static func close(
        _ writing: Writing, name: String, reason: String?, last: String? = nil, at moment: Moment
    ) throws -> SeriesClaim {
        let claim = try named(writing, name)
        guard claim.state != .closed else { throw BillingFailure.nothingToChange }
        return try decide(
            writing, .closed, name: claim.name, reason: reason,
            last: try confirmed(last, claim), turn: claim.turn &+ 1, moment)
    }

    /// The series `F` of the writer that makes the books.
    static func openFirst(_ writing: Writing, at moment: Moment) throws {
        _ = try decide(writing, .opened, name: "F", reason: nil, last: 0, turn: 1, moment)
    }

    /// The series that this writer issues from: the named one, or its only one.
    static func usable(_ writing: Writing, name: String?) throws -> SeriesClaim {
        let claims = try list(writing)
        let me = String(describing: try writing.writer)
        let mine = claims.filter { $0.state == .open && $0.writers == [me] }
        if let name {
            if let claim = mine.first(where: { $0.name == name }) {
                return claim.following(writing.written("documents"))
            }
            if let other = claims.first(where: { $0.name == name }) {
                throw BillingFailure.seriesNotOurs(other)
            }
            throw BillingFailure.seriesUnknown(name: name, known: claims.map(\.name))
        }
        guard mine.count < 2 else { throw BillingFailure.severalSeries(mine.map(\.name)) }
        guard let only = mine.first else {
            throw BillingFailure.noSeries(known: claims.filter { $0.state != .closed })
        }
        return only.following(writing.written("documents"))
    }
}

extension SeriesBook {
    private enum Act: String {
        case opened, continued, closed
    }

    private struct Fact {
        let name: String
        let act: Act
        let writer: String
        let reason: String?
        let last: Int64
        let turn: Int64

        init?(_ record: Record) {
            guard let name = record.text("name"), let writer = record.text("writer"),
                let act = record.text("act").flatMap({ Act(rawValue: $0) })
            else { return nil }
            self.name = name
            self.act = act
            self.writer = writer
            reason = record.text("reason")
            last = record.integer("last") ?? 0
            turn = record.integer("turn") ?? 0
        }
    }

    private static func claim(
        _ reading: Reading, _ name: String, _ facts: [Fact]
    ) throws -> SeriesClaim {
        let turn = facts.map(\.turn).max() ?? 0
        let standing = facts.filter { $0.turn == turn }
        let isClosed = standing.contains { $0.act == .closed }
        let writers = isClosed ? [] : Set(standing.map(\.writer)).sorted()
        // The last hundred: dates rise with the numbers, but for those of twins.
        let issued = try reading.rows(
            """
            SELECT max(sequence) AS sequence, max(date) AS date FROM (
                SELECT sequence, date FROM documents WHERE series = ?
                ORDER BY sequence DESC LIMIT 100)
            """,
            [.text(name)]
        ).first
        return SeriesClaim(
            name: name,
            state: isClosed ? .closed : writers.count == 1 ? .open : .claimedTwice,
            writers: writers,
            lastNumber: max(facts.map(\.last).max() ?? 0, issued?.integer("sequence") ?? 0),
            lastDate: issued?.text("date").flatMap { CivilDate(iso: $0) },
            reason: standing.lazy.compactMap(\.reason).first, turn: turn)
    }

    private static func named(_ reading: Reading, _ name: String) throws -> SeriesClaim {
        let claims = try list(reading)
        guard
            let claim = claims.first(where: { $0.name == name })
                ?? claims.first(where: { $0.name.lowercased() == name.lowercased() })
        else { throw BillingFailure.seriesUnknown(name: name, known: claims.map(\.name)) }
        return claim
    }

    private static func confirmed(_ last: String?, _ claim: SeriesClaim) throws -> Int64 {
        guard let last else { return claim.lastNumber }
        // On paper it stands as F-0012, and people type it so.
        let prefix = claim.name + "-"
        let digits = last.hasPrefix(prefix) ? String(last.dropFirst(prefix.count)) : last
        let number = try Decimal(digits, as: .units)
        guard number.coefficient >= claim.lastNumber else {
            throw BillingFailure.lastNumberTooLow(
                series: claim.name, given: number.coefficient, known: claim.lastNumber)
        }
        return number.coefficient
    }

    private static func decide(
        _ writing: Writing, _ act: Act, name: String, reason: String?, last: Int64, turn: Int64,
        _ moment: Moment
    ) throws -> SeriesClaim {
        let me = String(describing: try writing.writer)
        let reason = try reason.map { try PlainText.line($0, .reason) }
        var fields: [String: Value] = [
            "name": .text(name), "act": .text(act.rawValue), "writer": .text(me),
            "last": .integer(last), "turn": .integer(turn), "date": .text(moment.today.iso),
        ]
        if let reason { fields["reason"] = .text(reason) }
        _ = try writing.insert("series", fields)
        return SeriesClaim(
            name: name, state: act == .closed ? .closed : .open,
            writers: act == .closed ? [] : [me], lastNumber: last, lastDate: nil, reason: reason,
            turn: turn)
    }
}
