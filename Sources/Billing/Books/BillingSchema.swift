package import Replication

/// The tables of the business; field names are those of the JSON answers, with
/// `_` before what has a capital there.
///
/// Amounts are integers of minor units; dates are ISO text; quantities, prices and rates are exact
/// decimal text; `created` is milliseconds since 1970 and only orders lists. Each index costs
/// about as much as merging four fields: there are as few as the daily commands need.
package enum BillingSchema {
    /// All tables; the version grows with every change of them.
    package static let schema = Schema(
        version: 10,
        tables: [
            settings, accounts, clients, items, invoices, lines, adjustments, deposits, documents,
            series,
            payments,
            allocations, receipts, events, rates, archives, packages,
            labels, views, bills, billPayments,
        ], kept: .ledger)

    /// One row, derived from a constant key.
    private static let settings = Table("settings", Settings.columns.map { .register($0) })

    /// The business's bank accounts; each row is derived from its IBAN, so that an account that two
    /// devices enter is one.
    private static let accounts = Table(
        "accounts", ["iban", "bic", "holder", "label", "created"].map { .register($0) })

    private static let clients = Table(
        "clients",
        (["name"] + ClientField.allCases.map(\.column) + ["created"]).map { .register($0) })

    /// The rate card; each row is derived from its code in small letters.
    private static let items = Table(
        "items",
        ["code", "name", "unit", "price", "price_base", "rate", "category", "note", "created"]
            .map { .register($0) })

    /// Drafts. What was issued lies in `documents` and does not change with them. `owner` is no part of
    /// what is issued: who has an issued one follows from its document and its events.
    private static let invoices = Table(
        "invoices",
        [.reference("client", to: "clients")]
            + [.reference("corrects", to: "documents")]
            + (["currency", "due", "prepaid", "rounding", "kind", "owner", "created"]
            + DraftField.allCases.map(\.column)).map { .register($0) },
        indexes: [["created"]])

    private static let lines = Table(
        "lines",
        [.reference("invoice", to: "invoices")]
            + DraftRows.lineFields.map { .register($0) },
        parent: "invoice", indexes: [["invoice"]])

    /// Allowances and charges: of a line, or of the document where `line` is null.
    private static let adjustments = Table(
        "adjustments",
        [.reference("invoice", to: "invoices"), .reference("line", to: "lines")]
            + ["position", "charge", "amount", "percent", "reason", "category", "rate"]
            .map { .register($0) },
        parent: "invoice", indexes: [["invoice"]])

    /// Deposits that a final invoice deducts, with what each says: deposits are frozen, so the facts
    /// are copied. Each row is derived from the two documents.
    private static let deposits = Table(
        "deposits",
        [
            .reference("invoice", to: "invoices"), .reference("document", to: "documents"),
            .register("number"), .register("date"), .register("groups"),
        ], parent: "invoice", indexes: [["invoice"], ["document"]])

    /// Frozen: what was issued, with everything as it stood. `total` is what is to be paid;
    /// `draft` is the fingerprint of the draft's rows, `owner` who sees to it at first, beside the
    /// content. The first index answers what is owed without touching the rows, whose content is large,
    /// and in the order of the allocations'.
    private static let documents = Table(
        "documents",
        [
            .reference("invoice", to: "invoices"), .reference("client", to: "clients"),
            .reference("corrects", to: "documents"),
        ]
            + [
                "counted_net", "counted_vat", "series", "sequence", "number", "kind", "date", "due",
                "currency", "owner", "net", "vat",
                "gross", "total", "terms", "draft", "hash", "content",
            ].map { .register($0) },
        indexes: [
            [
                "invoice", "hidden", "id", "client", "currency", "date", "due", "total", "number",
                "series", "sequence", "draft", "kind", "owner",
            ],
            ["series", "sequence", "date", "hidden"],
            ["corrects", "hidden", "kind", "total", "date"],
        ])

    /// What was decided about number series, one row per decision.
    private static let series = Table(
        "series",
        ["name", "act", "writer", "reason", "last", "turn", "date"].map { .register($0) })

    /// `euros` is what a payment in another currency came to, in cents.
    private static let payments = Table(
        "payments",
        [.reference("client", to: "clients"), .reference("reverses", to: "payments")]
            + ["date", "amount", "currency", "euros", "method", "reference", "note", "created"]
            .map { .register($0) },
        indexes: [["client", "currency", "hidden", "date", "amount"], ["hidden", "date"]])

    private static let allocations = Table(
        "allocations",
        [
            .reference("payment", to: "payments"), .reference("invoice", to: "invoices"),
            .reference("document", to: "documents"), .register("amount"),
        ],
        parent: "payment",
        indexes: [["invoice", "hidden", "document", "amount", "payment"]])

    /// Frozen: proofs that money came in.
    private static let receipts = Table(
        "receipts",
        [.reference("payment", to: "payments")]
            + ["series", "sequence", "number", "date", "seller", "hash", "content"]
            .map { .register($0) }, indexes: [["payment"], ["series", "sequence"]])

    /// What happened with issued documents, one row for each fact.
    private static let events = Table(
        "events",
        [.reference("invoice", to: "invoices"), .reference("document", to: "documents")]
            + ["kind", "date", "until", "with", "text", "created"].map { .register($0) },
        indexes: [
            ["document"], ["hidden", "date", "created", "id", "kind", "document", "until", "with"],
        ])

    /// Rates that the law refers to, beside those that ship; each row is derived from name and day.
    private static let rates = Table(
        "rates", ["name", "from_day", "to_day", "percent", "source"].map { .register($0) })

    /// Frozen: which years were archived, with the hash that stands for all their files.
    private static let archives = Table(
        "archives", ["year", "date", "documents", "hash"].map { .register($0) })

    /// Labels of clients; each row is derived from the client and the label in small letters.
    private static let labels = Table(
        "labels", [.reference("client", to: "clients"), .register("name")],
        indexes: [["client"]])

    /// Saved lists; each row is derived from its name in small letters.
    private static let views = Table(
        "views", ["name", "noun", "where", "sort", "group", "pinned"].map { .register($0) })

    /// Suppliers' bills; one with a number is derived from supplier and number.
    private static let bills = Table(
        "bills",
        [
            "supplier", "number", "date", "due", "currency", "amount", "vat", "note", "file",
            "hash",
            "created",
        ].map { .register($0) })

    private static let billPayments = Table(
        "bill_payments",
        [
            .reference("bill", to: "bills"), .register("date"), .register("amount"),
            .register("method"), .register("created"),
        ], parent: "bill", indexes: [["bill"]])

    private static let packages = Table(
        "packages",
        [.reference("client", to: "clients")]
            + ["name", "units", "price", "currency", "created"].map { .register($0) }
            + [.counter("used")])
}
