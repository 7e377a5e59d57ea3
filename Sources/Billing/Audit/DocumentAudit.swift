import Convergence
package import Replication

/// What was issued, series by series, as an inspector reads it.
package struct DocumentAudit: Equatable, Sendable {
    /// A document, with the change of the signed chain that made it.
    package struct Entry: Equatable, Sendable {
        package let id: String
        package let number: String
        package let kind: DocumentKind
        package let date: CivilDate?
        package let currency: Currency
        package let net: Int64
        package let vat: Int64
        package let total: Int64
        package let hash: String
        /// The change's id, and the device that made it; nil when no held change made the row.
        package let change: String?
        package let device: String?
    }

    /// A series from its first to its last number.
    package struct Series: Equatable, Sendable {
        package let name: String
        package let entries: [Entry]

        package var first: Entry? { entries.first }
        package var last: Entry? { entries.last }
    }

    /// By name; each in the order of its numbers.
    package let series: [Series]
    /// What does not add up.
    package let findings: [Finding]

    /// `documents series findings`; a series has its first and last number and date, count and totals.
    package var json: JSON {
        .members([
            "series": .array(series.map(\.json)),
            "documents": .array(series.flatMap(\.entries).map(\.json)),
            "findings": .array(findings.map(\.json)),
        ])
    }
}

extension DocumentAudit.Series {
    var json: JSON {
        .members([
            "name": .string(name), "count": .integer(entries.count),
            "first": .text(first?.number), "firstDate": .text(first?.date?.iso),
            "last": .text(last?.number), "lastDate": .text(last?.date?.iso),
            "totals": .array(
                sums.map { sum in
                    .members([
                        "currency": .string(sum.currency.code),
                        "net": .string(sum.currency.text(sum.net)),
                        "vat": .string(sum.currency.text(sum.vat)),
                        "total": .string(sum.currency.text(sum.total)),
                    ])
                }),
        ])
    }

    /// The sums of each currency.
    package var sums: [(currency: Currency, net: Int64, vat: Int64, total: Int64)] {
        var sums: [String: (currency: Currency, net: Int64, vat: Int64, total: Int64)] = [:]
        for entry in entries {
            var sum = sums[entry.currency.code] ?? (entry.currency, 0, 0, 0)
            sum.net &+= entry.net
            sum.vat &+= entry.vat
            sum.total &+= entry.total
            sums[entry.currency.code] = sum
        }
        return sums.keys.sorted().compactMap { sums[$0] }
    }
}

extension DocumentAudit.Entry {
    var json: JSON {
        .members([
            "number": .string(number), "kind": .string(kind.words), "date": .text(date?.iso),
            "currency": .string(currency.code), "net": .string(currency.text(net)),
            "vat": .string(currency.text(vat)), "total": .string(currency.text(total)),
            "hash": .string(hash), "change": .text(change), "device": .text(device),
            "id": .string(id),
        ])
    }
}

extension DocumentAudit {
    /// Audits what was issued against the changes of the chain: every document must be the very put of
    /// a held change, bear the hash of its content, and stand in a series without gaps, twins or dates
    /// that go back. `log` is the replica's.
    package static func make(_ reading: Reading, log: [LogEntry]) throws -> DocumentAudit {
        let origins = origins(log)
        var findings = try Findings.ofDocuments(reading)
        var series: [(name: String, entries: [Entry])] = []
        let rows = try reading.rows(
            """
            SELECT id, series, sequence, number, kind, date, currency, net, vat, total, hash, content
            FROM documents WHERE hidden = 0 ORDER BY series, sequence, id
            """)
        for record in rows {
            let id = record.text("id") ?? ""
            let number = record.text("number") ?? ""
            let origin = origins[id]
            let isSame =
                origin?.fields["content"] == record["content"]
                && origin?.fields["number"] == record["number"]
                && origin?.fields["date"] == record["date"]
                && origin?.fields["total"] == record["total"]
            if !isSame { findings.append(.documentUnproven(number: number, document: id)) }
            let entry = Entry(
                id: id, number: number,
                kind: record.text("kind").flatMap { DocumentKind(rawValue: $0) } ?? .invoice,
                date: record.text("date").flatMap { CivilDate(iso: $0) },
                currency: record.text("currency").flatMap { try? Currency($0) } ?? .eur,
                net: record.integer("net") ?? 0, vat: record.integer("vat") ?? 0,
                total: record.integer("total") ?? 0, hash: record.text("hash") ?? "",
                change: isSame ? origin?.change : nil, device: isSame ? origin?.device : nil)
            let name = record.text("series") ?? ""
            if series.last?.name == name, let before = series.last?.entries.last {
                if let date = entry.date, let earlier = before.date, date < earlier {
                    findings.append(.dateWentBack(number: number, after: before.number))
                }
                series[series.count - 1].entries.append(entry)
            } else {
                series.append((name, [entry]))
            }
        }
        return DocumentAudit(
            series: series.map { Series(name: $0.name, entries: $0.entries) }, findings: findings)
    }

    private struct Origin {
        let change: String
        let device: String
        let fields: [String: Value]
    }

    /// The changes that made documents, by the documents' rows.
    private static func origins(_ log: [LogEntry]) -> [String: Origin] {
        var origins: [String: Origin] = [:]
        for entry in log {
            guard case .operations(let operations) = entry.content else { continue }
            for case .put("documents", let row, let fields) in operations {
                var values: [String: Value] = [:]
                for field in fields { values[field.field] = field.value }
                // A later put changes nothing that a frozen row shows.
                guard values["content"] != nil else { continue }
                origins[row.text] = Origin(
                    change: entry.id, device: entry.device ?? entry.writer, fields: values)
            }
        }
        return origins
    }
}
