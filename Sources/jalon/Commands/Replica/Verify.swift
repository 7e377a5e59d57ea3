import ArgumentParser
import Billing
import Replication

struct Verify: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check every seal, and that the books follow from them.",
        discussion: "Exit code 2 if something is wrong. Nothing is changed.")

    @Flag(help: "Check what was issued too: numbers, dates, hashes, and who signed for each.")
    var documents = false
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let audit = try session.replica().verify()
        if documents { return try Self.documents(session.replica(), audit) }
        let isSound = audit.findings.isEmpty
        return Answer(json: audit.json, status: isSound ? .done : .findings) { page in
            page.line(
                "Checked \(audit.segments) segments, \(audit.changes) changes and"
                    + " \(audit.rows) rows; digest \(audit.digest).")
            for finding in audit.findings { page.line(finding.words, .bad) }
            if isSound {
                page.line("The books are what their changes say.", .good)
            } else {
                page.line("Next: jalon rebuild, then jalon sync")
            }
        }
    }

    /// The audit of the chain, and what was issued on it.
    private static func documents(_ replica: Replica, _ audit: Audit) throws -> Answer {
        let log = try replica.log()
        let issued = try replica.read { try DocumentAudit.make($0, log: log) }
        let isSound = audit.findings.isEmpty && issued.findings.isEmpty
        let json = audit.json.adding(["issued": issued.json])
        return Answer(json: json, status: isSound ? .done : .findings) { page in
            page.line(
                "Checked \(audit.segments) segments, \(audit.changes) changes and"
                    + " \(audit.rows) rows; digest \(audit.digest).")
            var table = Table([
                .left("SERIES"), .left("FIRST"), .left("ON"), .left("LAST"), .left("ON"),
                .right("COUNT"), .right("NET"), .right("VAT"), .right("TOTAL"), .left(""),
            ])
            for series in issued.series {
                for sum in series.sums {
                    table.add([
                        Cell(series.name, .strong), Cell(series.first?.number ?? ""),
                        Cell(series.first?.date?.iso ?? ""), Cell(series.last?.number ?? ""),
                        Cell(series.last?.date?.iso ?? ""), Cell("\(series.entries.count)"),
                        Cell(sum.currency.text(sum.net)), Cell(sum.currency.text(sum.vat)),
                        Cell(sum.currency.text(sum.total)), Cell(sum.currency.code),
                    ])
                }
            }
            page.table(table, none: "Nothing was issued yet.")
            for finding in audit.findings { page.line(finding.words, .bad) }
            for finding in issued.findings {
                page.line(finding.words, .bad)
                page.line("  \(finding.remedy)", .faint)
            }
            if isSound { page.line("Every document is what its device signed for.", .good) }
        }
    }
}

extension Audit {
    fileprivate var json: JSON {
        .members([
            "segments": .integer(segments), "changes": .integer(changes), "rows": .integer(rows),
            "digest": .string(digest), "findings": .array(findings.map(\.json)),
        ])
    }
}

extension Replication.Finding {
    var json: JSON { .members(["kind": .string(kind.rawValue), "detail": .string(detail)]) }

    var words: String {
        switch kind {
        case .integrity: "The database file is damaged: \(detail)."
        case .segment: "\(detail) is damaged; if it was sent, another device has a good copy."
        case .unsealed: "\(detail) is damaged; a rebuild puts it right, or sets it aside."
        case .tables: "The tables do not show what they hold: \(detail)."
        case .rebuild: "The tables are not what the changes say: \(detail)."
        case .divergence: "Device \(detail) had other books at the same version."
        }
    }
}
