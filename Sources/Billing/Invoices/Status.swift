/// What is stored about an invoice's course, from which its status is derived at a date.
package struct InvoiceFacts: Hashable, Sendable {
    /// The date of issue; nil for a draft.
    package var issued: CivilDate?
    /// When it was sent.
    package var sent: CivilDate?
    /// When it falls due.
    package var due: CivilDate?
    /// What is to be paid, in minor units; negative for a credit.
    package var amount: Int64
    /// What was paid up to the date asked for.
    package var paid: Int64
    /// What credit notes took off up to the date asked for.
    package var credited: Int64
    /// When it was written off.
    package var writtenOff: CivilDate?
    /// Whether the client disputes it.
    package var disputed: Bool
    /// The date to which payment was extended.
    package var extendedTo: CivilDate?

    /// Makes the facts of an invoice; a draft has none.
    package init(
        issued: CivilDate? = nil, sent: CivilDate? = nil, due: CivilDate? = nil,
        amount: Int64 = 0, paid: Int64 = 0, credited: Int64 = 0, writtenOff: CivilDate? = nil,
        disputed: Bool = false, extendedTo: CivilDate? = nil
    ) {
        self.issued = issued
        self.sent = sent
        self.due = due
        self.amount = amount
        self.paid = paid
        self.credited = credited
        self.writtenOff = writtenOff
        self.disputed = disputed
        self.extendedTo = extendedTo
    }
}

extension InvoiceFacts {
    /// The facts of a document of a kind: a credit note stands for itself no more, what it takes off
    /// is taken off the document that it names.
    init(
        issued: CivilDate?, due: CivilDate?, amount: Int64, paid: Int64, kind: DocumentKind,
        credited: Int64
    ) {
        self.init(
            issued: issued, due: due, amount: amount, paid: paid,
            credited: kind.isCredit ? amount &- paid : credited)
    }
}

/// Where an invoice stands at a date; derived, never stored.
package enum InvoiceStatus: String, CaseIterable, Sendable {
    case draft, issued, sent, due, overdue, paid, credited
    case writtenOff = "written off"

    /// Whether something is still to be done about it.
    package var isOpen: Bool {
        switch self {
        case .draft, .issued, .sent, .due, .overdue: true
        case .paid, .credited, .writtenOff: false
        }
    }

    /// How many days before the due date an invoice counts as due.
    package static let noticeDays = 7

    /// Derives the status on a date.
    ///
    /// It becomes due `noticeDays` before the due date and overdue the day after it, sent or not; never
    /// what the business is to pay back, since nothing of that is expected from the client. An extension
    /// and a dispute are flags: they never hide `overdue`.
    package init(of facts: InvoiceFacts, on date: CivilDate) {
        guard let issued = facts.issued, issued <= date else {
            self = .draft
            return
        }
        let settled = facts.paid &+ facts.credited
        let due = facts.amount < 0 ? nil : facts.due
        let isSettled = facts.amount >= 0 ? settled >= facts.amount : settled <= facts.amount
        if let writtenOff = facts.writtenOff, writtenOff <= date {
            self = .writtenOff
        } else if isSettled {
            self = facts.credited != 0 && facts.paid == 0 ? .credited : .paid
        } else if let due, date > due {
            self = .overdue
        } else if let due, date.days(since: due) >= -Self.noticeDays {
            self = .due
        } else if let sent = facts.sent, sent <= date {
            self = .sent
        } else {
            self = .issued
        }
    }
}

/// What stands beside a status.
package enum InvoiceFlag: String, CaseIterable, Sendable {
    case partPaid = "part paid"
    case overpaid
    case disputed
    case extended
    /// The draft was issued by two devices: both documents stand, and one is to be credited.
    case issuedTwice = "issued twice"
    /// Another document bears the same number.
    case numberTwice = "number twice"
    /// The draft was changed elsewhere while it was issued.
    case changedAfterIssue = "changed after issue"
    /// The row was removed.
    case removed
    /// Values that another program wrote cannot be computed with.
    case unreadable

    /// The flags that follow from the facts, in the order of the cases.
    package static func flags(of facts: InvoiceFacts, on date: CivilDate) -> [InvoiceFlag] {
        guard let issued = facts.issued, issued <= date else { return [] }
        var flags: [InvoiceFlag] = []
        let open = facts.amount &- facts.paid &- facts.credited
        if facts.paid != 0, open != 0, (open > 0) == (facts.amount > 0) { flags.append(.partPaid) }
        if open != 0, (open > 0) != (facts.amount > 0), facts.paid != 0 { flags.append(.overpaid) }
        if facts.disputed { flags.append(.disputed) }
        if facts.extendedTo != nil { flags.append(.extended) }
        return flags
    }
}

/// How late an unpaid invoice is.
package enum AgingBucket: String, CaseIterable, Sendable {
    case notDue = "not due"
    case upTo30 = "0-30"
    case upTo60 = "31-60"
    case over60 = "60+"

    /// The bucket of an invoice that falls due on a date, seen on another: day 30 is in the first,
    /// 31 and 60 in the second, 61 in the third.
    package init(due: CivilDate?, on date: CivilDate) {
        switch due.map({ date.days(since: $0) }) ?? 0 {
        case ...0: self = .notDue
        case ...30: self = .upTo30
        case ...60: self = .upTo60
        default: self = .over60
        }
    }
}
