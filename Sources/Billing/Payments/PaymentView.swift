/// A payment as answers show it.
package struct PaymentView: Equatable, Sendable {
    /// A part of a payment that settles an invoice.
    package struct Allocation: Equatable, Sendable {
        /// The invoice's row.
        package let invoice: String
        /// The number of the document that it settles.
        package let number: String?
        /// How much, in minor units.
        package let amount: Int64
    }

    /// The row's id.
    package let id: String
    /// The client's row.
    package let client: String
    /// The client's name.
    package let clientName: String
    /// The day on which it was paid.
    package let date: CivilDate?
    /// How much, in minor units.
    package let amount: Int64
    /// The currency of all amounts.
    package let currency: Currency
    /// How it was paid, as typed.
    package let method: String?
    /// What the bank's line says, as typed.
    package let reference: String?
    /// A remark.
    package let note: String?
    /// What it settles.
    package let allocations: [Allocation]
    /// The payment that this one takes back.
    package var reverses: String?
    /// The euros that a payment in another currency came to, in cents.
    package var euros: Int64?
    /// The number of its receipt, once there is one; only in lists.
    package var receipt: String?
    /// Where its client is sorted in; only in lists.
    package var clientTags = ClientTags.none

    /// The same with other allocations.
    func with(_ allocations: [Allocation]) -> PaymentView {
        PaymentView(
            id: id, client: client, clientName: clientName, date: date, amount: amount,
            currency: currency, method: method, reference: reference, note: note,
            allocations: allocations, reverses: reverses, euros: euros, receipt: receipt,
            clientTags: clientTags)
    }

    /// What is not allocated: a credit of the client, in minor units.
    package var credit: Int64 { allocations.reduce(amount) { $0 &- $1.amount } }

    /// `id client clientName date amount currency method reference note invoice allocations
    /// credit reverses euros`; `invoice` is the number of the first allocation.
    package var json: JSON {
        .members([
            "id": .string(id), "client": .string(client), "clientName": .string(clientName),
            "date": .text(date?.iso), "amount": .string(currency.text(amount)),
            "currency": .string(currency.code), "method": .text(method),
            "reference": .text(reference), "note": .text(note),
            "invoice": .text(allocations.first?.number),
            "allocations": .array(
                allocations.map { allocation in
                    .members([
                        "invoice": .string(allocation.invoice),
                        "number": .text(allocation.number),
                        "amount": .string(currency.text(allocation.amount)),
                    ])
                }),
            "credit": .string(currency.text(credit)), "reverses": .text(reverses),
            "euros": .text(euros.map(Currency.eur.text)),
        ])
    }

    /// The same for lists, with `receipt`; what a receipt freezes cannot name it yet.
    package var listJSON: JSON {
        guard case .object(let members) = json else { return .null }
        return .object(members + [JSON.Member("receipt", .text(receipt))])
    }
}

extension PaymentView {
    /// A payment as its ``json`` told it, then; nil for anything else.
    init?(told json: JSON) {
        func text(_ name: String, of json: JSON = json) -> String? {
            if case .string(let text) = json[name] { text } else { nil }
        }
        guard let id = text("id"), let client = text("client"), let name = text("clientName"),
            let currency = text("currency").flatMap({ try? Currency($0) }),
            let amount = text("amount").flatMap({ try? currency.minor($0) }),
            case .array(let parts) = json["allocations"]
        else { return nil }
        let allocations = parts.compactMap { part -> Allocation? in
            guard let invoice = text("invoice", of: part),
                let amount = text("amount", of: part).flatMap({ try? currency.minor($0) })
            else { return nil }
            return Allocation(invoice: invoice, number: text("number", of: part), amount: amount)
        }
        guard allocations.count == parts.count else { return nil }
        self.init(
            id: id, client: client, clientName: name,
            date: text("date").flatMap { CivilDate(iso: $0) }, amount: amount, currency: currency,
            method: text("method"), reference: text("reference"), note: text("note"),
            allocations: allocations, reverses: text("reverses"),
            euros: text("euros").flatMap { try? Currency.eur.minor($0) })
    }
}

/// What a payment came to.
package struct PaymentResult: Equatable, Sendable {
    /// The payment.
    package let payment: PaymentView
    /// The invoice's number.
    package let number: String
    /// What is still to be paid of it, in minor units.
    package let balance: Int64
    /// Where the invoice stands then.
    package let status: InvoiceStatus

    /// The payment's keys, with `number balance status` of the invoice.
    package var json: JSON {
        guard case .object(let members) = payment.json else { return .null }
        return .object(
            members + [
                JSON.Member("number", .string(number)),
                JSON.Member("balance", .string(payment.currency.text(balance))),
                JSON.Member("status", .string(status.rawValue)),
            ])
    }
}
