/// Terms of payment: when an invoice falls due, counted from its date of issue.
package struct Terms: Hashable, Sendable {
    /// How the end of the month enters.
    package enum MonthEnd: Sendable {
        /// Not at all: `30d`.
        case none
        /// Days first, then to the end of that month: `45d eom`.
        case after
        /// To the end of the month first, then the days: `eom+45d`.
        case before
    }

    /// 0 to 365.
    package let days: Int
    /// How the end of the month enters.
    package let monthEnd: MonthEnd

    /// Thirty days, the default of the law between businesses in France (Code de commerce L441-10).
    package static let standard = Terms(days: 30, monthEnd: .none)

    /// Makes terms of 0 to 365 days.
    package init(days: Int, monthEnd: MonthEnd) {
        precondition((0...365).contains(days))
        self.days = days
        self.monthEnd = monthEnd
    }

    /// Reads `30d`, `30`, `30 days`, `net30`, `0`, `30d eom`, `45 days end of month`, `eom`,
    /// `eom+45d`, `end of month + 45 days`; case ignored, the whole text or nothing.
    package init(_ text: String) throws(BillingFailure) {
        var scanner = WordScanner(text)
        func stopped(_ scanner: WordScanner) -> BillingFailure {
            .terms(text: text, at: scanner.offset)
        }
        scanner.skipBlanks()
        let start = scanner.offset
        if scanner.word() != "net" { scanner.offset = start }
        scanner.skipBlanks()
        let before = Self.monthEnd(&scanner)
        var days = 0
        if before {
            scanner.skipBlanks()
            if scanner.isAt("+") { scanner.offset += 1 }
            scanner.skipBlanks()
        }
        let numberAt = scanner.offset
        if let number = scanner.number() {
            guard number.value <= 365 else { throw .terms(text: text, at: numberAt) }
            days = number.value
            scanner.skipBlanks()
            let unitAt = scanner.offset
            if !["d", "day", "days"].contains(scanner.word()) { scanner.offset = unitAt }
        } else if !before {
            throw stopped(scanner)
        }
        scanner.skipBlanks()
        let after = !before && Self.monthEnd(&scanner)
        scanner.skipBlanks()
        guard scanner.isAtEnd else { throw stopped(scanner) }
        self.init(days: days, monthEnd: before ? .before : after ? .after : .none)
    }

    /// Takes `eom` or `end of month`, if it comes next.
    private static func monthEnd(_ scanner: inout WordScanner) -> Bool {
        let start = scanner.offset
        if scanner.word() == "eom" { return true }
        scanner.offset = start
        for expected in ["end", "of", "month"] {
            guard scanner.word() == expected else {
                scanner.offset = start
                return false
            }
            scanner.skipBlanks()
        }
        return true
    }

    /// The written form, which `init` reads: `30d`, `30d eom`, `eom+45d`.
    package var text: String {
        switch monthEnd {
        case .none: "\(days)d"
        case .after: "\(days)d eom"
        case .before: "eom+\(days)d"
        }
    }

    /// The due date of what is issued on a date.
    package func due(from date: CivilDate) -> CivilDate {
        let counted = (monthEnd == .before ? date.endOfMonth : date).adding(days: days) ?? .last
        return monthEnd == .after ? counted.endOfMonth : counted
    }
}
