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

    /// The lines for standard error.
    var lines: [String] {
        ["jalon: \(what)"] + why.map { "  why: \($0)" } + tries.map { "  try: \($0)" }
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
