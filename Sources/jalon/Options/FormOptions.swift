import ArgumentParser

/// In which form a list is answered, where a person does not read it.
struct FormOptions: ParsableArguments {
    @Flag(help: "As comma-separated values, for a spreadsheet.")
    var csv = false
    @Flag(help: "As lines with tabs between the fields and without headings, for other programs.")
    var plain = false
    @Flag(help: "With --csv: texts that a spreadsheet takes for formulas stay as they are.")
    var raw = false

    func validate() throws {
        if csv, plain {
            throw ValidationError("--csv and --plain are two forms: give one of them.")
        }
        if raw, !csv { throw ValidationError("--raw belongs to --csv.") }
    }
}

/// The form of an answer.
enum AnswerForm: Equatable {
    case page
    case csv(isRaw: Bool)
    case plain

    init(_ options: FormOptions) {
        self = options.csv ? .csv(isRaw: options.raw) : options.plain ? .plain : .page
    }
}

extension Answer {
    /// The same in the form that was asked for; `rows` unless its tables are to be taken, the names
    /// of the fields first.
    func shown(
        as options: FormOptions, in session: Session, rows: (() -> [[String]])? = nil
    ) throws(Failure) -> Answer {
        let form = AnswerForm(options)
        guard form == .page || !session.output.wantsJSON else {
            throw Failure(
                "--json and \(options.csv ? "--csv" : "--plain") are two forms of the answer.",
                tries: ["leave one of them out"], status: .usage)
        }
        var answer = self
        answer.form = form
        answer.rows = rows
        return answer
    }
}
