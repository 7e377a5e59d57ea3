package import Convergence
package import Replication

/// What is changed in a draft.
package struct InvoiceEdit: Equatable, Sendable {
    /// Another client.
    package var client: RowID?
    /// Another due date, or none.
    package var due: Edit<CivilDate>
    /// Lines by their numbers, counted from 1 as shown, that say something else.
    package var replace: [Int: DraftContent.Line]
    /// Lines by their numbers that go.
    package var remove: Set<Int>
    /// Lines that come behind the others.
    package var append: [DraftContent.Line]
    /// What was paid before, as typed.
    package var prepaid: String?
    /// What rounds the sum, as typed.
    package var rounding: String?
    /// Allowances and charges of the document that come behind the others.
    package var adjust: [DraftContent.Adjustment]
    /// Whether those that there are go.
    package var removesAdjustments: Bool
    /// Deposits that are deducted beside the others.
    package var deduct: [DraftContent.Deposit]
    /// Whether the deposits that are deducted go.
    package var removesDeposits: Bool
    /// What it says beside, as typed; an empty text empties its field.
    package var details: [DraftField: String]
    /// A whole content in place of the present one: as from a draft file.
    package var content: DraftContent?

    /// Makes an edit that changes nothing but what is given.
    package init(
        client: RowID? = nil, due: Edit<CivilDate> = .keep,
        replace: [Int: DraftContent.Line] = [:], remove: Set<Int> = [],
        append: [DraftContent.Line] = [], prepaid: String? = nil, rounding: String? = nil,
        adjust: [DraftContent.Adjustment] = [], removesAdjustments: Bool = false,
        deduct: [DraftContent.Deposit] = [], removesDeposits: Bool = false,
        details: [DraftField: String] = [:], content: DraftContent? = nil
    ) {
        self.client = client
        self.due = due
        self.replace = replace
        self.remove = remove
        self.append = append
        self.prepaid = prepaid
        self.rounding = rounding
        self.adjust = adjust
        self.removesAdjustments = removesAdjustments
        self.deduct = deduct
        self.removesDeposits = removesDeposits
        self.details = details
        self.content = content
    }
}

extension Invoices {
    /// Changes a draft: only the fields that differ are written, so that another device's changes
    /// of other fields merge with them. Refuses when nothing differs, when it was issued, and to turn a
    /// correction to another client or currency.
    package static func edit(
        _ writing: Writing, _ id: RowID, _ edit: InvoiceEdit
    ) throws -> InvoiceView {
        var editor = try DraftEditor(writing: writing, id: id, rows: draft(writing, id))
        try editor.apply(edit)
        guard editor.hasChanged else { throw BillingFailure.nothingToChange }
        try editor.content.check()
        if let corrects = editor.content.corrects {
            try check(
                client: editor.client.text, editor.content.currency,
                correcting: origin(writing, corrects))
        }
        let name = try Clients.stored(writing, editor.client).text("name") ?? ""
        var view = InvoiceView(
            draft: id.text, client: editor.client.text, clientName: name, due: editor.due,
            content: editor.content, lineIDs: editor.lineIDs,
            totals: try Totals(of: editor.content))
        view.owner = editor.rows.invoice.values["owner"]?.text
        return view
    }
}

/// Writes the differences between a draft and what it is to be.
private struct DraftEditor {
    let writing: Writing
    let id: RowID
    let rows: DraftRows
    private(set) var client: RowID
    private(set) var due: CivilDate?
    private(set) var content: DraftContent
    private(set) var lineIDs: [String]
    private(set) var hasChanged = false
    private var values: [String: Value] = [:]

    init(writing: Writing, id: RowID, rows: DraftRows) throws {
        self.writing = writing
        self.id = id
        self.rows = rows
        content = try rows.content()
        due = rows.due
        lineIDs = rows.lines.map(\.id)
        guard let client = rows.client else {
            throw BillingFailure.damaged(table: "invoices", row: id.text, field: "client")
        }
        self.client = client
    }

    mutating func apply(_ edit: InvoiceEdit) throws {
        var edit = edit
        if let content = edit.content { try take(content, into: &edit) }
        for number in Set(edit.replace.keys).union(edit.remove)
        where !(1...max(1, rows.lines.count)).contains(number) || rows.lines.isEmpty {
            throw BillingFailure.noSuchLine(number: number, count: rows.lines.count)
        }
        if let client = edit.client {
            self.client = client
            set("client", .text(client.text))
        }
        switch edit.due {
        case .keep: break
        case .set(let date):
            due = date
            set("due", .text(date.iso))
        case .clear:
            due = nil
            set("due", .null)
        }
        if let prepaid = edit.prepaid { content.prepaid = try content.currency.minor(prepaid) }
        if let rounding = edit.rounding { content.rounding = try content.currency.minor(rounding) }
        set("prepaid", .integer(content.prepaid), absent: 0)
        set("rounding", .integer(content.rounding), absent: 0)
        try changeLines(edit)
        try changeAdjustments(edit)
        try changeDeposits(edit)
        try changeDetails(edit.details)
        if !values.isEmpty {
            try writing.put("invoices", id, values)
            hasChanged = true
        }
    }

