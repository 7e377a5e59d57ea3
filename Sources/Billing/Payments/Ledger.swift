package import Convergence
package import Replication

/// What clients owe: documents and allocations pass by side by side in the order of their invoices,
/// each from a covering index, so that ten thousand invoices take a few milliseconds.
package enum Ledger {
    /// What is owed at a date, by all clients or by one.
    package static func owed(
        _ reading: Reading, asOf date: CivilDate, client: RowID? = nil
    ) throws -> Owed {
        try owed(reading, asOf: date, client: client, through: scope(reading, asOf: date))
    }

    /// The same from the open invoices or from all of them: the answer is one.
    static func owed(
        _ reading: Reading, asOf date: CivilDate, client: RowID?, through scope: InvoiceScope
    ) throws -> Owed {
        let usualOwner = try Owners.usual(reading)
        var book = OwedBook(
            date: date, allocations: try allocations(reading, asOf: date, scope),
            credited: try credited(reading, asOf: date),
            courses: try Events.courses(reading, asOf: date, scope), usualOwner: usualOwner)
        try documents(reading, client, scope) { book.take(document: $0) }
        try payments(reading, asOf: date, client: client, scope) { client, currency, amount in
            book.receive(amount, client: client, currency: currency)
        }
        let clients = book.accounts(names: try Clients.names(reading, client))
        let wantsFindings = client == nil && (book.hasTwinNumbers || book.hasTwinInvoices)
        return Owed(
            asOf: date, clients: clients,
            totals: Owed.totals(of: clients),
            findings: wantsFindings ? try Findings.ofNumbers(reading) : [])
    }

    /// The documents in the order of their invoices, as `OwedBook` takes them.
    private static func documents(
        _ reading: Reading, _ client: RowID?, _ scope: InvoiceScope, _ body: (Cursor) -> Void
    ) throws {
        try reading.each(
            """
            SELECT invoice, total, client, currency, series, sequence, date, due, number, id, kind, owner
            FROM \(scope.documents) \(client == nil ? "" : "AND client = ?") ORDER BY invoice
            """,
            client.map { [.text($0.text)] } ?? [], body)
    }

    /// The parts of payments, in the order of their invoices: one place in each array for each.
    struct Allocations {
        var invoices: [String] = []
        var amounts: [Int64] = []
        /// The documents that took them.
        var documents: [String] = []

        /// The sum of those in a range that a document took.
        func sum(_ range: Range<Int>, of document: String) -> Int64 {
            var sum: Int64 = 0
            for place in range where documents[place] == document { sum &+= amounts[place] }
            return sum
        }
    }

    /// The allocations of the payments up to a date, in the order of the invoices; of open ones their
    /// sums.
    private static func allocations(
        _ reading: Reading, asOf date: CivilDate, _ scope: InvoiceScope
    ) throws -> Allocations {
        var allocations = Allocations()
        let isAll = try scope == .open || allPaymentsCount(reading, asOf: date)
        let query =
            switch scope {
            case .open:
                "SELECT invoice, paid, id FROM open_invoice WHERE paid <> 0 ORDER BY invoice"
            case .all where isAll:
                """
                SELECT invoice, amount, document FROM allocations WHERE hidden = 0 ORDER BY invoice
                """
            case .all:
                """
                SELECT a.invoice, a.amount, a.document
                FROM allocations a JOIN payments p ON p.id = a.payment
                WHERE a.hidden = 0 AND p.hidden = 0 AND p.date <= ? ORDER BY a.invoice
                """
            }
        try reading.each(query, isAll ? [] : [.text(date.iso)]) { cursor in
            guard let invoice = cursor.text(0), let amount = cursor.integer(1),
                scope == .open || amount.minor != nil
            else { return }
            allocations.invoices.append(invoice)
            allocations.amounts.append(amount)
            allocations.documents.append(cursor.text(2) ?? "")
        }
        return allocations
    }

    /// The sums of the payments up to a date by client and currency.
    private static func payments(
        _ reading: Reading, asOf date: CivilDate, client: RowID?, _ scope: InvoiceScope,
        _ body: (String, String, Int64) -> Void
    ) throws {
        if scope == .open {
            return try reading.each(
                """
                SELECT client, currency, amount FROM credit
                \(client == nil ? "" : "WHERE client = ?")
                """,
                client.map { [.text($0.text)] } ?? []
            ) { cursor in
                guard let client = cursor.text(0), let currency = cursor.text(1) else { return }
                body(client, currency, cursor.integer(2) ?? 0)
            }
        }
        // SQLite's sum fails beyond 64 bits: what no program of ours writes must not stop it.
        var conditions = ["hidden = 0", Currency.isMinor("amount")]
        var arguments: [Value] = []
        if try !allPaymentsCount(reading, asOf: date) {
            conditions.append("date <= ?")
            arguments.append(.text(date.iso))
        }
        if let client {
            conditions.append("client = ?")
            arguments.append(.text(client.text))
        }
        // Unary plus: the order of the clients is worth more than an index on the other column.
        try reading.each(
            """
            SELECT client, currency, sum(amount) FROM payments
            WHERE +\(conditions.joined(separator: " AND +")) GROUP BY client, currency
            """,
            arguments
        ) { cursor in
            guard let client = cursor.text(0), let currency = cursor.text(1) else { return }
            body(client, currency, cursor.integer(2) ?? 0)
        }
    }

    /// A document of an invoice.
    struct Place: Hashable {
        let invoice: String
        let document: String
    }

    /// What was allocated to each document of an invoice up to a date.
    static func paid(
        _ reading: Reading, asOf date: CivilDate, _ scope: InvoiceScope
    ) throws -> [Place: Int64] {
        var paid: [Place: Int64] = [:]
        let allocations = try allocations(reading, asOf: date, scope)
        let places = zip(allocations.invoices, allocations.documents)
        for (place, amount) in zip(places, allocations.amounts) {
            paid[Place(invoice: place.0, document: place.1), default: 0] &+= amount
        }
        return paid
    }

    /// What credit notes and correctives took off each document up to a date, by the document's row: a
    /// corrective all of it, beside what credit notes took, so that what was credited elsewhere at the
    /// same time is the client's.
    static func credited(_ reading: Reading, asOf date: CivilDate) throws -> [String: Int64] {
        var credited: [String: Int64] = [:]
        // Several take the place of one document once.
        var replaced: Set<String> = []
        // Few documents correct others: their part of the index is all that is read.
        try reading.each(
            """
            SELECT corrects, kind, total FROM documents
            WHERE corrects > '' AND hidden = 0 AND date <= ?
            """,
            [.text(date.iso)]
        ) { cursor in
            guard let document = cursor.text(0) else { return }
            if cursor.text(1) == DocumentKind.corrective.rawValue {
                replaced.insert(document)
            } else if let total = cursor.integer(2)?.minor {
                credited[document, default: 0] &-= total
            }
        }
        for document in replaced {
            let total = try reading.rows(
                "SELECT total FROM documents WHERE id = ?", [.text(document)]
            ).first?.integer("total")?.minor
            credited[document, default: 0] &+= total ?? 0
        }
        return credited
    }

    /// What a question about a date has to go through: the open invoices, where every document and
    /// every payment counts at that date, as they do when nothing is dated ahead.
    static func scope(_ reading: Reading, asOf date: CivilDate) throws -> InvoiceScope {
        guard try allPaymentsCount(reading, asOf: date) else { return .all }
        let row = try reading.rows(
            """
            SELECT EXISTS (
                SELECT 1 FROM documents
                WHERE corrects > '' AND hidden = 0 AND (date IS NULL OR date > ?)) AS later,
            EXISTS (SELECT 1 FROM credit WHERE typeof(amount) <> 'integer') AS great,
            (SELECT max(date) FROM settled_invoice) AS latest
            """,
            [.text(date.iso)]
        ).first
        let isWhole = row?.integer("later") == 0 && row?.integer("great") == 0
        return isWhole && row?.text("latest") ?? "" <= date.iso ? .open : .all
    }

    /// Whether every payment counts at a date: then allocations need not look at theirs.
    private static func allPaymentsCount(
        _ reading: Reading, asOf date: CivilDate
    ) throws -> Bool {
        let row = try reading.rows(
            """
            SELECT (SELECT max(date) FROM payments WHERE hidden = 0) AS newest,
                EXISTS (SELECT 1 FROM payments WHERE hidden = 1) AS removed
            """
        ).first
        return row?.integer("removed") == 0 && row?.text("newest") ?? "" <= date.iso
    }
}
