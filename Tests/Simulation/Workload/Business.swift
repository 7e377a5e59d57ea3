import Convergence
import Replication
import TestSupport

/// The tables of the simulated business, and what its people do: shaped like the real ones, with every
/// kind of operation that the engine knows.
enum Business {
    /// A word that stands in every text: it must never be seen outside of a device.
    static let canary = "canary"

    /// The tables as the present program knows them.
    static let schema = Schema(
        version: 2,
        tables: older + [
            Table(
                "packages",
                [.reference("client", to: "clients"), .register("name"), .counter("used")])
        ])

    /// The tables as a program of last year knows them: one is missing, and a field.
    static let olderSchema = Schema(
        version: 1,
        tables: older.map { table in
            guard table.name == "clients" else { return table }
            return Table("clients", table.fields.filter { $0.name != "note" })
        })

    private static let older = [
        Table("clients", [.register("name"), .register("email"), .register("note")]),
        Table(
            "invoices",
            [.reference("client", to: "clients"), .register("due"), .register("note")]),
        Table(
            "lines",
            [.reference("invoice", to: "invoices"), .register("text"), .register("amount")],
            parent: "invoice", indexes: [["invoice"]]),
        Table(
            "documents",
            [
                .reference("invoice", to: "invoices"), .register("number"), .register("content"),
            ]),
        Table("payments", [.reference("client", to: "clients"), .register("amount")]),
        Table(
            "allocations",
            [
                .reference("payment", to: "payments"), .reference("invoice", to: "invoices"),
                .register("amount"),
            ], parent: "payment"),
    ]

    /// Rows that every device may write to without having met the others.
    private static let clients: [RowID] = (0...2).compactMap {
        RowIDs.derived("clients", keys: [.integer($0)])
    }
    private static let packages: [RowID] = (0...1).compactMap {
        RowIDs.derived("packages", keys: [.integer($0)])
    }

    /// What somebody does, in one change; false when there was nothing to do.
    static func act(_ writing: Writing, _ random: inout SeededRandom) throws -> Bool {
        switch random.pick(0...13) {
        case 0...2: return try editClient(writing, &random)
        case 3...4: return try newInvoice(writing, &random)
        case 5...6: return try editInvoice(writing, &random)
        case 7: return try remove(writing, &random)
        case 8: return try restore(writing, &random)
        case 9: return try issue(writing, &random)
        case 10: return try pay(writing, &random)
        case 11...12: return try usePackage(writing, &random)
        default: return try decide(writing, &random)
        }
    }

    private static func text(_ random: inout SeededRandom) -> Value {
        // A small choice: devices sometimes write the same.
        .text("\(canary) \(random.pick(0...5))")
    }

    private static func editClient(
        _ writing: Writing, _ random: inout SeededRandom
    ) throws -> Bool {
        var fields: [String: Value] = [random.pick(["name", "email"]): text(&random)]
        if writing.schema.version > 1, random.happens(30) { fields["note"] = text(&random) }
        try writing.put("clients", random.pick(clients), fields)
        return true
    }

    private static func newInvoice(
        _ writing: Writing, _ random: inout SeededRandom
    ) throws -> Bool {
        let client = random.pick(clients)
        try writing.put("clients", client, ["name": text(&random)])
        let invoice = try writing.insert(
            "invoices", ["client": .text(client.text), "due": text(&random)])
        for _ in 0..<random.pick(1...3) { try addLine(writing, invoice, &random) }
        return true
    }

    private static func addLine(
        _ writing: Writing, _ invoice: RowID, _ random: inout SeededRandom
    ) throws {
        _ = try writing.insert(
            "lines",
            [
                "invoice": .text(invoice.text), "text": text(&random),
                "amount": .integer(Int64(random.pick(-100...100_000))),
            ])
    }

    private static func editInvoice(
        _ writing: Writing, _ random: inout SeededRandom
    ) throws -> Bool {
        guard let invoice = try any("invoices", hidden: false, writing, &random) else {
            return false
        }
        switch random.pick(0...2) {
        case 0: try addLine(writing, invoice, &random)
        case 1:
            let lines = try writing.rows(
                "SELECT id FROM lines WHERE invoice = ? AND hidden = 0 ORDER BY id",
                [.text(invoice.text)])
            guard !lines.isEmpty, let id = random.pick(lines).text("id").flatMap(RowID.init)
            else { return false }
            try writing.put("lines", id, ["amount": .integer(Int64(random.pick(0...9)))])
        default: try writing.put("invoices", invoice, ["note": text(&random)])
        }
        return true
    }

    private static func remove(_ writing: Writing, _ random: inout SeededRandom) throws -> Bool {
        let table = random.pick(["clients", "invoices", "lines", "payments"])
        guard let row = try any(table, hidden: false, writing, &random) else { return false }
        if random.happens(70) {
            try writing.removeWhole(table, row)
        } else {
            try writing.remove(table, row)
        }
        return true
    }

    private static func restore(_ writing: Writing, _ random: inout SeededRandom) throws -> Bool {
        let table = random.pick(["clients", "invoices", "lines", "payments"])
        guard let row = try any(table, hidden: true, writing, &random) else { return false }
        try writing.restore(table, row)
        return true
    }

    private static func issue(_ writing: Writing, _ random: inout SeededRandom) throws -> Bool {
        guard let invoice = try any("invoices", hidden: false, writing, &random) else {
            return false
        }
        _ = try writing.freeze(
            "documents",
            [
                "invoice": .text(invoice.text), "number": .text("F-\(random.pick(1...9))"),
                "content": text(&random),
            ])
        return true
    }

    private static func pay(_ writing: Writing, _ random: inout SeededRandom) throws -> Bool {
        guard let invoice = try any("invoices", hidden: false, writing, &random) else {
            return false
        }
        let client = random.pick(clients)
        try writing.put("clients", client, ["name": text(&random)])
        let amount = Int64(random.pick(1...1_000))
        let payment = try writing.insert(
            "payments", ["client": .text(client.text), "amount": .integer(amount)])
        _ = try writing.insert(
            "allocations",
            [
                "payment": .text(payment.text), "invoice": .text(invoice.text),
                "amount": .integer(amount),
            ])
        return true
    }

    private static func usePackage(
        _ writing: Writing, _ random: inout SeededRandom
    ) throws -> Bool {
        guard writing.schema["packages"] != nil else { return false }
        try writing.add(
            "packages", random.pick(packages), "used", Int64(random.pick(-3...10)))
        return true
    }

    private static func decide(_ writing: Writing, _ random: inout SeededRandom) throws -> Bool {
        let conflicts = try writing.conflicts()
        guard !conflicts.isEmpty else { return false }
        let conflict = random.pick(conflicts)
        if conflict.kind != .issued, random.happens(50) {
            _ = try writing.take(conflict: conflict.id)
        } else {
            _ = try writing.keep(conflict: conflict.id)
        }
        return true
    }

    private static func any(
        _ table: String, hidden: Bool, _ writing: Writing, _ random: inout SeededRandom
    ) throws -> RowID? {
        let rows = try writing.rows(
            "SELECT id FROM \(table) WHERE hidden = ? ORDER BY id", [.integer(hidden ? 1 : 0)])
        guard !rows.isEmpty else { return nil }
        return random.pick(rows).text("id").flatMap(RowID.init)
    }
}