    /// Turns a whole content into the edits that lead to it, line by line.
    private mutating func take(_ new: DraftContent, into edit: inout InvoiceEdit) throws {
        for (index, line) in new.lines.enumerated() {
            if index < rows.lines.count {
                edit.replace[index + 1] = line
            } else {
                edit.append.append(line)
            }
        }
        if rows.lines.count > new.lines.count {
            edit.remove.formUnion(new.lines.count + 1...rows.lines.count)
        }
        if new.adjustments != content.adjustments {
            edit.removesAdjustments = true
            edit.adjust = new.adjustments + edit.adjust
        }
        edit.details.merge(new.details) { given, _ in given }
        content.prepaid = new.prepaid
        content.rounding = new.rounding
        content.currency = new.currency
        set("currency", .text(new.currency.code))
    }

    private mutating func changeAdjustments(_ edit: InvoiceEdit) throws {
        if edit.removesAdjustments, !content.adjustments.isEmpty {
            for row in rows.adjustments where row.values["line"] == nil {
                if let id = RowID(row.id) { try writing.remove("adjustments", id) }
            }
            content.adjustments = []
            hasChanged = true
        }
        guard !edit.adjust.isEmpty else { return }
        try DraftWriter.append(edit.adjust, to: id, in: writing)
        content.adjustments += edit.adjust
        hasChanged = true
    }

    private mutating func changeDeposits(_ edit: InvoiceEdit) throws {
        if edit.removesDeposits, !rows.deposits.isEmpty {
            for row in rows.deposits {
                if let id = RowID(row.id) { try writing.remove("deposits", id) }
            }
            content.deposits = []
            hasChanged = true
        }
        let added = edit.deduct.filter { !content.deposits.contains($0) }
        guard !added.isEmpty else { return }
        guard content.kind == .invoice else {
            throw BillingFailure.deductsNothing(content.kind)
        }
        try DraftWriter.append(added, to: id, in: writing)
        content.deposits.removeAll { old in added.contains { $0.document == old.document } }
        content.deposits += added
        hasChanged = true
    }

    private mutating func changeDetails(_ typed: [DraftField: String]) throws {
        for (column, value) in try DraftField.values(typed) { set(column, value) }
        for (field, text) in typed {
            content.details[field] = text.trimmed.isEmpty ? nil : try field.checked(text)
        }
    }

    private mutating func set(_ field: String, _ value: Value, absent: Value = .null) {
        let present = rows.invoice.values[field] ?? absent
        if present != value { values[field] = value }
    }

    private mutating func changeLines(_ edit: InvoiceEdit) throws {
        var kept: [(id: String, line: DraftContent.Line)] = []
        for (index, row) in rows.lines.enumerated() {
            guard let line = RowID(row.id) else { continue }
            if edit.remove.contains(index + 1) {
                try removeAdjustments(of: row.id)
                try writing.remove("lines", line)
                hasChanged = true
            } else if let new = edit.replace[index + 1] {
                try replace(row, line, content.lines[index], with: new)
                kept.append((row.id, new))
            } else {
                kept.append((row.id, content.lines[index]))
            }
        }
        // Another program may have written any position; ours stay far from the edge.
        let positions = rows.lines.compactMap { $0.values["position"]?.integer }
        let last = min(max(positions.max() ?? 0, 0), 1 << 52)
        let appended = try DraftWriter.append(edit.append, to: id, after: last, in: writing)
        if !appended.isEmpty { hasChanged = true }
        kept += zip(appended.map(\.text), edit.append).map { (id: $0, line: $1) }
        content.lines = kept.map(\.line)
        lineIDs = kept.map(\.id)
    }

    private mutating func replace(
        _ row: DraftRows.Row, _ id: RowID, _ old: DraftContent.Line, with new: DraftContent.Line
    ) throws {
        let wanted = DraftWriter.values(new)
        var changes: [String: Value] = [:]
        for field in DraftRows.lineFields where field != "position" {
            let value = wanted[field] ?? .null
            if row.values[field] ?? .null != value { changes[field] = value }
        }
        if !changes.isEmpty {
            try writing.put("lines", id, changes)
            hasChanged = true
        }
        guard new.adjustments != old.adjustments else { return }
        try removeAdjustments(of: row.id)
        try DraftWriter.append(new.adjustments, to: id, of: self.id, in: writing)
        hasChanged = true
    }

    private func removeAdjustments(of line: String) throws {
        for row in rows.adjustments where row.values["line"]?.text == line {
            if let id = RowID(row.id) { try writing.remove("adjustments", id) }
        }
    }
}
