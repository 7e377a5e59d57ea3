import Convergence
package import Replication

/// What was invoiced over some days, and since the beginning: of each currency.
package struct Turnover: Equatable, Sendable {
    /// The first and the last day; no first day is since the beginning.
    package let from: CivilDate?
    package let to: CivilDate
    /// The currency of all amounts.
    package let currency: Currency
    /// How many documents there are of the days.
    package let documents: Int
    /// By VAT category and falling rate.
    package let groups: [VATGroup]
    /// The sums since the beginning, up to the last day: they only ever grow by what is issued.
    package let perpetualNet: Int64
    package let perpetualVAT: Int64
    package let perpetualDocuments: Int

    /// Without VAT, in minor units.
    package var net: Int64 { groups.reduce(0) { $0 &+ $1.basis } }
    /// The VAT.
    package var vat: Int64 { groups.reduce(0) { $0 &+ $1.vat } }

    /// `from to currency documents net vat gross groups perpetual`.
    package var json: JSON {
        .members([
            "from": .text(from?.iso), "to": .string(to.iso), "currency": .string(currency.code),
            "documents": .integer(documents), "net": .string(currency.text(net)),
            "vat": .string(currency.text(vat)), "gross": .string(currency.text(net &+ vat)),
            "groups": .array(
                groups.map { group in
                    .members([
                        "category": .string(group.category.rawValue),
                        "rate": .string(group.rate.text),
                        "basis": .string(currency.text(group.basis)),
                        "vat": .string(currency.text(group.vat)),
                    ])
                }),
            "perpetual": .members([
                "documents": .integer(perpetualDocuments),
                "net": .string(currency.text(perpetualNet)),
                "vat": .string(currency.text(perpetualVAT)),
                "gross": .string(currency.text(perpetualNet &+ perpetualVAT)),
            ]),
        ])
    }
}

/// Totals of what was issued. Deposits count with their own invoices, and what a corrective replaces
/// counts no more, and is taken off once where two devices each replaced it; credit notes take off.
package enum Turnovers {
    /// The totals of each currency over some days.
    package static func list(
        _ reading: Reading, from: CivilDate?, to: CivilDate
    ) throws -> [Turnover] {
        if let from, from > to { throw BillingFailure.periodBackwards(from: from, to: to) }
        var groups: [String: [VATGroup]] = [:]
        var counts: [String: Int] = [:]
        try reading.each(
            """
            SELECT currency, content FROM documents
            WHERE hidden = 0 AND date BETWEEN ? AND ? ORDER BY series, sequence, id
            """,
            [.text(from?.iso ?? ""), .text(to.iso)]
        ) { cursor in
            guard let code = cursor.text(0),
                let content = cursor.text(1).flatMap({ try? JSON(reading: Array($0.utf8)) })
            else { return }
            counts[code, default: 0] += 1
            for group in (content["counted"]?.elements ?? []).compactMap(
                VATGroup.init(contentJSON:))
            {
                groups[code, default: []].add(group)
            }
        }
        var perpetual: [String: [VATGroup]] = [:]
        for further in try furtherCorrectives(reading, to: to) {
            for group in further.groups {
                perpetual[further.currency, default: []].add(group)
                if from.map({ further.date >= $0 }) ?? true {
                    groups[further.currency, default: []].add(group)
                }
            }
        }
        let rows = try reading.rows(
            """
            SELECT currency, count(*) AS documents, sum(counted_net) AS net, sum(counted_vat) AS vat
            FROM documents WHERE hidden = 0 AND date <= ?1
                AND \(Currency.isMinor("counted_net"))
                AND \(Currency.isMinor("counted_vat"))
            GROUP BY currency ORDER BY currency
            """,
            [.text(to.iso)])
        return rows.compactMap { record in
            guard let code = record.text("currency"), let currency = try? Currency(code) else {
                return nil
            }
            let again = perpetual[code] ?? []
            return Turnover(
                from: from, to: to, currency: currency, documents: counts[code] ?? 0,
                groups: (groups[code] ?? []).sorted {
                    $0.category.order == $1.category.order
                        ? $0.rate > $1.rate : $0.category.order < $1.category.order
                }, perpetualNet: again.reduce(record.integer("net") ?? 0) { $0 &+ $1.basis },
                perpetualVAT: again.reduce(record.integer("vat") ?? 0) { $0 &+ $1.vat },
                perpetualDocuments: Int(record.integer("documents") ?? 0))
        }
    }
}

extension Turnovers {
    /// What a corrective took off that an earlier one had taken off.
    private struct Further {
        let date: CivilDate
        let currency: String
        let groups: [VATGroup]
    }

    /// The correctives up to a day beside the first of a document, by date, series and number. Each was
    /// frozen with what it replaces taken off, without knowing of the others.
    private static func furtherCorrectives(
        _ reading: Reading, to: CivilDate
    ) throws -> [Further] {
        try reading.rows(
            """
            SELECT c.date, c.currency, o.content
            FROM documents c JOIN documents o ON o.id = c.corrects
            WHERE c.kind = ?1 AND c.hidden = 0 AND c.date <= ?2 AND EXISTS (
                SELECT 1 FROM documents f WHERE f.corrects = c.corrects AND f.kind = ?1
                    AND f.hidden = 0
                    AND (f.date, f.series, f.sequence, f.id) < (c.date, c.series, c.sequence, c.id))
            """,
            [.text(DocumentKind.corrective.rawValue), .text(to.iso)]
        ).compactMap { record in
            guard let date = record.text("date").flatMap({ CivilDate(iso: $0) }),
                let currency = record.text("currency"),
                let origin = record.text("content").flatMap(IssuedContent.init),
                let content = try? origin.rows.content()
            else { return nil }
            return Further(
                date: date, currency: currency,
                groups: Counting.groups(origin.totals, content, replaces: nil))
        }
    }
}
