import Convergence
package import Replication

/// Who sees to invoices: each has one owner, a person, and never none once it is issued.
///
/// A draft's owner is a field that merges. What was issued is frozen, so another owner is a fact of
/// its own: two devices that name one without knowing of each other both stand in the course of the
/// invoice, and the later one counts everywhere.
package enum Owners {
    /// Gives an invoice to a person, from a day on; a draft at once.
    package static func assign(
        _ writing: Writing, _ ref: InvoiceRef, to owner: String, on date: CivilDate?,
        at moment: Moment
    ) throws -> InvoiceView {
        let owner = try PlainText.line(owner, .owner)
        guard try ref.document ?? Invoices.document(writing, of: ref.invoice) == nil else {
            let view = try Invoices.show(writing, ref, asOf: .last)
            guard view.owner != owner else { throw BillingFailure.nothingToChange }
            let date = date ?? max(moment.today, view.issued ?? .first)
            _ = try Events.add(writing, ref, .assigned, on: date, with: owner, at: moment)
            return try Invoices.show(writing, ref, asOf: date).owned(by: owner)
        }
        let view = try Invoices.show(writing, ref, asOf: moment.today)
        guard view.owner != owner else { throw BillingFailure.nothingToChange }
        try writing.put("invoices", ref.invoice, ["owner": .text(owner)])
        return view.owned(by: owner)
    }

    /// Who sees to documents that an older program issued, which name nobody.
    static func usual(_ reading: Reading) throws -> String? {
        do {
            let settings = try Books.settings(reading)
            return settings.owner ?? settings.name
        } catch BillingFailure.booksEmpty {
            return nil
        }
    }
}

extension InvoiceView {
    fileprivate func owned(by owner: String) -> InvoiceView {
        var view = self
        view.owner = owner
        return view
    }
}
