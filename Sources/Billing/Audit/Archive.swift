import Convergence
package import Replication

/// A closed year as files that can be checked without the books: each document as it was frozen and as
/// it reads, indexes, and a manifest of SHA-256 hashes in the form that `sha256sum -c` takes.
package struct Archive: Equatable, Sendable {
    /// A file of it.
    package struct File: Equatable, Sendable {
        /// The path inside the archive's folder.
        package let path: String
        /// What it holds.
        package let text: String
    }

    /// The year.
    package let year: Int
    /// How many documents it holds.
    package let documents: Int
    /// All files but the manifest, by path.
    package let files: [File]
    /// The manifest's text.
    package let manifest: String

    /// SHA-256 of the manifest, in hexadecimal: it stands for the whole.
    package var hash: String { ContentHash.hexadecimal(manifest.utf8) }

    /// The manifest's path.
    package static let manifestPath = "manifest.sha256"

    /// `year documents files hash`.
    package var json: JSON {
        .members([
            "year": .integer(year), "documents": .integer(documents),
            "files": .integer(files.count), "hash": .string(hash),
        ])
    }
}

/// Archives of closed years.
package enum Archives {
    /// Puts a year together; refused until it is over.
    package static func make(
        _ reading: Reading, year: Int, today: CivilDate
    ) throws -> Archive {
        guard let first = CivilDate(year: year, month: 1, day: 1),
            let last = CivilDate(year: year, month: 12, day: 31), last < today
        else { throw BillingFailure.yearOpen(year: year) }
        var files: [Archive.File] = []
        var index = [indexHeadings]
        var names: Set<String> = []
        let rows = try reading.rows(
            """
            SELECT id, series, number, kind, date, currency, net, vat, gross, total, hash, content
            FROM documents WHERE hidden = 0 AND date BETWEEN ? AND ? ORDER BY series, sequence, id
            """,
            [.text(first.iso), .text(last.iso)])
        for record in rows {
            let content = record.text("content") ?? ""
            let number = record.text("number") ?? ""
            var name = String(number.map { $0 == "/" ? "_" : $0 })
            if !names.insert(name).inserted { name += "-" + (record.text("id") ?? "") }
            let json = try? JSON(reading: Array(content.utf8))
            files.append(Archive.File(path: "documents/\(name).json", text: content))
            if let text = json.flatMap({
                DocumentText(content: $0, format: .text, language: nil)?.text()
            }) {
                files.append(Archive.File(path: "documents/\(name).txt", text: text))
            }
            let currency = record.text("currency").flatMap { try? Currency($0) } ?? .eur
            index.append(
                [
                    record.text("series") ?? "", number,
                    record.text("kind").flatMap { DocumentKind(rawValue: $0) }?.words ?? "",
                    record.text("date") ?? "", json?["buyer"]?["name"]?.string ?? "", currency.code,
                ]
                    + ["net", "vat", "gross", "total"].map {
                        currency.text(record.integer($0) ?? 0)
                    } + [
                        json?["corrects"]?["number"]?.string ?? "", record.text("hash") ?? "",
                        "documents/\(name).json",
                    ])
        }
        files.append(Archive.File(path: "documents.csv", text: CSV.text(index)))
        files.append(
            Archive.File(
                path: "payments.csv", text: try payments(reading, from: first, to: last)))
        let totals = JSON.array(
            try Turnovers.list(reading, from: first, to: last).map(\.json)
        ).text
        files.append(Archive.File(path: "totals.json", text: totals + "\n"))
        files.append(Archive.File(path: "README.txt", text: readme(year)))
        files.sort { $0.path < $1.path }
        let manifest = files.map {
            ContentHash.hexadecimal($0.text.utf8) + "  " + $0.path + "\n"
        }.joined()
        return Archive(year: year, documents: rows.count, files: files, manifest: manifest)
    }

    private static let indexHeadings = [
        "series", "number", "kind", "date", "client", "currency", "net", "vat", "gross", "total",
        "corrects", "sha256", "file",
    ]

    /// Notes in the books that a year was archived, and with which hash: a frozen row.
    package static func record(
        _ writing: Writing, _ archive: Archive, at moment: Moment
    ) throws {
        _ = try writing.freeze(
            "archives",
            [
                "year": .integer(Int64(archive.year)), "date": .text(moment.today.iso),
                "documents": .integer(Int64(archive.documents)), "hash": .text(archive.hash),
            ])
    }

    private static func payments(
        _ reading: Reading, from first: CivilDate, to last: CivilDate
    ) throws -> String {
        var rows = [["date", "client", "amount", "currency", "method", "reference", "invoices"]]
        for payment in try Payments.list(reading) {
            guard let date = payment.date, date >= first, date <= last else { continue }
            rows.append([
                date.iso, payment.clientName, payment.currency.text(payment.amount),
                payment.currency.code, payment.method ?? "", payment.reference ?? "",
                payment.allocations.map {
                    "\($0.number ?? "") \(payment.currency.text($0.amount))"
                }.joined(separator: " + "),
            ])
        }
        return CSV.text(rows)
    }

    private static func readme(_ year: Int) -> String {
        """
        Archive of \(year)

        documents/    each document as it was frozen (.json) and as it reads (.txt)
        documents.csv each document with its amounts and the SHA-256 of its .json
        payments.csv  the payments of the year
        totals.json   the totals of the year, and since the beginning

        To check that nothing was changed, in this folder: sha256sum -c manifest.sha256
        The SHA-256 of manifest.sha256 itself stands in the books and was printed with the archive.

        """
    }
}

/// Comma-separated values by RFC 4180.
package enum CSV {
    /// The rows as lines. A text that a spreadsheet would take for a formula begins with an apostrophe;
    /// numbers stay as they are, and raw texts too.
    package static func text(
        _ rows: [[String]], isRaw: Bool = false, lineEnd: String = "\r\n"
    ) -> String {
        rows.map { $0.map { cell($0, isRaw: isRaw) }.joined(separator: ",") + lineEnd }.joined()
    }

    private static func cell(_ text: String, isRaw: Bool) -> String {
        var safe = text
        let isNumber = text.drop { $0 == "-" }.allSatisfy { $0.asciiDigit != nil || $0 == "." }
        let formulas: Set<Character> = ["=", "+", "-", "@", "\t", "\r"]
        if let first = text.first, formulas.contains(first), !isNumber, !isRaw { safe = "'" + text }
        guard safe.contains(where: { ",\"\r\n".contains($0) || $0.isNewline }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
