import ArgumentParser
import Billing
import Replication

struct Rebuild: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Make all tables anew from the changes.",
        discussion: "Beside the present ones, which stay in use until the new ones are ready.")

    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        if writing.dryRun {
            let audit = try session.replica().verify()
            session.output.notice("Nothing was written: this was a dry run.")
            return Answer(
                json: .members([
                    "changes": .integer(audit.changes), "digest": .string(audit.digest),
                ]),
                line: "Would rebuild from \(audit.changes) changes.")
        }
        let report = try session.replica(for: .writing).rebuild { done, total in
            session.output.progress("Rebuilding: \(done) of \(total)")
        }
        return Answer(json: report.json) { page in
            page.line("Rebuilt from \(report.changes) changes in \(report.segments) segments.")
            if report.digestBefore == report.digestAfter {
                page.line("The books are the same: digest \(report.digestAfter).", .good)
            } else {
                page.line(
                    "The digest was \(report.digestBefore) and is \(report.digestAfter).", .warning)
            }
        }
    }
}

extension RebuildReport {
    fileprivate var json: JSON {
        .members([
            "segments": .integer(segments), "changes": .integer(changes),
            "digestBefore": .string(digestBefore), "digest": .string(digestAfter),
        ])
    }
}
