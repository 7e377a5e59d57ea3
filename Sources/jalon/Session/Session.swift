import Billing
import Replication

/// What a command works with: its books, its day and its output.
struct Session {
    let output: Output
    /// The folders of the books and of what is remembered about them.
    let places: Places
    /// The day that counts as today: the machine's, unless `--as-of` gave another.
    let today: CivilDate
    /// The day that `--as-of` gave, if it did.
    let asOf: CivilDate?

    init(_ common: CommonOptions) throws {
        output = Output(wantsJSON: common.json, noColour: common.noColor)
        places = Places(books: try Folders.books(common.books), state: try Folders.state())
        let machine = Machine.today
        asOf = try common.asOf.map { try DateExpression($0, today: machine).date }
        today = asOf ?? machine
    }

    /// Today and the wall clock.
    var moment: Moment { Moment(today: today, milliseconds: Machine.milliseconds) }

    /// A date as typed, seen from today. One that was not typed as a calendar date is echoed with
    /// its weekday.
    func date(_ text: String?) throws -> CivilDate? {
        guard let text else { return nil }
        let expression = try DateExpression(text, today: today)
        if CivilDate(iso: text) == nil {
            let note = expression.clamped ? ", the last day of its month" : ""
            let weekday = expression.date.weekday.words
            output.notice("“\(text)” is \(weekday) \(expression.date.iso)\(note).")
        }
        return expression.date
    }

    /// Opens the books to look at them.
    func replica(for purpose: Replica.Purpose = .reading) throws -> Replica {
        try Replica.open(
            places, schema: BillingSchema.schema, environment: .system, for: purpose)
    }

    /// Looks at the books within one transaction.
    func read<Result>(_ body: (Reading) throws -> Result) throws -> Result {
        try replica().read(body)
    }

    /// Prints the answer; the status to exit with.
    func finish(_ answer: Answer) throws(Failure) -> ExitStatus {
        try output.answer(answer)
        return answer.status
    }

    /// Writes one change; returns after it is committed.
    func write<Result>(
        _ options: WriteOptions, _ body: (Writing) throws -> Result
    ) throws -> Result {
        let replica = try replica(for: .writing)
        let forgotten = (try? replica.forgottenChanges()) ?? 0
        let result = try replica.write(dryRun: options.dryRun, body)
        // From now on the machine is another writer, and nobody could say it any more.
        if forgotten > 0 {
            output.notice(
                "\(forgotten) of the changes that this machine wrote in these books"
                    + " \(forgotten == 1 ? "is" : "are") not in them any more;"
                    + " jalon sync brings back what others hold.")
        }
        if options.dryRun { output.notice("Nothing was written: this was a dry run.") }
        return result
    }
}

extension Weekday {
    /// The day's name as a sentence has it.
    var words: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }
}
