/// A day of the Gregorian calendar, in the years 1 to 9999; no time, no zone.
package struct CivilDate: Hashable, Sendable {
    /// Days since 1 January 1970.
    package let day: Int32

    /// The first day, 0001-01-01.
    package static let first = CivilDate(unchecked: -719_162)
    /// The last day, 9999-12-31.
    package static let last = CivilDate(unchecked: 2_932_896)

    private init(unchecked day: Int32) {
        self.day = day
    }

    /// Makes a date from days since 1 January 1970; nil outside the years 1 to 9999.
    package init?(day: Int64) {
        guard (Int64(Self.first.day)...Int64(Self.last.day)).contains(day) else { return nil }
        self.day = Int32(day)
    }

    /// The day, in UTC, of milliseconds since 1970; nil outside the years 1 to 9999.
    package init?(milliseconds: Int64) {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        self.init(day: remainder < 0 ? quotient - 1 : quotient)
    }

    /// Makes a date of the calendar; nil if it has no such day.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.days(inMonth: month, of: year)).contains(day)
        else { return nil }
        // Years begin in March here, so that the leap day is the last of its year (H. Hinnant,
        // "chrono-compatible low-level date algorithms").
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        self.day = Int32(era * 146_097 + dayOfEra - 719_468)
    }

    /// Reads `2026-03-05`; nil for anything else.
    package init?(iso text: String) {
        var parts = (year: 0, month: 0, day: 0)
        var index = 0
        // Without an array: lists read thousands of dates.
        for byte in text.utf8 {
            switch index {
            case 4, 7: guard byte == 0x2d else { return nil }
            default:
                guard (0x30...0x39).contains(byte) else { return nil }
                let digit = Int(byte - 0x30)
                if index < 4 {
                    parts.year = parts.year * 10 + digit
                } else if index < 7 {
                    parts.month = parts.month * 10 + digit
                } else {
                    parts.day = parts.day * 10 + digit
                }
            }
            index += 1
            guard index <= 10 else { return nil }
        }
        guard index == 10 else { return nil }
        self.init(year: parts.year, month: parts.month, day: parts.day)
    }

    /// Year, month and day of the month.
    package var parts: (year: Int, month: Int, day: Int) {
        let shifted = Int(day) + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra =
            (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// ISO 8601: `2026-03-05`.
    package var iso: String {
        let (year, month, day) = parts
        var bytes: [UInt8] = []
        bytes.reserveCapacity(10)
        for (number, digits) in [(year, 4), (month, 2), (day, 2)] {
            if !bytes.isEmpty { bytes.append(0x2d) }
            var unit = digits == 4 ? 1000 : 10
            while unit > 0 {
                bytes.append(0x30 + UInt8(number / unit % 10))
                unit /= 10
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The day of the week.
    package var weekday: Weekday {
        // 1 January 1970 was a Thursday.
        let index = (Int(day) + 3) % 7
        return Weekday.allCases[index < 0 ? index + 7 : index]
    }

    /// The number of days of a month.
    package static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2:
            year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400))
                ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}

/// A day of the week; weeks begin on Monday (ISO 8601).
package enum Weekday: String, CaseIterable, Sendable {
    case monday, tuesday, wednesday, thursday, friday, saturday, sunday
}

extension CivilDate: Comparable {
    package static func < (left: CivilDate, right: CivilDate) -> Bool { left.day < right.day }
}

extension CivilDate {
    /// The date so many days later, or earlier if negative; nil outside the years 1 to 9999.
    package func adding(days: Int) -> CivilDate? {
        CivilDate(day: Int64(day) + Int64(clamping: days))
    }

    /// The same day so many months later, or the month's last day where it is shorter; nil outside
    /// the years 1 to 9999.
    package func adding(months: Int) -> (date: CivilDate, clamped: Bool)? {
        let (year, month, day) = parts
        guard (-120_000...120_000).contains(months) else { return nil }
        let index = year * 12 + month - 1 + months
        guard index >= 12 else { return nil }
        let length = Self.days(inMonth: index % 12 + 1, of: index / 12)
        guard
            let date = CivilDate(year: index / 12, month: index % 12 + 1, day: min(day, length))
        else { return nil }
        return (date, day > length)
    }

    /// Whole days from another date to this one; negative if this one is earlier.
    package func days(since other: CivilDate) -> Int { Int(day) - Int(other.day) }

    /// The last day of the month.
    package var endOfMonth: CivilDate {
        let (year, month, _) = parts
        return CivilDate(year: year, month: month, day: Self.days(inMonth: month, of: year)) ?? self
    }

    /// The last day of the quarter.
    package var endOfQuarter: CivilDate {
        let (year, month, _) = parts
        return CivilDate(year: year, month: (month + 2) / 3 * 3, day: 1)?.endOfMonth ?? self
    }

    /// The last day of the year.
    package var endOfYear: CivilDate {
        CivilDate(year: parts.year, month: 12, day: 31) ?? self
    }

    /// The Sunday of the week.
    package var endOfWeek: CivilDate {
        let index = Weekday.allCases.firstIndex(of: weekday) ?? 0
        return adding(days: 6 - index) ?? self
    }
}

extension CivilDate: CustomStringConvertible {
    package var description: String { iso }
}
