import Testing

@testable import Billing

/// A Saturday.
private let today = CivilDate(year: 2026, month: 11, day: 21) ?? .first

struct DateTests {
    @Test func `days of all years come back`() throws {
        for day in stride(
            from: Int64(CivilDate.first.day), through: Int64(CivilDate.last.day), by: 97)
        {
            let date = try #require(CivilDate(day: day))
            let (year, month, dayOfMonth) = date.parts
            guard CivilDate(year: year, month: month, day: dayOfMonth) == date else {
                Issue.record("day \(day)")
                return
            }
        }
        #expect(CivilDate(year: 1970, month: 1, day: 1)?.day == 0)
        #expect(CivilDate.first.iso == "0001-01-01")
        #expect(CivilDate.last.iso == "9999-12-31")
        #expect(CivilDate(day: Int64(CivilDate.last.day) + 1) == nil)
    }

    @Test func `ISO dates are read whole or not at all`() {
        #expect(CivilDate(iso: "2026-11-21") == today)
        #expect(today.weekday == .saturday)
        #expect(CivilDate(iso: "2024-02-29") != nil)
        for wrong in [
            "2026-02-29", "2026-13-01", "2026-1-1", "2026-11-21 ", "20261121", "2026-11-2x",
            "0000-01-01", "",
        ] {
            #expect(CivilDate(iso: wrong) == nil, "\(wrong)")
        }
        #expect(CivilDate(milliseconds: -1)?.iso == "1969-12-31")
        #expect(CivilDate(milliseconds: 86_400_000)?.iso == "1970-01-02")
    }

    @Test(arguments: [
        ("2026-03-05", "2026-03-05"), ("today", "2026-11-21"), (" Tomorrow ", "2026-11-22"),
        ("yesterday", "2026-11-20"),
        ("fri", "2026-11-27"), ("saturday", "2026-11-28"), ("next sat", "2026-11-28"),
        ("last fri", "2026-11-20"),
        ("last sat", "2026-11-14"), ("eow", "2026-11-22"), ("eom", "2026-11-30"),
        ("eoq", "2026-12-31"), ("eoy", "2026-12-31"),
        ("+30d", "2026-12-21"), ("-2w", "2026-11-07"), ("+1m", "2026-12-21"),
        ("+1y -1d", "2027-11-20"), ("+30d-2w+1m", "2027-01-07"),
        ("in 3 weeks", "2026-12-12"), ("3 weeks ago", "2026-10-31"), ("1 day ago", "2026-11-20"),
        ("in 2 months", "2027-01-21"),
        ("15th", "2026-12-15"), ("21st", "2026-11-21"), ("23rd", "2026-11-23"),
        ("5 dec", "2026-12-05"), ("dec 5", "2026-12-05"),
        ("5th December", "2026-12-05"), ("1 mar", "2027-03-01"), ("5 dec 2027", "2027-12-05"),
        ("dec 5 2025", "2025-12-05"),
        ("net30", "2026-12-21"), ("net 0", "2026-11-21"), ("eom+45d", "2027-01-14"),
        ("eom + 45 days", "2027-01-14"),
        ("2026-01-31 +1m", "2026-02-28"), ("29 feb 2028", "2028-02-29"), ("31st", "2026-11-30"),
        ("29 feb", "2027-02-28"),
    ])
    func `dates are understood`(text: String, iso: String) throws {
        #expect(try DateExpression(text, today: today).date.iso == iso)
    }

    @Test func `a month's end that was clamped is told`() throws {
        #expect(try DateExpression("2026-01-31 +1m", today: today).clamped)
        #expect(try DateExpression("31st", today: today).clamped)
        #expect(try !DateExpression("eom", today: today).clamped)
        #expect(try !DateExpression("15th", today: today).clamped)
    }

    @Test(
        arguments: [
            ("", .empty), ("  ", .empty), ("05/12", .order(at: 2)), ("5.12.2026", .order(at: 1)),
            ("dec", .rest(at: 3)), ("dec 32", .noSuchDay(at: 4)),
            ("2026-02-30", .noSuchDay(at: 0)), ("2026-2-3", .rest(at: 5)),
            ("today 9am", .rest(at: 6)), ("dec 5 9am", .rest(at: 6)), ("30d", .rest(at: 3)),
            ("+30", .rest(at: 3)), ("+d", .rest(at: 1)), ("foo", .rest(at: 0)),
            ("last week", .rest(at: 5)), ("3 weeks", .rest(at: 7)),
            ("fr", .rest(at: 0)), ("15", .rest(at: 2)), ("32nd", .noSuchDay(at: 0)),
            ("29 feb 2027", .noSuchDay(at: 0)), ("31 apr", .noSuchDay(at: 0)),
            ("+999999y", .outOfRange), ("2026-11-21x", .rest(at: 10)), ("net", .rest(at: 3)),
            ("in weeks", .rest(at: 3)), ("tomorrowish", .rest(at: 0)),
            ("1234567 days ago", .rest(at: 6)), ("٣ weeks ago", .rest(at: 0)),
        ] as [(String, DateFault)])
    func `what is not a whole date is refused where it stopped`(text: String, fault: DateFault) {
        #expect(throws: BillingFailure.date(text: text, fault)) {
            try DateExpression(text, today: today)
        }
    }

    @Test(arguments: [
        ("30d", "30d", "2026-12-21"), ("30", "30d", "2026-12-21"), ("0", "0d", "2026-11-21"),
        ("net 60", "60d", "2027-01-20"),
        ("30d eom", "30d eom", "2026-12-31"), ("45 days end of month", "45d eom", "2027-01-31"),
        ("eom+45d", "eom+45d", "2027-01-14"),
        ("End of month + 45 days", "eom+45d", "2027-01-14"), ("eom", "eom+0d", "2026-11-30"),
    ])
    func `terms give the due date`(text: String, kept: String, due: String) throws {
        let terms = try Terms(text)
        #expect(terms.text == kept)
        #expect(try Terms(terms.text) == terms)
        #expect(terms.due(from: today).iso == due)
    }

    @Test(arguments: ["", "soon", "30x", "400d", "30d eom eom", "-5d", "30d end of"])
    func `other terms are refused`(text: String) {
        #expect(throws: BillingFailure.self) { try Terms(text) }
    }
}
