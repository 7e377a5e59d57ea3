import ArgumentParser
import Billing

/// Which days a report is about: the year so far unless told.
struct PeriodOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The first day; that of the year unless given.", valueName: "date"))
    var from: String?
    @Option(help: ArgumentHelp("The last day; today unless given.", valueName: "date"))
    var to: String?

    /// The first day and the last. Throws what reading a date throws.
    func days(_ session: Session) throws -> (first: CivilDate, last: CivilDate) {
        let last = try session.date(to) ?? session.today
        let first =
            try session.date(from) ?? CivilDate(year: last.parts.year, month: 1, day: 1) ?? .first
        return (first, last)
    }
}
