import Convergence
package import Replication

/// What happened with an issued document: facts, from which its status follows at any date.
package enum EventKind: String, CaseIterable, Sendable {
    /// It was given to the client.
    case sent
    /// The client says that something is wrong with it; what settles that.
    case disputed, settled
    /// More time was given, until a date.
    case extended
    /// Another person sees to it from then on.
    case assigned
    /// A bank was asked to collect it, for a day, under the mandate that it was told with.
    case debited
    /// Nothing more is expected.
    case writtenOff = "written off"
    /// A talk, a promise, anything to remember.
    case note
}

/// Something that happened with an issued document.
package struct EventView: Equatable, Sendable {
    /// The row's id.
    package let id: String
    /// The document's number.
    package let number: String
    /// What it is.
    package let kind: EventKind
    /// The day.
    package let date: CivilDate
    /// Until when, of an extension; for which day, of a debit.
    package let until: CivilDate?
    /// To whom, with whom, or who sees to it.
    package let with: String?
    /// What was said.
    package let text: String?

    /// `id number kind date until with text`.
    package var json: JSON {
        .members([
            "id": .string(id), "number": .string(number), "kind": .string(kind.rawValue),
            "date": .string(date.iso), "until": .text(until?.iso), "with": .text(with),
            "text": .text(text),
        ])
    }
}

/// The courses of issued documents. An event is a row of its own that nobody changes: what two
/// devices note without knowing of each other both stands.
package enum Events {
    /// Notes that something happened with an issued document.
    package static func add(
        _ writing: Writing, _ ref: InvoiceRef, _ kind: EventKind, on date: CivilDate?,
        until: CivilDate? = nil, with: String? = nil, text: String? = nil, at moment: Moment
    ) throws -> EventView {
        guard let document = try ref.document ?? Invoices.document(writing, of: ref.invoice) else {
            throw BillingFailure.notIssued(ref.invoice)
        }
        let record = try writing.rows(
            "SELECT number, date, kind FROM documents WHERE id = ?", [.text(document.text)]
        ).first
        let number = record?.text("number") ?? ""
        let date = date ?? moment.today
        if let issued = record?.text("date").flatMap({ CivilDate(iso: $0) }), date < issued {
            throw BillingFailure.beforeIssue(number: number, date: date, issued: issued)
        }
        if let until, until < date {
            throw BillingFailure.extensionEnded(until: until, date: date)
        }
        if kind != .sent, kind != .note, kind != .assigned,
            record?.text("kind").flatMap({ DocumentKind(rawValue: $0) })?.isCredit == true
        {
            throw BillingFailure.notCreditable(number: number, .credit)
        }
        let with = try with.map { try PlainText.line($0, kind == .assigned ? .owner : .name) }
        let text = try text.map { try PlainText.block($0, .note) }
        var values: [String: Value] = [
            "invoice": .text(ref.invoice.text), "document": .text(document.text),
            "kind": .text(kind.rawValue), "date": .text(date.iso),
            "created": .integer(moment.milliseconds),
        ]
        if let until { values["until"] = .text(until.iso) }
        if let with { values["with"] = .text(with) }
        if let text { values["text"] = .text(text) }
        let id = try writing.insert("events", values)
        return EventView(
            id: id.text, number: number, kind: kind, date: date, until: until, with: with,
            text: text)
    }

    /// What happened with an invoice, in the order of the days.
    package static func list(_ reading: Reading, of ref: InvoiceRef) throws -> [EventView] {
        try reading.rows(
            """
            SELECT e.*, d.number AS number FROM events e JOIN documents d ON d.id = e.document
            WHERE d.invoice = ?1 AND e.hidden = 0 AND (?2 IS NULL OR d.id = ?2)
            ORDER BY e.date, e.created, e.id
            """,
            [.text(ref.invoice.text), ref.document.map { .text($0.text) } ?? .null]
        ).compactMap { record in
            guard let kind = record.text("kind").flatMap({ EventKind(rawValue: $0) }),
                let date = record.text("date").flatMap({ CivilDate(iso: $0) })
            else { return nil }
            return EventView(
                id: record.text("id") ?? "", number: record.text("number") ?? "", kind: kind,
                date: date, until: record.text("until").flatMap { CivilDate(iso: $0) },
                with: record.text("with"), text: record.text("text"))
        }
    }

    /// What the events of a document come to at a date.
    struct Course {
        var sent: CivilDate?
        var writtenOff: CivilDate?
        var disputed = false
        var extendedTo: CivilDate?
        var owner: String?
    }

    /// The courses of documents up to a date, or of one, by the document's row.
    static func courses(
        _ reading: Reading, asOf date: CivilDate, _ scope: InvoiceScope = .all,
        document: String? = nil
    ) throws -> [String: Course] {
        var courses: [String: Course] = [:]
        // Unary plus keeps to the index of the documents.
        let plus = scope == .all && document == nil ? "" : "+"
        try reading.each(
            """
            SELECT e.document, e.kind, e.date, e.until, e."with"
            FROM \(scope.rows(of: "events", as: "e", by: "document"))
            WHERE \(plus)e.hidden = 0 AND e.kind <> 'note' AND \(plus)e.date <= ?
                \(document == nil ? "" : "AND e.document = ?") ORDER BY e.date, e.created, e.id
            """,
            [.text(date.iso)] + (document.map { [.text($0)] } ?? [])
        ) { cursor in
            guard let document = cursor.text(0), let kind = cursor.text(1) else { return }
            let day = cursor.text(2).flatMap { CivilDate(iso: $0) }
            switch EventKind(rawValue: kind) {
            case .sent:
                courses[document, default: Course()].sent = courses[document]?.sent ?? day
            case .disputed: courses[document, default: Course()].disputed = true
            case .settled: courses[document, default: Course()].disputed = false
            case .extended:
                courses[document, default: Course()].extendedTo = cursor.text(3).flatMap {
                    CivilDate(iso: $0)
                }
            case .writtenOff:
                courses[document, default: Course()].writtenOff =
                    courses[document]?.writtenOff ?? day
            case .assigned:
                courses[document, default: Course()].owner = cursor.text(4)
            case .note, .debited, nil: break
            }
        }
        return courses
    }
}

extension InvoiceFacts {
    /// Takes in what happened with the document.
    mutating func take(_ course: Events.Course?) {
        guard let course else { return }
        sent = course.sent
        writtenOff = course.writtenOff
        disputed = course.disputed
        extendedTo = course.extendedTo
    }
}
