import Convergence
import Replication

/// What a client is not asked for any more, day by day.
enum WriteOffs {
    /// What changed on a day in what is given up of a document.
    struct Entry {
        let date: CivilDate
        let currency: String
        let number: String
        /// Below zero what is given up, above zero what came all the same, in minor units.
        let amount: Int64
    }

    /// The entries of a client's documents up to a day, in the order of days, then numbers.
    ///
    /// Given up is what is open when a document is written off. Money or a credit that comes later
    /// takes as much of it back: so a statement ends with what `owed` says on its last day.
    static func list(_ reading: Reading, client: RowID, to: CivilDate) throws -> [Entry] {
        let rows = try reading.rows(
            """
            SELECT d.id, d.invoice, d.number, d.currency, d.total, min(e.date) AS day
            FROM events e JOIN documents d ON d.id = e.document
            WHERE d.client = ?1 AND d.hidden = 0 AND e.kind = ?2 AND e.hidden = 0 AND e.date <= ?3
            GROUP BY d.id
            """,
            [.text(client.text), .text(EventKind.writtenOff.rawValue), .text(to.iso)])
        var entries: [Entry] = []
        for row in rows {
            guard let id = row.text("id"), let invoice = row.text("invoice"),
                let number = row.text("number"), let currency = row.text("currency"),
                let total = row.integer("total")?.minor, let day = row.text("day"),
                let date = CivilDate(iso: day)
            else { continue }
            var open = total
            var givenUp: Int64 = 0
            var isWrittenOff = false
            func note(_ date: CivilDate) {
                let now = max(open, 0)
                if now != givenUp {
                    entries.append(
                        Entry(
                            date: date, currency: currency, number: number, amount: givenUp &- now))
                }
                givenUp = now
            }
            for (settled, amount) in try settlements(reading, id, invoice, total, to: to) {
                if settled > date, !isWrittenOff {
                    isWrittenOff = true
                    note(date)
                }
                open &-= amount
                if isWrittenOff { note(settled) }
            }
            if !isWrittenOff { note(date) }
        }
        return entries.sorted { ($0.date, $0.number) < ($1.date, $1.number) }
    }

    /// What payments and credits took off a document, in the order of days.
    private static func settlements(
        _ reading: Reading, _ document: String, _ invoice: String, _ total: Int64, to: CivilDate
    ) throws -> [(CivilDate, Int64)] {
        try reading.rows(
            """
            SELECT p.date AS day, a.amount AS amount
            FROM allocations a JOIN payments p ON p.id = a.payment
            WHERE a.invoice = ?1 AND a.document = ?2 AND a.hidden = 0 AND p.hidden = 0
                AND p.date <= ?4
            UNION ALL
            SELECT date, CASE kind WHEN ?5 THEN ?3 ELSE -total END
            FROM documents WHERE corrects = ?2 AND hidden = 0 AND date <= ?4
            ORDER BY 1
            """,
            [
                .text(invoice), .text(document), .integer(total), .text(to.iso),
                .text(DocumentKind.corrective.rawValue),
            ]
        ).compactMap { row in
            guard let date = row.text("day").flatMap({ CivilDate(iso: $0) }),
                let amount = row.integer("amount")?.minor
            else { return nil }
            return (date, amount)
        }
    }
}
