package import Convergence
package import Replication

/// What issuing came to.
package struct Issued: Equatable, Sendable {
    /// The invoice, with its number.
    package let invoice: InvoiceView
    /// The series that the number is from.
    package let series: String
    /// Mandatory content that is missing, where the books' country does not refuse for it.
    package let gaps: [Gap]
}

extension Invoices {
    /// Issues a draft: gives it the next number of this writer's series and freezes it as it
    /// stands. Nothing takes this back.
    ///
    /// `date` is the date of issue as given by the user; without one it is today, which is
    /// questioned when it lies more than a day before or more than a year after the newest date
    /// in the books. It never lies before the series' last document.
    ///
    /// `owner` is the person who sees to it, in place of the one that draft, client and books name;
    /// refused where none does. It is no part of what is frozen as the document's content.
    package static func issue(
        _ writing: Writing, _ id: RowID, on date: CivilDate?, series: String? = nil,
        owner: String? = nil, at moment: Moment
    ) throws -> Issued {
        // The same draft twice in one transaction: reads do not see the first.
        if let twin = writing.written("documents").first(where: { $0["invoice"]?.text == id.text })
        {
            throw BillingFailure.alreadyIssued(number: twin["number"]?.text ?? "")
        }
        let issuable = try Issuable(writing, id)
        let owner = try owner.map { try PlainText.line($0, .owner) } ?? issuable.owner(writing)
        guard let owner else { throw BillingFailure.noOwner(invoice: id.text) }
        let gaps = issuable.gaps
        guard gaps.isEmpty || issuable.seller.country == nil else {
            throw BillingFailure.incomplete(gaps)
        }
        try issuable.check(writing)
        let claim = try SeriesBook.usable(writing, name: series)
        if date == nil { try question(moment.today, writing) }
        let date = date ?? moment.today
        if let last = claim.lastDate, date < last {
            throw BillingFailure.dateGoesBack(
                series: claim.name, date: date, lastNumber: claim.lastText ?? "", lastDate: last)
        }
        if let origin = issuable.origin, date < origin.date {
            throw BillingFailure.dateGoesBack(
                series: claim.name, date: date, lastNumber: origin.number, lastDate: origin.date)
        }
        let due = issuable.due(from: date)
        guard due >= date else { throw BillingFailure.dueBeforeIssue(due: due, date: date) }
        let document = try issuable.document(
            writing, number: claim.nextNumber, series: claim.name, on: date)
        let (row, hash) = try freeze(
            document, sequence: claim.lastNumber &+ 1, client: issuable.buyer.id, owner: owner,
            in: writing)
        return Issued(
            invoice: InvoiceView(
                issued: document, of: issuable, row: row, hash: hash, owner: owner,
                today: moment.today),
            series: claim.name, gaps: gaps)
    }

    /// The content that a draft would be issued with on a date, without a number.
    package static func preview(
        _ reading: Reading, _ id: RowID, on date: CivilDate
    ) throws -> JSON {
        try Issuable(reading, id).document(reading, number: "", series: "", on: date).json
    }

    /// The content that was issued.
    package static func content(_ reading: Reading, _ document: RowID) throws -> JSON {
        let text = try reading.rows(
            "SELECT content FROM documents WHERE id = ?", [.text(document.text)]
        ).first?.text("content")
        guard let text, let json = try? JSON(reading: Array(text.utf8)) else {
            throw BillingFailure.damaged(
                table: "documents", row: document.text, field: "content")
        }
        return json
    }

    /// The one place where a clock is asked: today against what the books have shown. A closed
    /// series does not count: it may have been closed for its dates.
    private static func question(_ today: CivilDate, _ reading: Reading) throws {
        let shown = try reading.rows(
            "SELECT max(created) AS created FROM invoices"
        ).first?.integer("created")
        let dates =
            try SeriesBook.list(reading).filter { $0.state != .closed }.compactMap(\.lastDate)
            + [shown.flatMap { CivilDate(milliseconds: $0) }].compactMap(\.self)
        guard let newest = dates.max() else { return }
        let ahead = today.days(since: newest)
        guard (-1...366).contains(ahead) else {
            throw BillingFailure.implausibleToday(today: today, newest: newest)
        }
    }

    /// The most bytes of a document's content: what one value may hold.
    private static let contentBytesMax = Limits.textBytesMax

    private static func freeze(
        _ document: DocumentContent, sequence: Int64, client: String, owner: String,
        in writing: Writing
    ) throws -> (row: RowID, hash: String) {
        let text = document.json.text
        guard text.utf8.count <= contentBytesMax else {
            throw BillingFailure.contentTooLarge(bytes: text.utf8.count, limit: contentBytesMax)
        }
        let hash = ContentHash.hexadecimal(text.utf8)
        let totals = document.totals
        let row = try writing.freeze(
            "documents",
            [
                "invoice": .text(document.rows.invoice.id), "client": .text(client),
                "series": .text(document.series), "sequence": .integer(sequence),
                "number": .text(document.number), "kind": .text(document.kind.rawValue),
                "corrects": document.origin.map { .text($0.document) } ?? .null,
                "counted_net": .integer(document.countedNet),
                "counted_vat": .integer(document.countedVAT),
                "date": .text(document.date.iso), "due": .text(document.due.iso),
                "currency": .text(document.currency.code), "owner": .text(owner),
                "net": .integer(totals.net),
                "vat": .integer(totals.vat), "gross": .integer(totals.gross),
                "total": .integer(totals.due), "terms": .text(document.terms.text),
                "draft": .integer(document.rows.fingerprint), "hash": .text(hash),
                "content": .text(text),
            ])
        return (row, hash)
    }
}
