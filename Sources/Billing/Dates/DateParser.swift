/// The reading of a `DateExpression`, one character at a time.
struct DateParser {
    private let today: CivilDate
    private var scanner: WordScanner
    private(set) var clamped = false

    init(_ text: String, today: CivilDate) {
        self.today = today
        self.scanner = WordScanner(text)
    }

    mutating func parse() throws(DateFault) -> CivilDate {
        scanner.skipBlanks()
        guard !scanner.isAtEnd else { throw .empty }
        var date = scanner.isAtSign ? today : try base()
        scanner.skipBlanks()
        while scanner.isAtSign {
            date = try step(from: date)
            scanner.skipBlanks()
        }
        guard scanner.isAtEnd else { throw .rest(at: scanner.offset) }
        return date
    }

    private mutating func base() throws(DateFault) -> CivilDate {
        let start = scanner.offset
        if let number = scanner.number() {
            return try numbered(number, from: start)
        }
        let word = scanner.word()
        switch word {
        case "today": return today
        case "tomorrow": return try shifted(today, 1, .days)
        case "yesterday": return try shifted(today, -1, .days)
        case "eow": return today.endOfWeek
        case "eom": return today.endOfMonth
        case "eoq": return today.endOfQuarter
        case "eoy": return today.endOfYear
        case "in": return try distance(forward: true)
        case "net":
            scanner.skipBlanks()
            guard let days = scanner.number() else { throw .rest(at: scanner.offset) }
            return try shifted(today, days.value, .days)
        case "last", "next": return try relativeWeekday(last: word == "last")
        default: break
        }
        if let weekday = Names.weekday(word) { return try nearest(weekday, after: true) }
        if let month = Names.month(word) {
            scanner.skipBlanks()
            let at = scanner.offset
            guard let day = scanner.number() else { throw .rest(at: at) }
            _ = scanner.ordinal()
            return try dayAndMonth(day.value, month, at: at)
        }
        throw .rest(at: start)
    }

    /// What begins with a number: an ISO date, `15th`, `5 dec`, `3 weeks ago`.
    private mutating func numbered(
        _ number: WordScanner.Number, from start: Int
    ) throws(DateFault) -> CivilDate {
        if scanner.isAt("/") || scanner.isAt(".") { throw .order(at: scanner.offset) }
        if number.digits == 4, scanner.isAt("-") {
            return try iso(year: number.value, from: start)
        }
        let ordinal = scanner.ordinal()
        let afterNumber = scanner.offset
        scanner.skipBlanks()
        let wordAt = scanner.offset
        let word = scanner.word()
        if let month = Names.month(word) {
            return try dayAndMonth(number.value, month, at: start)
        }
        if ordinal {
            scanner.offset = afterNumber
            return try dayOfMonth(number.value, at: start)
        }
        guard let unit = Unit(word) else { throw .rest(at: word.isEmpty ? afterNumber : wordAt) }
        scanner.skipBlanks()
        let agoAt = scanner.offset
        guard scanner.word() == "ago" else { throw .rest(at: agoAt) }
        return try shifted(today, -number.value, unit)
    }

    private mutating func iso(year: Int, from start: Int) throws(DateFault) -> CivilDate {
        var parts: [Int] = []
        for _ in 0..<2 {
            guard scanner.isAt("-") else { throw .rest(at: scanner.offset) }
            scanner.offset += 1
            let at = scanner.offset
            guard let part = scanner.number(), part.digits == 2 else { throw .rest(at: at) }
            parts.append(part.value)
        }
        guard let date = CivilDate(year: year, month: parts[0], day: parts[1]) else {
            throw .noSuchDay(at: start)
        }
        return date
    }

    private mutating func dayAndMonth(
        _ day: Int, _ month: Int, at: Int
    ) throws(DateFault) -> CivilDate {
        // 2000 was a leap year: a day that its month lacks is in no year.
        guard (1...CivilDate.days(inMonth: month, of: 2000)).contains(day) else {
            throw .noSuchDay(at: at)
        }
        let back = scanner.offset
        scanner.skipBlanks()
        if scanner.isAtDigit {
            let yearAt = scanner.offset
            guard let year = scanner.number(), year.digits == 4 else { throw .rest(at: yearAt) }
            guard let date = CivilDate(year: year.value, month: month, day: day) else {
                throw .noSuchDay(at: at)
            }
            return date
        }
        scanner.offset = back
        return try upcoming(in: [(0, month), (1, month)], day)
    }

