import Convergence
package import Replication

/// What a bank is asked to collect from a client who gave a mandate for it.
package struct Debit: Equatable, Sendable {
    /// Whether a mandate is used for the first time or again: `SeqTp` of ISO 20022.
    package enum Sequence: String, Sendable {
        case first = "FRST"
        case recurrent = "RCUR"
    }

    /// The number of the invoice.
    package let number: String
    /// The debtor: name, IBAN and, where it is known, BIC.
    package let name: String
    package let iban: String
    package let bic: String?
    /// How much, in cents of the euro.
    package let amount: Int64
    /// The mandate's reference, its day, its scheme, and whether it is used for the first time.
    package let mandate: String
    package let signed: CivilDate
    package let scheme: MandateScheme
    package let sequence: Sequence

    /// `number name iban bic amount mandate signed scheme sequence`.
    package var json: JSON {
        .members([
            "number": .string(number), "name": .string(name), "iban": .string(iban),
            "bic": .text(bic), "amount": .string(Currency.eur.text(amount)),
            "mandate": .string(mandate), "signed": .string(signed.iso),
            "scheme": .string(scheme.rawValue), "sequence": .string(sequence.rawValue),
        ])
    }
}

/// Which rules a mandate is under: those for everybody, or those between businesses.
package enum MandateScheme: String, CaseIterable, Sendable {
    case core
    case business = "b2b"
}

/// A file that asks a bank to collect money, and what it asks for.
package struct DebitOrder: Equatable, Sendable {
    /// When the accounts are to be debited.
    package let date: CivilDate
    package let debits: [Debit]
    /// The file's text.
    package let text: String

    /// SHA-256 of the file, in hexadecimal.
    package var hash: String { ContentHash.hexadecimal(text.utf8) }
    /// The sum, in cents.
    package var sum: Int64 { debits.reduce(0) { $0 &+ $1.amount } }

    /// `date count sum hash debits`.
    package var json: JSON {
        .members([
            "date": .string(date.iso), "count": .integer(debits.count),
            "sum": .string(Currency.eur.text(sum)), "hash": .string(hash),
            "debits": .array(debits.map(\.json)),
        ])
    }
}

/// Direct debits of SEPA: EPC130-08 (Core) and EPC131-08 (B2B), as a file `pain.008.001.08` of
/// ISO 20022.
package enum Debits {
    /// A mandate that was not used for so many months is void: EPC016-06, 4.7.
    private static let monthsOfMandate = 36

    /// The file that asks for what is open of some invoices. Nothing is written: ``note(_:_:in:at:)``
    /// does, once the file is there.
    ///
    /// Refused: what is no issued invoice in euros or has nothing open; a client without a mandate, an
    /// account or with one that is void by then; an invoice that was asked for already, unless `again`;
    /// a day that is past; books without a creditor identifier or an account.
    package static func order(
        _ reading: Reading, _ refs: [InvoiceRef], on date: CivilDate, again: Bool, at moment: Moment
    ) throws -> DebitOrder {
        guard date >= moment.today else { throw BillingFailure.debitPast(date: date) }
        let settings = try Books.settings(reading)
        guard let creditor = settings.details["creditor"] else {
            throw BillingFailure.debitLacks(.creditor, client: settings.name)
        }
        guard let account = try Accounts.list(reading).first else {
            throw BillingFailure.debitLacks(.account, client: settings.name)
        }
        var debits: [Debit] = []
        var used: Set<String> = []
        for ref in refs {
            let debit = try debit(reading, ref, on: date, again: again, used: used)
            guard !debits.contains(where: { $0.number == debit.number }) else {
                throw BillingFailure.allocationElsewhere(number: debit.number)
            }
            used.insert(debit.mandate)
            debits.append(debit)
        }
        let file = DebitFile(
            creditor: creditor, name: account.holder ?? settings.name, iban: account.iban,
            bic: account.bic, date: date, debits: debits, made: moment.milliseconds)
        return DebitOrder(date: date, debits: debits, text: file.text)
    }

    /// Notes beside each invoice that a file asks for it, with the file's name and hash.
    package static func note(
        _ writing: Writing, _ order: DebitOrder, _ refs: [InvoiceRef], file: String,
        at moment: Moment
    ) throws {
        for (ref, debit) in zip(refs, order.debits) {
            _ = try Events.add(
                writing, ref, .debited, on: nil, until: order.date, with: debit.mandate,
                text: "\(Currency.eur.text(debit.amount)) EUR, \(file), SHA-256 \(order.hash)",
                at: moment)
        }
    }

    private static func debit(
        _ reading: Reading, _ ref: InvoiceRef, on date: CivilDate, again: Bool, used: Set<String>
    ) throws -> Debit {
        let view = try Invoices.show(reading, ref, asOf: .last)
        guard let number = view.number, let client = RowID(view.client) else {
            throw BillingFailure.notIssued(ref.invoice)
        }
        guard view.currency == .eur, !view.kind.isCredit, let open = view.open, open > 0 else {
            throw BillingFailure.nothingToDebit(number: number)
        }
        let events = try Events.list(reading, of: ref).filter { $0.kind == .debited }
        if !again, let last = events.last {
            throw BillingFailure.alreadyDebited(number: number, date: last.until ?? last.date)
        }
        let buyer = try Clients.show(reading, client, asOf: date).client
        guard let mandate = buyer[.mandate],
            let signed = buyer[.mandateDate].flatMap({ CivilDate(iso: $0) })
        else { throw BillingFailure.debitLacks(.mandate, client: buyer.name) }
        guard let iban = buyer[.iban] else {
            throw BillingFailure.debitLacks(.iban, client: buyer.name)
        }
        let last = try reading.rows(
            """
            SELECT max(until) AS last FROM events
            WHERE hidden = 0 AND kind = ? AND "with" = ?
            """,
            [.text(EventKind.debited.rawValue), .text(mandate)]
        ).first?.text("last").flatMap { CivilDate(iso: $0) }
        let end = max(last ?? signed, signed).adding(months: monthsOfMandate)?.date ?? .last
        guard signed <= date, date <= end else {
            throw BillingFailure.mandateVoid(
                mandate: mandate, client: buyer.name, from: signed, to: end)
        }
        return Debit(
            number: number, name: buyer[.billingName] ?? buyer.name, iban: iban, bic: buyer[.bic],
            amount: open, mandate: mandate, signed: signed,
            scheme: buyer[.mandateScheme].flatMap { MandateScheme(rawValue: $0) } ?? .core,
            sequence: last == nil && !used.contains(mandate) ? .first : .recurrent)
    }
}
