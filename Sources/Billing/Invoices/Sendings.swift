package import Replication

/// An invoice that waits to be sent to a client with a pay day.
package struct Sending: Equatable, Sendable {
    /// The draft, or what was issued and not yet sent.
    package let invoice: InvoiceView
    /// The last day on which it is sent in time for the pay day.
    package let sendBy: CivilDate
    /// When it is paid then.
    package let paid: CivilDate
    /// What is there for that pay day already, where the client takes one invoice at a time: its number,
    /// or the id of a draft.
    package let other: String?

    /// `id number client clientName sendBy paid other`.
    package var json: JSON {
        .members([
            "id": .string(invoice.id), "number": .text(invoice.number),
            "client": .string(invoice.client), "clientName": .string(invoice.clientName),
            "sendBy": .string(sendBy.iso), "paid": .string(paid.iso), "other": .text(other),
        ])
    }
}

/// What is to be sent in time.
package enum Sendings {
    /// What of these invoices, which are all open ones of a day, waits to be sent to clients with a pay
    /// day: the most urgent first, then in their order.
    ///
    /// By when is said by `PayCycle.payment`, for the earliest pay day that can still be met. A draft
    /// that names no due day falls due later with each day that it waits, so its last day may lie before
    /// the cut-off: terms of 30 days and a pay day on 28 April leave until 29 March.
    package static func list(
        _ reading: Reading, _ invoices: [InvoiceView], today: CivilDate
    ) throws -> [Sending] {
        let clients = try Clients.withPayDay(reading)
        guard !clients.isEmpty else { return [] }
        let usualTerms = try Books.settings(reading).terms
        var taken: [String: String] = [:]
        var sendings: [Sending] = []
        for invoice in invoices where invoice.isToBePaid {
            guard let client = clients[invoice.client], let cycle = client.payCycle,
                let (sendBy, paid) = invoice.payment(
                    cycle, client.terms.flatMap { try? Terms($0) } ?? usualTerms, today)
            else { continue }
            let place = "\(client.id) \(paid.iso)"
            let other = cycle.takesOne ? taken[place] : nil
            taken[place] = other ?? invoice.label
            guard invoice.sent == nil else { continue }
            sendings.append(Sending(invoice: invoice, sendBy: sendBy, paid: paid, other: other))
        }
        return sendings.enumerated()
            .sorted { ($0.element.sendBy, $0.offset) < ($1.element.sendBy, $1.offset) }
            .map(\.element)
    }
}

extension InvoiceView {
    /// Whether money is expected for it, or will be once it is issued.
    fileprivate var isToBePaid: Bool {
        !kind.isCredit && status.isOpen && balance > 0
    }

    /// When it is paid, if it was sent or is sent in time; with the terms of its client.
    fileprivate func payment(
        _ cycle: PayCycle, _ terms: Terms, _ today: CivilDate
    ) -> (sendBy: CivilDate, paid: CivilDate)? {
        if let due = extendedTo ?? due ?? issued {
            return cycle.payment(of: due, sent: sent ?? today)
        }
        guard let first = cycle.payment(of: terms.due(from: today), sent: today) else { return nil }
        var day = first.sendBy
        while day > today, cycle.payment(of: terms.due(from: day), sent: day)?.paid != first.paid {
            day = day.adding(days: -1) ?? today
        }
        return (day, first.paid)
    }
}
