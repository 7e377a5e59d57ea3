package import Convergence
package import Replication

/// What clients owe: derived from documents, allocations and payments in two passes over covering
/// indexes, so that ten thousand invoices take a few milliseconds.
package enum Ledger {
    /// What is owed at a date, by all clients or by one.
    package static func owed(
        _ reading: Reading, asOf date: CivilDate, client: RowID? = nil
    ) throws -> Owed {
        var book = OwedBook(date: date)
        try openInvoices(reading, asOf: date, client: client, into: &book)
        try credits(reading, asOf: date, client: client, into: &book)
        var names: [String: String] = [:]
        for id in book.clients {
            names[id] =
                try reading.rows("SELECT name FROM clients WHERE id = ?", [.text(id)])
                .first?.text("name")
        }
        let clients = book.accounts(names: names)
        var totals: [String: OwedSums] = [:]
        for account in clients {
            let currency = account.sums.currency
            totals[currency.code, default: OwedSums(currency: currency)].add(account.sums)
        }
        return Owed(
            asOf: date, clients: clients,
            totals: totals.values.sorted { $0.currency.code < $1.currency.code },
            findings: client == nil ? try Findings.ofNumbers(reading) : [])
    }

    /// What was allocated to each document up to a date, by the document's row.
    static func paid(_ reading: Reading, asOf date: CivilDate) throws -> [String: Int64] {
        var paid: [String: Int64] = [:]
        let sql =
            try allPaymentsCount(reading, asOf: date)
            ? """
            SELECT document, sum(amount) FROM allocations WHERE hidden = 0 GROUP BY document
            """
            : """
            SELECT a.document, sum(a.amount)
            FROM allocations a JOIN payments p ON p.id = a.payment
            WHERE a.hidden = 0 AND p.hidden = 0 AND p.date <= ? GROUP BY a.document
            """
        try reading.each(sql, sql.contains("?") ? [.text(date.iso)] : []) { cursor in
            if let document = cursor.text(0) { paid[document] = cursor.integer(1) }
        }
        return paid
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

    private static func openInvoices(
        _ reading: Reading, asOf date: CivilDate, client: RowID?, into book: inout OwedBook
    ) throws {
        let paid =
            try allPaymentsCount(reading, asOf: date)
            ? """
            (SELECT sum(a.amount) FROM allocations a WHERE a.document = d.id AND a.hidden = 0)
            """
            : """
            (SELECT sum(a.amount) FROM allocations a JOIN payments p ON p.id = a.payment
            WHERE a.document = d.id AND a.hidden = 0 AND p.hidden = 0 AND p.date <= ?1)
            """
        var arguments: [Value] = [.text(date.iso)]
        if let client { arguments.append(.text(client.text)) }
        // Settled invoices are summed in SQL; only the open ones come out one by one.
        try reading.each(
            """
            SELECT d.client, d.currency, d.id, d.number, d.due, d.total, d.invoice, d.date,
                coalesce(\(paid), 0) AS paid
            FROM documents d
            WHERE d.hidden = 0 \(client == nil ? "" : "AND d.client = ?2") AND ?1 IS NOT NULL
            ORDER BY d.client
            """,
            arguments
        ) { cursor in
            let paid = cursor.integer(8) ?? 0
            book.allocate(paid, client: cursor, 0, currency: 1)
            guard paid != cursor.integer(5) ?? 0 else { return }
            guard let issued = cursor.text(7).flatMap({ CivilDate(iso: $0) }), issued <= date else {
                return
            }
            book.add(
                id: cursor.text(6) ?? "", number: cursor.text(3) ?? "", issued: issued,
                due: cursor.text(4).flatMap { CivilDate(iso: $0) },
                amount: cursor.integer(5) ?? 0, paid: paid)
        }
    }

    private static func credits(
        _ reading: Reading, asOf date: CivilDate, client: RowID?, into book: inout OwedBook
    ) throws {
        var arguments: [Value] = [.text(date.iso)]
        if let client { arguments.append(.text(client.text)) }
        try reading.each(
            """
            SELECT client, currency, sum(amount) FROM payments
            WHERE hidden = 0 AND date <= ?1 \(client == nil ? "" : "AND client = ?2")
            GROUP BY client, currency
            """,
            arguments
        ) { cursor in
            guard let client = cursor.text(0), let currency = cursor.text(1) else { return }
            book.receive(cursor.integer(2) ?? 0, client: client, currency: currency)
        }
    }
}
