package import Replication

extension KeptTables {
    /// What is settled, put aside: of the invoices that a business ever wrote only the open ones are of
    /// interest every day, and they stay few.
    ///
    /// - `open_invoice`: drafts, whose `id` is empty, and documents that are not settled, with what is
    ///   asked of them every day and what was paid of them.
    /// - `settled_invoice`: issued once, under a number of its own, and paid or taken back to the cent;
    ///   with its day and what was paid. Whatever is odd about an invoice keeps it open, so that who
    ///   reads the open ones sees it.
    /// - `credit`: what clients paid less what was paid of the settled invoices.
    ///
    /// Dates play no part: who asks about a day on which not everything counts reads all rows.
    package static let ledger = KeptTables(
        names: ["open_invoice", "settled_invoice", "credit"],
        definition: tables + triggers, fill: fill, touched: "touched_invoice", refresh: refresh)

    private static let tables = """
        CREATE TABLE touched_invoice (invoice PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE open_invoice (
            invoice TEXT, id TEXT, \(columns.joined(separator: ", ")), paid,
            PRIMARY KEY (invoice, id)) WITHOUT ROWID;
        CREATE TABLE settled_invoice (
            invoice TEXT PRIMARY KEY, client TEXT NOT NULL, currency TEXT NOT NULL,
            date TEXT NOT NULL, paid INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX settled_date ON settled_invoice (date);
        CREATE TABLE credit (
            client TEXT NOT NULL, currency TEXT NOT NULL, amount INTEGER NOT NULL,
            PRIMARY KEY (client, currency)) WITHOUT ROWID;

        """

    /// What stands in the open invoices as in their documents.
    private static let columns = [
        "client", "currency", "series", "sequence", "date", "due", "total", "number", "kind",
        "owner",
    ]

    // MARK: - What touches an invoice

    /// Every command reads these texts when it opens the books, so they are short: what is no text is
    /// left for the refresh to pass over.
    private static let triggers =
        noting("invoices") { "VALUES (\($0).id)" }
        + noting("allocations") { "VALUES (\($0).invoice)" }
        // What a document takes back, and what bears its number, are touched with it.
        + noting("documents") { row in
            """
            VALUES (\(row).invoice) UNION
            SELECT invoice FROM documents WHERE id = \(row).corrects
            OR series = \(row).series AND sequence = \(row).sequence
            """
        }
            + """
            CREATE TRIGGER payment_made AFTER INSERT ON payments BEGIN
            \(crediting("+NEW.amount", of: "NEW"))
            END;
            CREATE TRIGGER payment_changed AFTER UPDATE ON payments BEGIN
            \(crediting("-OLD.amount", of: "OLD"))
            \(crediting("+NEW.amount", of: "NEW"))
            END;
            CREATE TRIGGER invoice_settled AFTER INSERT ON settled_invoice BEGIN
            \(crediting("-NEW.paid", of: "NEW", where: "NEW.paid <> 0"))
            END;
            CREATE TRIGGER invoice_reopened AFTER DELETE ON settled_invoice BEGIN
            \(crediting("+OLD.paid", of: "OLD", where: "OLD.paid <> 0"))
            END;
            CREATE TRIGGER credit_spent AFTER UPDATE ON credit WHEN NEW.amount = 0 BEGIN
            DELETE FROM credit WHERE client = NEW.client AND currency = NEW.currency;
            END;

            """

    /// Triggers that note the invoices which a query gives of a row as it was and as it is.
    private static func noting(_ table: String, _ invoices: (String) -> String) -> String {
        func note(_ row: String) -> String {
            "INSERT OR IGNORE INTO touched_invoice \(invoices(row));"
        }
        return """
            CREATE TRIGGER \(table)_made AFTER INSERT ON \(table) BEGIN
            \(note("NEW"))
            END;
            CREATE TRIGGER \(table)_changed AFTER UPDATE ON \(table) BEGIN
            \(note("OLD"))
            \(note("NEW"))
            END;

            """
    }

    private static func crediting(
        _ amount: String, of row: String, where condition: String? = nil
    ) -> String {
        """
        INSERT INTO credit (client, currency, amount) SELECT \(row).client, \(row).currency, \(amount)
        WHERE \(condition ?? counts(row))
        ON CONFLICT (client, currency) DO UPDATE SET amount = amount + excluded.amount;
        """
    }

