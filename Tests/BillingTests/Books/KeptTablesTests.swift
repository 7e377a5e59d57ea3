import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// What is put aside as settled changes no answer, whatever stands in the rows and in whatever order it
/// comes.
struct KeptTablesTests {
    /// Ids that rows refer to, so that histories meet.
    private struct Pool {
        let clients: [Value]
        let invoices: [RowID]
        let documents: [RowID]
        let payments: [RowID]
        let allocations: [RowID]
        let events: [RowID]

        init(_ random: inout SeededRandom) throws {
            var count: UInt8 = 0
            func rows(_ number: Int) throws -> [RowID] {
                try (0..<number).map { _ in
                    count += 1
                    return try #require(
                        RowID(
                            .random, bytes: [UInt8](repeating: count, count: RowID.byteCount)))
                }
            }
            clients = try rows(2).map { .text($0.text) } + [.null, .integer(7)]
            invoices = try rows(4)
            documents = try rows(5)
            payments = try rows(4)
            allocations = try rows(6)
            events = try rows(3)
        }
    }

    private static let days: [Value] = [
        "2026-01-05", "2026-02-10", "2026-03-01", "2026-05-01", .null, "soon", "2026-02-30",
    ]
    private static let amounts: [Value] = [
        .integer(100), .integer(100), .integer(50), .integer(0), .integer(-100), .integer(250),
        .integer(Currency.minorMax), .integer(.max), .null, "100",
    ]

    /// A change of one row, as a program of anybody's may write it.
    private static func change(
        _ writing: Writing, _ pool: Pool, _ random: inout SeededRandom
    ) throws {
        func one(_ values: [Value]) -> Value { values.randomElement(using: &random) ?? .null }
        // Mostly what programs write, now and then anything.
        func usual(_ values: [Value], _ usualCount: Int) -> Value {
            random.next() % 8 == 0 ? one(values) : one(Array(values.prefix(usualCount)))
        }
        func id(_ rows: [RowID]) -> Value { one(rows.map { .text($0.text) }) }
        func some(_ fields: [String: Value]) -> [String: Value] {
            // A whole row, or an edit of some fields; drawn in their order, or a seed would not say
            // which.
            guard random.next() % 3 == 0 else { return fields }
            let names = fields.keys.sorted().filter { _ in random.next() % 3 == 0 }
            return fields.filter { names.contains($0.key) }
        }
        let table =
            [
                "invoices", "documents", "documents", "payments", "allocations", "allocations",
                "events",
            ].randomElement(using: &random) ?? "documents"
        let fields: [String: Value]
        let rows: [RowID]
        switch table {
        case "invoices":
            rows = pool.invoices
            fields = ["client": usual(pool.clients, 2), "currency": "EUR", "created": .integer(1)]
        case "documents":
            // The last two are of one invoice.
            let place = Int(random.next() % 5)
            rows = [pool.documents[place]]
            fields = [
                "invoice": usual(
                    [.text(pool.invoices[place % 4].text), .null, .integer(1)]
                        + pool.invoices.map { .text($0.text) }, 1),
                "client": usual(pool.clients, 2),
                "corrects": random.next() % 3 == 0 ? id(pool.documents) : .null,
                "series": usual(["F", "G", .null], 1),
                "number": usual([.text(SeriesClaim.number("F", Int64(place))), "F-1", .null], 1),
                "sequence": usual(
                    [.integer(Int64(place)), .null, "1"] + (0...4).map { .integer($0) }, 1),
                "kind": one(["380", "380", "386", "381", "384", "503", .null, "999"]),
                "date": usual(days, 3), "due": usual(days, 4),
                "currency": usual(["EUR", "EUR", "USD", "???", .null], 3),
                "total": usual(amounts, 6), "net": .integer(1), "vat": .integer(0),
                "gross": .integer(1),
            ]
        case "payments":
            rows = pool.payments
            fields = [
                "client": usual(pool.clients, 2), "date": usual(days, 3),
                "amount": usual(amounts, 6), "currency": usual(["EUR", "USD", "???", .null], 2),
            ]
        case "allocations":
            rows = pool.allocations
            let place = Int(random.next() % 4)
            fields = [
                "payment": id(pool.payments), "invoice": .text(pool.invoices[place].text),
                "document": usual(
                    [.text(pool.documents[place].text), .null, id(pool.documents)], 1),
                "amount": usual(amounts, 6),
            ]
        default:
            rows = pool.events
            let place = Int(random.next() % 4)
            fields = [
                "invoice": .text(pool.invoices[place].text),
                "document": .text(pool.documents[place].text),
                "kind": one(["sent", "disputed", "written off", "extended"]),
                "date": usual(days, 3), "until": usual(days, 4), "created": .integer(1),
            ]
        }
        guard let row = rows.randomElement(using: &random) else { return }
        switch random.next() % 10 {
        case 0: try writing.remove(table, row)
        case 1: try writing.restore(table, row)
        default:
            let chosen = some(fields)
            try writing.put(table, row, chosen.isEmpty ? fields : chosen)
        }
    }

    private static let conditions = [
        "status=overdue", "status!=paid", "status=overdue or paid", "open>0",
        "open>=0 and client~l",
        "open<0", "open=0", "open!=0", "open=none", "late>3", "late=none", "bucket!=none",
        "status!=paid and status!=credited and status!=\"written off\"",
    ]

    private static func check(_ office: Office, on device: Int, _ label: Comment) throws {
        try office.read(on: device) { reading in
            for day in ["2026-01-04", "2026-02-10", "2026-03-15", "2026-06-01"] {
                let date = try #require(CivilDate(iso: day))
                let scope = try Ledger.scope(reading, asOf: date)
                let all = try Ledger.owed(reading, asOf: date, client: nil, through: .all)
                let found = try Ledger.owed(reading, asOf: date, client: nil, through: scope)
                #expect(found == all, label)
                let list = try Invoices.list(reading, .all, asOf: date)
                let open = try Invoices.open(reading, asOf: date)
                #expect(open == list.filter(\.status.isOpen), label)
                let some = try Invoices.list(reading, needsSettled: false, asOf: date)
                for condition in conditions {
                    let query = try Query<InvoiceView>(where: condition, today: date)
                    guard !InvoiceView.needsSettled(query) else { continue }
                    let (found, wanted) = (query.groups(some)[0].rows, query.groups(list)[0].rows)
                    #expect(found == wanted, "\(label): \(condition)")
                }
            }
        }
        let findings = try office.fleet.devices[device].replica.inspect()
        #expect(findings.isEmpty, label)
    }

    @Test(arguments: 0..<24)
    func `whatever rows say, open invoices give the same answers as all of them`(seed: UInt64)
        throws
    {
        var random = SeededRandom(seed: seed)
        let office = try Office(devices: 2, seed: seed)
        let pool = try Pool(&random)
        var settled = 0
        var written = 0
        for step in 0..<40 {
            let device = Int(random.next() % 2)
            // Removing what others belong to is refused, and then nothing is written.
            let isWritten: Void? = try? office.write(on: device) { writing in
                for _ in 0...(random.next() % 4) { try Self.change(writing, pool, &random) }
            }
            written += isWritten == nil ? 0 : 1
            settled += try office.read(on: device) {
                try $0.rows("SELECT 1 FROM settled_invoice").count
            }
            if random.next() % 6 == 0 { try office.fleet.settle() }
            try Self.check(office, on: device, "seed \(seed), step \(step)")
        }
        #expect(written > 20 && settled > 0, "seed \(seed)")
        try office.fleet.settle()
        for device in 0..<2 { try Self.check(office, on: device, "seed \(seed), at the end") }
        // From nothing it is the same.
        _ = try office.fleet.devices[0].replica.rebuild()
        try Self.check(office, on: 0, "seed \(seed), rebuilt")
    }

    /// The ids in a kept table.
    private func invoices(_ office: Office, _ table: String) throws -> Set<String> {
        try office.read { reading in
            Set(try reading.rows("SELECT invoice FROM \(table)").compactMap { $0.text("invoice") })
        }
    }

    @Test func `what is paid to the cent is put aside, and comes back with what touches it`() throws
    {
        let office = try Office()
        let client = try office.client("Blum")
        let draft = try office.draft(client)
        let paid = try office.draft(client)
        #expect(try invoices(office, "open_invoice") == [draft.text, paid.text])
        let number = try #require(try office.issue(paid).number)
        _ = try office.pay(number, "1000")
        #expect(try invoices(office, "settled_invoice").isEmpty)
        let rest = try office.pay(number, "620")
        #expect(try invoices(office, "settled_invoice") == [paid.text])
        #expect(try invoices(office, "open_invoice") == [draft.text])
        #expect(try office.owed(asOf: "2026-03-10").clients.isEmpty)
        // Taken back, it is owed again.
        _ = try office.write { writing in
            try Payments.reverse(
                writing, try #require(RowID(rest.payment.id)), reason: "Bounced",
                on: CivilDate(iso: "2026-03-12"), at: Office.moment("2026-03-12"))
        }
        #expect(try invoices(office, "settled_invoice").isEmpty)
        #expect(try office.owed(asOf: "2026-03-12").totals.map(\.owed) == [62_000])
    }

    @Test func `an earlier day is answered from all rows`() throws {
        let office = try Office()
        let number = try #require(
            try office.issue(office.draft(office.client("Blum"))).number)
        _ = try office.pay(number, "1620", date: "2026-03-10")
        #expect(try office.owed(asOf: "2026-03-09").totals.map(\.owed) == [162_000])
        #expect(try office.owed(asOf: "2026-03-10").totals.map(\.owed) == [])
        try office.read { reading in
            let before = try #require(CivilDate(iso: "2026-03-09"))
            #expect(try Ledger.scope(reading, asOf: before) == .all)
            let after = try #require(CivilDate(iso: "2026-03-10"))
            #expect(try Ledger.scope(reading, asOf: after) == .open)
        }
    }

    /// Rows of documents as another program writes them: paid to the cent unless told.
    private func write(_ documents: [[String: Value]], in office: Office) throws -> [RowID] {
        let rows = (0..<documents.count).compactMap { place in
            RowID(.random, bytes: [UInt8](repeating: UInt8(place + 1), count: RowID.byteCount))
        }
        try office.write { writing in
            for (row, fields) in zip(rows, documents) {
                let usual: [String: Value] = [
                    "invoice": .text(row.text), "client": .text(row.text), "series": "F",
                    "sequence": .integer(1), "number": "F-0001", "kind": "380",
                    "date": "2026-01-05", "due": "2026-02-05", "currency": "EUR",
                    "total": .integer(0),
                ]
                try writing.put("documents", row, usual.merging(fields) { $1 })
            }
        }
        return rows
    }

    @Test func `a day that no calendar has keeps an invoice open`() throws {
        let office = try Office()
        let rows = try write(
            [
                ["date": "2026-02-30", "sequence": .integer(1)],
                ["date": "2026-02-28", "sequence": .integer(2)],
            ], in: office)
        #expect(try invoices(office, "open_invoice") == [rows[0].text])
        #expect(try invoices(office, "settled_invoice") == [rows[1].text])
        try Self.check(office, on: 0, "30 February")
    }

    @Test func `what stands twice is found beside values that cannot be computed with`() throws {
        let office = try Office()
        let invoice = try office.draft(office.client("Blum"))
        let rows = try write(
            [
                ["invoice": .text(invoice.text), "client": .integer(7)],
                ["invoice": .text(invoice.text), "total": "100"],
            ], in: office)
        try office.read { reading in
            for scope in [InvoiceScope.all, .open] {
                let date = try #require(CivilDate(iso: "2026-03-01"))
                let owed = try Ledger.owed(reading, asOf: date, client: nil, through: scope)
                #expect(
                    owed.findings == [
                        .numberTwice(number: "F-0001", documents: rows.map(\.text)),
                        .issuedTwice(invoice: invoice.text, numbers: ["F-0001", "F-0001"]),
                    ], "\(scope)")
            }
        }
    }

    @Test func `a number that a document of no invoice bears, too, stands twice`() throws {
        let office = try Office()
        let rows = try write([["total": .integer(100)], ["invoice": .null]], in: office)
        try office.read { reading in
            for scope in [InvoiceScope.all, .open] {
                let date = try #require(CivilDate(iso: "2026-03-01"))
                let list = try Invoices.list(reading, scope, asOf: date)
                #expect(list.map(\.id) == [rows[0].text], "\(scope)")
                #expect(list.first?.flags.contains(.numberTwice) == true, "\(scope)")
            }
        }
    }
}
