package import Convergence
package import Replication

/// What would be wrong with a draft as an invoice, before anybody gets it.
package struct InvoiceCheck: Equatable, Sendable {
    /// Something that the law or the client does not like, and that stops nothing.
    package enum Warning: Equatable, Sendable {
        /// It falls due later than terms between businesses may be; `limit` is the last lawful day.
        ///
        /// Code de commerce art. L441-10, I: sixty days from the date of issue, or forty-five days
        /// to the end of the month.
        case termsTooLong(due: CivilDate, limit: CivilDate)
        /// The same of an invoice over a period: forty-five days from the date of issue (L441-10, I).
        case periodicTermsTooLong(due: CivilDate, limit: CivilDate)
        /// The client pays what is there by a day that is past: so it is paid on a later pay day,
        /// `paid`, if it is sent by `sendBy`. See `PayCycle.payment`.
        case cutoffMissed(sendBy: CivilDate, paid: CivilDate)
        /// The client takes one invoice at a time, and this one is already there for it.
        case oneAtATime(other: String)
        /// There is nothing to be paid.
        case nothingToPay
        /// Nobody sees to it yet, so it will not be issued.
        case noOwner
        /// No day or period of the supply is named: then it is taken to be the date of issue.
        case supplyUndated
    }

    /// The draft's row.
    package let invoice: String
    /// Mandatory content that is missing.
    package let gaps: [Gap]
    /// What else is to be thought of.
    package let warnings: [Warning]
    /// Whether the books refuse to issue while anything is missing.
    package let isRefused: Bool

    /// `id complete gaps warnings`; a gap has `gap` and `field`, a warning its `kind` and facts.
    package var json: JSON {
        .members([
            "id": .string(invoice), "complete": .bool(gaps.isEmpty),
            "gaps": .array(
                gaps.map { gap in
                    .members(["gap": .string(gap.rawValue), "field": .string(gap.field)])
                }),
            "warnings": .array(warnings.map(\.json)),
        ])
    }
}

extension InvoiceCheck.Warning {
    var json: JSON {
        switch self {
        case .termsTooLong(let due, let limit), .periodicTermsTooLong(let due, let limit):
            .members([
                "kind": .string("terms too long"), "due": .string(due.iso),
                "limit": .string(limit.iso),
            ])
        case .cutoffMissed(let sendBy, let paid):
            .members([
                "kind": .string("cut-off missed"), "sendBy": .string(sendBy.iso),
                "paid": .string(paid.iso),
            ])
        case .oneAtATime(let other):
            .members(["kind": .string("one at a time"), "other": .string(other)])
        case .nothingToPay: .members(["kind": .string("nothing to pay")])
        case .noOwner: .members(["kind": .string("no owner")])
        case .supplyUndated: .members(["kind": .string("supply undated")])
        }
    }
}

extension Invoices {
    /// Checks a draft as if it were issued on a date. What refuses to be issued at all fails here
    /// alike.
    package static func check(
        _ reading: Reading, _ id: RowID, on date: CivilDate
    ) throws -> InvoiceCheck {
        let issuable = try Issuable(reading, id)
        try issuable.check(reading)
        let due = issuable.due(from: date)
        guard due >= date else { throw BillingFailure.dueBeforeIssue(due: due, date: date) }
        var warnings: [InvoiceCheck.Warning] = []
        if try issuable.owner(reading) == nil { warnings.append(.noOwner) }
        let content = issuable.content
        if !content.kind.isCredit {
            warnings += terms(issuable, due: due, on: date)
            warnings += try cycle(reading, issuable, on: date)
            if issuable.totals.due <= 0 { warnings.append(.nothingToPay) }
            let details = content.details
            let isDated =
                details[.delivered] != nil || details[.periodFrom] != nil
                || content.lines.contains { $0.periodFrom != nil }
            if !isDated { warnings.append(.supplyUndated) }
        }
        return InvoiceCheck(
            invoice: id.text, gaps: issuable.gaps, warnings: warnings,
            isRefused: issuable.seller.country != nil)
    }

    private static func terms(
        _ issuable: Issuable, due: CivilDate, on date: CivilDate
    ) -> [InvoiceCheck.Warning] {
        guard issuable.seller.country == "FR", issuable.buyer.kind == .business,
            let sixty = date.adding(days: 60), let fortyFive = date.adding(days: 45),
            let behind = date.endOfMonth.adding(days: 45)
        else { return [] }
        if issuable.content.details[.periodFrom] != nil, due > fortyFive {
            return [.periodicTermsTooLong(due: due, limit: fortyFive)]
        }
        let limit = max(sixty, fortyFive.endOfMonth, behind)
        return due > limit ? [.termsTooLong(due: due, limit: limit)] : []
    }

    private static func cycle(
        _ reading: Reading, _ issuable: Issuable, on date: CivilDate
    ) throws -> [InvoiceCheck.Warning] {
        let due = issuable.due(from: date)
        guard let cycle = issuable.buyer.payCycle,
            let payment = cycle.payment(of: due, sent: date),
            let client = RowID(issuable.buyer.id)
        else { return [] }
        var warnings: [InvoiceCheck.Warning] = []
        // Were it not for the cut-off, an earlier pay day would do.
        if let soonest = PayCycle(payDay: cycle.payDay, cutoff: nil).payment(of: due, sent: date),
            soonest.paid < payment.paid
        {
            warnings.append(.cutoffMissed(sendBy: payment.sendBy, paid: payment.paid))
        }
        if cycle.takesOne {
            let courses = try Events.courses(reading, asOf: date)
            let open = try Ledger.owed(reading, asOf: date, client: client).clients
            if let other = open.flatMap(\.invoices).first(where: {
                $0.balance > 0 && cycle.payment(of: $0, courses[$0.document])?.paid == payment.paid
            }) {
                warnings.append(.oneAtATime(other: other.number))
            }
        }
        return warnings
    }
}