    private mutating func dayOfMonth(_ day: Int, at: Int) throws(DateFault) -> CivilDate {
        guard (1...31).contains(day) else { throw .noSuchDay(at: at) }
        let month = today.parts.month
        return try upcoming(in: [(0, month), month == 12 ? (1, 1) : (0, month + 1)], day)
    }

    /// The first of these days, each clamped to its month, that is not past.
    private mutating func upcoming(
        in months: [(yearsOn: Int, month: Int)], _ day: Int
    ) throws(DateFault) -> CivilDate {
        for (yearsOn, month) in months {
            let year = today.parts.year + yearsOn
            let length = CivilDate.days(inMonth: month, of: year)
            if let date = CivilDate(year: year, month: month, day: min(day, length)), date >= today
            {
                clamped = day > length
                return date
            }
        }
        throw .outOfRange
    }

    private mutating func relativeWeekday(last: Bool) throws(DateFault) -> CivilDate {
        scanner.skipBlanks()
        let at = scanner.offset
        guard let weekday = Names.weekday(scanner.word()) else { throw .rest(at: at) }
        return try nearest(weekday, after: !last)
    }

    private mutating func nearest(
        _ weekday: Weekday, after: Bool
    ) throws(DateFault) -> CivilDate {
        var date = try shifted(today, after ? 1 : -1, .days)
        while date.weekday != weekday { date = try shifted(date, after ? 1 : -1, .days) }
        return date
    }

    private mutating func distance(forward: Bool) throws(DateFault) -> CivilDate {
        scanner.skipBlanks()
        let at = scanner.offset
        guard let number = scanner.number() else { throw .rest(at: at) }
        scanner.skipBlanks()
        let unitAt = scanner.offset
        guard let unit = Unit(scanner.word()) else { throw .rest(at: unitAt) }
        return try shifted(today, forward ? number.value : -number.value, unit)
    }

    private mutating func step(from date: CivilDate) throws(DateFault) -> CivilDate {
        let sign = scanner.isAt("-") ? -1 : 1
        scanner.offset += 1
        scanner.skipBlanks()
        let at = scanner.offset
        guard let number = scanner.number() else { throw .rest(at: at) }
        scanner.skipBlanks()
        let unitAt = scanner.offset
        guard let unit = Unit(scanner.word()) else { throw .rest(at: unitAt) }
        return try shifted(date, sign * number.value, unit)
    }

    private mutating func shifted(
        _ date: CivilDate, _ count: Int, _ unit: Unit
    ) throws(DateFault) -> CivilDate {
        switch unit {
        case .days, .weeks:
            guard let date = date.adding(days: unit == .weeks ? count * 7 : count) else {
                throw .outOfRange
            }
            return date
        case .months, .years:
            let months = unit == .years ? count * 12 : count
            guard let (date, wasClamped) = date.adding(months: months) else { throw .outOfRange }
            if wasClamped { clamped = true }
            return date
        }
    }

    private enum Unit {
        case days, weeks, months, years

        init?(_ word: String) {
            switch word {
            case "d", "day", "days": self = .days
            case "w", "week", "weeks": self = .weeks
            case "m", "month", "months": self = .months
            case "y", "year", "years": self = .years
            default: return nil
            }
        }
    }

    private enum Names {
        private static let months = [
            "january", "february", "march", "april", "may", "june", "july", "august",
            "september", "october", "november", "december",
        ]

        static func month(_ word: String) -> Int? {
            if word == "sept" { return 9 }
            return months.firstIndex { $0 == word || $0.prefix(3) == word }.map { $0 + 1 }
        }

        static func weekday(_ word: String) -> Weekday? {
            if word == "tues" { return .tuesday }
            if word == "thur" || word == "thurs" { return .thursday }
            return Weekday.allCases.first { $0.rawValue == word || $0.rawValue.prefix(3) == word }
        }
    }
}
