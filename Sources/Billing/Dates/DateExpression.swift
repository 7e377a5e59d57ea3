/// A date as people type it, understood as a whole or refused.
///
/// A base, then any number of steps (`+30d`, `-2w`, `+1m`, `+1y`), blanks anywhere between:
///
/// - `2026-03-05`; `today`, `tomorrow`, `yesterday`
/// - `fri`, `friday`, `next fri`: the next one, never today; `last fri`: the one before today
/// - `eow`, `eom`, `eoq`, `eoy`: the last day of the week (Sunday), month, quarter, year
/// - `15th`: this month's, or the next month's once it is past
/// - `5 dec`, `dec 5`, `5th december`: this year's, or the next year's once it is past;
///   `5 dec 2027`: that one
/// - `in 3 weeks`, `3 weeks ago`, `net30`; steps alone count from today
///
/// English names, case ignored. A day beyond the end of its month is the last day of the month,
/// which `clamped` tells. `05/12` is refused: the order of day and month is not the same
/// everywhere.
package struct DateExpression: Equatable, Sendable {
    /// The day that was meant.
    package let date: CivilDate
    /// Whether a day beyond the end of a month was taken back to it.
    package let clamped: Bool

    /// Reads a date, seen from a day; fails with the character where understanding stopped.
    package init(_ text: String, today: CivilDate) throws(BillingFailure) {
        var parser = DateParser(text, today: today)
        do {
            self.date = try parser.parse()
        } catch {
            throw .date(text: text, error)
        }
        self.clamped = parser.clamped
    }
}