    /// Whether a payment counts.
    private static func counts(_ row: String) -> String {
        """
        \(row).hidden = 0 AND \(Currency.isMinor("\(row).amount")) AND \(row).amount <> 0
        AND typeof(\(row).client) = 'text' AND typeof(\(row).currency) = 'text'
        """
    }

    // MARK: - What follows

    private static let fill = """
        DELETE FROM open_invoice;
        DELETE FROM settled_invoice;
        DELETE FROM credit;
        INSERT OR IGNORE INTO touched_invoice SELECT id FROM invoices;
        INSERT OR IGNORE INTO touched_invoice
            SELECT invoice FROM documents WHERE typeof(invoice) = 'text';
        INSERT INTO credit SELECT * FROM (
            SELECT client, currency, \(sum("amount")) AS amount
            FROM payments WHERE \(counts("payments")) GROUP BY client, currency)
        WHERE amount <> 0;
        """

    private static let refresh = [
        "DELETE FROM settled_invoice WHERE invoice IN (SELECT invoice FROM touched_invoice)",
        "DELETE FROM open_invoice WHERE invoice IN (SELECT invoice FROM touched_invoice)",
        """
        INSERT INTO settled_invoice (invoice, client, currency, date, paid)
        SELECT t.invoice, d.client, d.currency, d.date, \(paid)
        FROM touched_invoice t CROSS JOIN documents d ON d.invoice = t.invoice
        WHERE typeof(t.invoice) = 'text' AND d.hidden = 0
            AND typeof(d.client) = 'text' AND typeof(d.currency) = 'text'
            AND typeof(d.series) = 'text' AND typeof(d.sequence) = 'integer'
            AND typeof(d.total) = 'integer' AND typeof(d.date) = 'text' AND \(isDay("d.date"))
            AND (d.kind IN (\(DocumentKind.creditsSQL)) OR \(paid) + \(taken) = d.total)
            AND NOT EXISTS (
                SELECT 1 FROM documents o
                WHERE o.invoice = d.invoice AND o.hidden = 0 AND o.id <> d.id)
            AND NOT EXISTS (
                SELECT 1 FROM documents o WHERE o.series = d.series AND o.sequence = d.sequence
                    AND o.hidden = 0 AND o.id <> d.id)
            AND NOT EXISTS (
                SELECT 1 FROM allocations a WHERE a.invoice = d.invoice AND a.hidden = 0
                    AND a.document IS NOT d.id)
        """,
        """
        INSERT INTO open_invoice
        SELECT d.invoice, d.id, \(columns.map { "d." + $0 }.joined(separator: ", ")), \(paid)
        FROM touched_invoice t CROSS JOIN documents d ON d.invoice = t.invoice
        WHERE typeof(t.invoice) = 'text' AND d.hidden = 0
            AND NOT EXISTS (SELECT 1 FROM settled_invoice s WHERE s.invoice = t.invoice)
        """,
        """
        INSERT INTO open_invoice (invoice, id) SELECT i.id, ''
        FROM touched_invoice t CROSS JOIN invoices i ON i.id = t.invoice
        WHERE i.hidden = 0 AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.invoice = i.id)
        """,
    ]

    /// Whether a text is a day of the calendar. Without the modifier, libraries before 3.43 give back
    /// 30 February as it is.
    private static func isDay(_ date: String) -> String { "date(\(date), '+0 days') = \(date)" }

    /// SQLite's sum fails beyond 64 bits, where two halves do not come to.
    private static func sum(_ amount: String) -> String {
        "coalesce(sum(\(amount) / 1000000) * 1000000 + sum(\(amount) % 1000000), 0)"
    }

    /// What was paid of `d`.
    private static let paid = """
        (SELECT \(sum("p.amount")) FROM allocations p WHERE p.invoice = d.invoice AND p.hidden = 0
            AND p.document = d.id AND \(Currency.isMinor("p.amount")))
        """

    /// What credit notes took off `d`, and a document in its place, as `Ledger.credited` does.
    private static let taken = """
        (SELECT -\(sum("c.total")) FROM documents c WHERE c.corrects = d.id AND c.hidden = 0
            AND c.kind IS NOT \(DocumentKind.corrective.sql) AND \(Currency.isMinor("c.total")))
        + CASE WHEN EXISTS (
            SELECT 1 FROM documents c WHERE c.corrects = d.id AND c.hidden = 0
                AND c.kind = \(DocumentKind.corrective.sql))
        THEN d.total ELSE 0 END
        """
}
