package import Convergence
package import Replication

/// What clients owe: documents and allocations pass by side by side in the order of their invoices,
/// each from a covering index, so that ten thousand invoices take a few milliseconds.
package enum Ledger {
    /// What is owed at a date, by all clients or by one.
    package static func owed(
        _ reading: Reading, asOf date: CivilDate, client: RowID? = nil
    ) throws -> Owed {
        let usualOwner = try Owners.usual(reading)
        var book = OwedBook(
            date: date,
            allocations: try allocations(reading, asOf: date, withDocuments: false),
            credited: try credited(reading, asOf: date),
            courses: try Events.courses(reading, asOf: date),
            usualOwner: usualOwner)
        try documents(reading, client) { book.take(document: $0) }
        if book.hasTwinInvoices {
            book = OwedBook(
                date: date,
                allocations: try allocations(reading, asOf: date, withDocuments: true),
                credited: try credited(reading, asOf: date),
                courses: try Events.courses(reading, asOf: date),
                usualOwner: usualOwner)
            try documents(reading, client) { book.take(document: $0) }
        }
        try payments(reading, asOf: date, client: client) { client, currency, amount in
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
        _ reading: Reading, _ client: RowID?, _ body: (Cursor) -> Void
    ) throws {
        try reading.each(
            """
            SELECT invoice, total, client, currency, series, sequence, date, due, number, id, kind, owner
            FROM documents WHERE hidden = 0 \(client == nil ? "" : "AND client = ?")
            ORDER BY invoice
            """,
            client.map { [.text($0.text)] } ?? [], body)
    }

    /// The parts of payments, in the order of their invoices: one place in each array for each.
    struct Allocations {
        var invoices: [String] = []
        var amounts: [Int64] = []
        /// The documents that took them; nil where the invoice says enough.
        var documents: [String]?

        /// The sum of a range, or of those in it that a document took.
        func sum(_ range: Range<Int>, of document: String?) -> Int64 {
            var sum: Int64 = 0
            for place in range where documents == nil || documents?[place] == document {
                sum &+= amounts[place]
            }
            return sum
        }
    }

    /// The allocations of the payments up to a date, in the order of the invoices.
    private static func allocations(
        _ reading: Reading, asOf date: CivilDate, withDocuments: Bool
    ) throws -> Allocations {
        var allocations = Allocations()
        if withDocuments { allocations.documents = [] }
        let isAll = try allPaymentsCount(reading, asOf: date)
        try reading.each(
            isAll
                ? """
                SELECT invoice, amount, document FROM allocations WHERE hidden = 0 ORDER BY invoice
                """
                : """
                SELECT a.invoice, a.amount, a.document
                FROM allocations a JOIN payments p ON p.id = a.payment
                WHERE a.hidden = 0 AND p.hidden = 0 AND p.date <= ? ORDER BY a.invoice
                """,
            isAll ? [] : [.text(date.iso)]
        ) { cursor in
            guard let invoice = cursor.text(0), let amount = cursor.integer(1),
                amount.magnitude <= Currency.minorMax.magnitude
            else { return }
            allocations.invoices.append(invoice)
            allocations.amounts.append(amount)
            if withDocuments { allocations.documents?.append(cursor.text(2) ?? "") }
        }
        return allocations
    }

    /// The sums of the payments up to a date by client and currency.
    private static func payments(
        _ reading: Reading, asOf date: CivilDate, client: RowID?,
        _ body: (String, String, Int64) -> Void
    ) throws {
        // SQLite's sum fails beyond 64 bits: what no program of ours writes must not stop it.
        var conditions = [
            "hidden = 0", "amount BETWEEN -\(Currency.minorMax) AND \(Currency.minorMax)",
        ]
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

    /// What was allocated to each document up to a date, by the document's row.
    static func paid(_ reading: Reading, asOf date: CivilDate) throws -> [String: Int64] {
        var paid: [String: Int64] = [:]
        let allocations = try allocations(reading, asOf: date, withDocuments: true)
        for (document, amount) in zip(allocations.documents ?? [], allocations.amounts) {
            paid[document, default: 0] &+= amount
        }
        return paid
    }

    /// What credit notes and correctives took off each document up to a date, by the document's row.
    static func credited(_ reading: Reading, asOf date: CivilDate) throws -> [String: Int64] {
        var credited: [String: Int64] = [:]
        var replaced: [String] = []
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
                replaced.append(document)
            } else if let total = cursor.integer(2), total.magnitude <= Currency.minorMax.magnitude
            {
                credited[document, default: 0] &-= total
            }
        }
        for document in replaced {
            let total = try reading.rows(
                "SELECT total FROM documents WHERE id = ?", [.text(document)]
            ).first?.integer("total")
            credited[document] = total ?? 0
        }
        return credited
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
