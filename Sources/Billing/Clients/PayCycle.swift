/// When a client pays: on a day of the month, for invoices that came by the cut-off.
package struct PayCycle: Equatable, Sendable {
    /// The day of the month on which the client pays; 31 is the last one of every month.
    package let payDay: Int
    /// The last day on which an invoice must be there to be paid on the pay day; nil for any.
    package let cutoff: Int?
    /// Whether the client takes but one invoice for a pay day.
    package var takesOne = false

    /// The next time that an invoice sent on a day is paid, and by when it must be sent for that.
    package func next(after date: CivilDate) -> (sendBy: CivilDate, paid: CivilDate)? {
        payment(of: date, sent: date)
    }

    /// When an invoice is paid that falls due on a day and was sent on another, and by when it must be
    /// sent for that: on the first pay day on or after the due day whose cut-off is not before the day
    /// of sending. More time that was given counts as the due day. Who pays on the 28th what came by
    /// the 20th pays on 28 March what is due on 5 March and was sent by 20 March; sent on the 21st, it
    /// is paid on 28 April. Nil beyond the calendar.
    package func payment(
        of due: CivilDate, sent: CivilDate
    ) -> (sendBy: CivilDate, paid: CivilDate)? {
        // A pay day is never before its cut-off, so none of an earlier month comes into question.
        let start = max(due, sent)
        for ahead in 0...2 {
            guard let paid = Self.day(payDay, monthsAfter: start, ahead) else { return nil }
            var limit = paid
            if let cutoff {
                // A cut-off behind the pay day is that of the month before.
                let back = cutoff > payDay ? ahead - 1 : ahead
                guard let day = Self.day(cutoff, monthsAfter: start, back) else { return nil }
                limit = day
            }
            if limit >= sent, paid >= due { return (limit, paid) }
        }
        return nil
    }

    private static func day(_ day: Int, monthsAfter date: CivilDate, _ months: Int) -> CivilDate? {
        let (year, month, _) = date.parts
        let first = CivilDate(year: year, month: month, day: 1)
        guard let shifted = first?.adding(months: months)?.date else { return nil }
        let (otherYear, otherMonth, _) = shifted.parts
        return CivilDate(
            year: otherYear, month: otherMonth,
            day: min(day, CivilDate.days(inMonth: otherMonth, of: otherYear)))
    }

    /// A day of the month as typed: 1 to 31, or `eom`.
    static func day(_ text: String, _ field: String) throws(BillingFailure) -> String {
        let word = text.trimmed.lowercased()
        if word == "eom" { return "31" }
        guard let day = Int(word), (1...31).contains(day) else {
            throw .choice(ChoiceFault(field: field, text: text, allowed: ["1 to 31", "eom"]))
        }
        return String(day)
    }
}
