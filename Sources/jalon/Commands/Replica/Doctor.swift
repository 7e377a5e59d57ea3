import ArgumentParser
import Billing
import Replication

struct Doctor: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look for anything that is wrong, with its remedy.",
        discussion: "Exit code 2 if something is.")

    @Flag(help: "Mend what can be mended without you.")
    var fix = false
    @Flag(help: "Take what was set aside so far for known: it is kept, and no finding any more.")
    var note = false
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let replica = try session.replica(for: note ? .writing : .reading)
        if note {
            let count = try replica.noteSetAside()
            session.output.notice("\(count) lines that were set aside are noted.")
        }
        let status = try replica.status()
        var diagnoses = try FolderCheck(folder: session.places.books, isMending: fix).diagnoses()
        diagnoses += try Self.ofMemory(replica)
        diagnoses += try Self.ofTables(replica)
        diagnoses += try replica.read { try Self.ofBusiness($0) }
        diagnoses += Self.ofReplica(status)
        diagnoses += Self.ofClocks(status, now: Machine.milliseconds)
        let found = diagnoses
        let json = JSON.members([
            "findings": .array(found.map(\.json)), "unsealed": .integer(status.unsealed),
            "unsent": .integer(status.unsent), "conflicts": .integer(status.conflicts),
        ])
        return Answer(json: json, status: found.isEmpty ? .done : .findings) { page in
            for diagnosis in found { diagnosis.write(on: &page) }
            if found.isEmpty { page.line("Nothing is wrong.", .good) }
            if status.unsent > 0, !status.peers.isEmpty {
                page.line("\(status.unsent) changes not yet sent: jalon sync")
            }
            if status.conflicts > 0 { page.line("\(status.conflicts) to decide: jalon conflicts") }
        }
    }

    /// The file, the tables and the history as they lie there; `jalon verify` also applies every
    /// change again. Divergence is told with what else the status knows of other devices.
    private static func ofTables(_ replica: Replica) throws -> [Diagnosis] {
        try replica.inspect().filter { $0.kind != .divergence }.map { finding in
            Diagnosis(
                code: finding.kind == .integrity ? "database" : finding.kind.rawValue,
                what: finding.words, command: "jalon rebuild, then jalon sync")
        }
    }

    /// What the machine remembers of these books, beside them.
    private static func ofMemory(_ replica: Replica) throws -> [Diagnosis] {
        let count: Int64
        do {
            count = try replica.forgottenChanges()
        } catch ReplicationFailure.file(let path, let code) {
            return [
                Diagnosis(
                    code: "state",
                    what:
                        "\(path) cannot be read (\(SystemError.text(code))): nothing can be written.",
                    command: "ls -ld \(path)")
            ]
        }
        guard count > 0 else { return [] }
        return [
            Diagnosis(
                code: "older",
                what: "These books lack \(count) of the changes that this machine wrote in them:"
                    + " an older copy was put in their place, or the disk lost them.",
                command: "jalon sync brings back what others hold")
        ]
    }

    private static func ofBusiness(_ books: Reading) throws -> [Diagnosis] {
        try Findings.list(books).map { finding in
            Diagnosis(code: finding.code, what: finding.words, command: finding.remedy)
        }
    }

    private static func ofReplica(_ status: Status) -> [Diagnosis] {
        var result = status.waiting.map { waiting in
            Diagnosis(
                code: "waiting",
                what: "Changes of \(waiting.writer) wait for change \(waiting.missingNumber)"
                    + " of \(waiting.missingWriter), which is not here.",
                command: "jalon sync; if nobody has it:"
                    + " jalon lost \(waiting.missingWriter) \(waiting.missingNumber)")
        }
        let rejected = status.rejected.filter { !$0.isNoted }
        if !rejected.isEmpty {
            let reasons = Set(rejected.map(\.reason)).sorted().joined(separator: ", ")
            result.append(
                Diagnosis(
                    code: "rejected", what: "\(rejected.count) lines were set aside: \(reasons).",
                    command: "jalon sync fetches good copies where there are any;"
                        + " jalon doctor --note, to hear no more of these"))
        }
        if status.aside > 0 {
            result.append(
                Diagnosis(
                    code: "unread",
                    what: "\(status.aside) changes of a newer jalon are kept, unread.",
                    command: "install a newer jalon"))
        }
        if status.diverged > 0 {
            result.append(
                Diagnosis(
                    code: "divergence",
                    what: "\(status.diverged) devices had other books at the same version.",
                    command: "jalon rebuild, here and there"))
        }
        return result
    }

    /// A stamp far ahead of this clock: one of the two is wrong. No command is stopped by it.
    private static func ofClocks(_ status: Status, now: Int64) -> [Diagnosis] {
        let day: Int64 = 86_400_000
        return status.writers.filter { $0.at > now + day }.map { writer in
            Diagnosis(
                code: "clock",
                what: "The clock of \(writer.device ?? writer.name) is \((writer.at - now) / day)"
                    + " days ahead of this one.",
                command: "timedatectl, here and there")
        }
    }
}
