import Glibc

/// Why a command did not do what was asked, in the words that the user reads.
struct Failure: Error, Equatable {
    /// What happened, as a sentence.
    let what: String
    /// Why, or what it means; one sentence each.
    var why: [String] = []
    /// Commands to type, or what else to do.
    var tries: [String] = []
    let status: ExitStatus

    init(_ what: String, why: [String] = [], tries: [String] = [], status: ExitStatus) {
        self.what = what
        self.why = why
        self.tries = tries
        self.status = status
    }

    init(_ what: String, why: String, tries: [String] = [], status: ExitStatus) {
        self.init(what, why: [why], tries: tries, status: status)
    }

    /// The lines for standard error. What was typed may be quoted in them, however long it is: the
    /// middle of a line that is too long is left out.
    var lines: [String] {
        let lines = ["jalon: \(what)"] + why.map { "  why: \($0)" } + tries.map { "  try: \($0)" }
        return lines.map(Self.excerpt)
    }

    private static let lineMax = 1_000

    private static func excerpt(_ line: String) -> String {
        let scalars = line.unicodeScalars
        guard line.utf8.count > lineMax, scalars.count > lineMax else { return line }
        return String(scalars.prefix(lineMax * 3 / 4)) + " … " + String(scalars.suffix(lineMax / 8))
    }

    /// Standard output cannot be written.
    static func output(_ code: Int32) -> Failure {
        switch code {
        case EPIPE:
            Failure(
                "the answer was not read to its end.",
                why: "whoever read it closed the pipe; the command itself was carried out",
                status: .failed)
        case ENOSPC, EDQUOT:
            Failure(
                "the answer could not be written: no space is left there.",
                why: "the command itself was carried out; only its answer is missing",
                status: .cannotWrite)
        default:
            Failure(
                "the answer could not be written: \(SystemError.text(code)).",
                why: "the command itself was carried out; only its answer is missing",
                status: .cannotWrite)
        }
    }
}
