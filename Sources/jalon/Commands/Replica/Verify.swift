import ArgumentParser
import Billing
import Replication

struct Verify: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check every seal, and that the books follow from them.",
        discussion: "Exit code 2 if something is wrong. Nothing is changed.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let audit = try session.replica().verify()
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
        case .tables: "The tables do not show what they hold: \(detail)."
        case .rebuild: "The tables are not what the changes say: \(detail)."
        case .divergence: "Device \(detail) had other books at the same version."
        }
    }
}
