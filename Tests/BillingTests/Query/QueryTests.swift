import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct QueryTests {
    /// Three invoices and a draft: 120.00 of Blum, 60.00 and 1 200.00 of Carver, 24.00 drafted.
    private func rows() throws -> [InvoiceView] {
        let office = try Office()
        let blum = try office.client("Blum")
        let carver = try office.client("Carver and Blum")
        _ = try office.write {
            try Clients.edit($0, carver, ClientInput(fields: [.folder: "Agencies / Paris"]))
        }
        _ = try office.write { try Labels.change($0, carver, add: ["Vip", "slow"], remove: []) }
        try office.issue(try office.draft(blum, ["A; 1; 100; 20"]), date: "2026-03-02")
        try office.issue(try office.draft(carver, ["A; 1; 50; 20"]), date: "2026-04-02")
        try office.issue(try office.draft(carver, ["A; 1; 1000; 20"]), date: "2026-04-03")
        try office.pay("F-0002", "60", date: "2026-04-05")
        try office.pay("F-0003", "200", date: "2026-04-05")
        _ = try office.draft(blum, ["A; 1; 20; 20"])
        return try office.read {
            try Invoices.list($0, asOf: try #require(CivilDate(iso: "2026-04-10")))
        }
    }

    private func today() throws -> CivilDate { try #require(CivilDate(iso: "2026-04-10")) }

    private func numbers(_ condition: String?, sort: String? = nil) throws -> [String] {
        try Query<InvoiceView>(where: condition, sort: sort, today: today()).groups(rows())
            .flatMap(\.rows).map { $0.number ?? "draft" }
    }

    @Test(
        arguments: [
            (nil, ["F-0001", "F-0002", "F-0003", "draft"]),
            ("  ", ["F-0001", "F-0002", "F-0003", "draft"]),
            ("status=overdue", ["F-0001"]), ("STATUS = Overdue", ["F-0001"]),
            ("status!=paid", ["F-0001", "F-0003", "draft"]),
            ("status=overdue or paid", ["F-0001", "F-0002"]),
            ("status!=overdue or paid", ["F-0003", "draft"]),
            ("client=blum", ["F-0001", "draft"]),
            ("client~blum", ["F-0001", "F-0002", "F-0003", "draft"]),
            (#"client="carver and blum""#, ["F-0002", "F-0003"]),
            (#"client=blum or "Carver and Blum" and open>100"#, ["F-0001", "F-0003"]),
            ("client~blum and open>100", ["F-0001", "F-0003"]),
            ("open>=1000.00", ["F-0003"]), ("amount<60.01", ["F-0002", "draft"]),
            ("amount=60", ["F-0002"]), ("amount<=24", ["draft"]), ("due<today", ["F-0001"]),
            ("open=none", ["draft"]), ("late>8", ["F-0001"]), ("late>9", []),
            ("late=9", ["F-0001"]),
            ("bucket=0-30", ["F-0001"]), ("bucket=not due", ["F-0003"]),
            ("issued>2026-04-02", ["F-0003"]), ("issued>=2026-04-02", ["F-0002", "F-0003"]),
            ("issued~2026-04", ["F-0002", "F-0003"]),
            ("flags=part paid", ["F-0003"]), ("flags=none", ["F-0001", "F-0002", "draft"]),
            ("number=none", ["draft"]), ("number!=none", ["F-0001", "F-0002", "F-0003"]),
            ("number=", ["draft"]), ("number>F-2", ["F-0003"]), ("number=F-2", []),
            ("month=2026-04", ["F-0002", "F-0003"]), ("kind=credit note", []),
            ("label=vip", ["F-0002", "F-0003"]), ("label!=slow", ["F-0001", "draft"]),
            ("label=none", ["F-0001", "draft"]), ("folder=agencies", ["F-0002", "F-0003"]),
            ("folder=agencies/paris", ["F-0002", "F-0003"]), ("folder=agenc", []),
            ("folder=none", ["F-0001", "draft"]),
        ] as [(String?, [String])])
    func `conditions choose`(condition: String?, expected: [String]) throws {
        #expect(try numbers(condition) == expected)
    }

    @Test func `rows are sorted by fields, and what is not there comes last`() throws {
        #expect(try numbers(nil, sort: "amount") == ["draft", "F-0002", "F-0001", "F-0003"])
        #expect(try numbers(nil, sort: "-amount") == ["F-0003", "F-0001", "F-0002", "draft"])
        #expect(try numbers(nil, sort: "issued") == ["F-0001", "F-0002", "F-0003", "draft"])
        #expect(try numbers(nil, sort: "-issued") == ["F-0003", "F-0002", "F-0001", "draft"])
        #expect(
            try numbers(nil, sort: "client,-amount") == ["F-0001", "draft", "F-0003", "F-0002"])
    }

    @Test func `numbers in texts are sorted as numbers`() throws {
        let texts = ["F-10", "F-9", "f-0010", "F-100", "E-2", "F-9b", "F-"]
        let sorted = texts.map { (QueryKey(.text($0)), $0) }
            .sorted { QueryKey.isLess($0.0, $1.0) }.map(\.1)
        #expect(sorted == ["E-2", "F-", "F-9", "F-9b", "F-10", "f-0010", "F-100"])
    }

    @Test func `amounts of currencies with other decimals compare as numbers`() throws {
        let yen = try Currency("JPY")
        let dinar = try Currency("KWD")
        func isLess(_ left: QueryValue, _ right: QueryValue) -> Bool {
            QueryKey.isLess(QueryKey(left), QueryKey(right))
        }
        #expect(isLess(QueryValue(1_001, in: dinar), QueryValue(101, in: .eur)))
        #expect(isLess(QueryValue(1_01, in: .eur), QueryValue(2, in: yen)))
        #expect(!isLess(QueryValue(2, in: yen), QueryValue(2_00, in: .eur)))
        #expect(
            isLess(
                QueryValue(-Currency.minorMax, in: yen), QueryValue(Currency.minorMax, in: yen)))
        #expect(QueryValue(-5, in: .eur).text == "-0.05")
        #expect(QueryValue(1_005, in: dinar).text == "1.005")
        #expect(QueryValue(7, in: yen).text == "7")
    }

    @Test func `groups sum what is in them`() throws {
        let groups = try Query<InvoiceView>(group: "client", today: today()).groups(rows())
        #expect(groups.map(\.name) == ["Blum", "Carver and Blum"])
        #expect(groups.map(\.rows.count) == [2, 2])
        let sums = groups[1].sums[0].parts
        #expect(sums.map(\.name) == ["net", "vat", "amount", "paid", "open"])
        #expect(sums.map(\.minor) == [105_000, 21_000, 126_000, 26_000, 100_000])
        let flags = try Query<InvoiceView>(group: "flags", today: today()).groups(rows())
        #expect(flags.map(\.name) == ["part paid", "none"])
        let amounts = try Query<InvoiceView>(group: "amount", today: today()).groups(rows())
        #expect(amounts.map(\.name) == ["24.00", "60.00", "120.00", "1200.00"])
        let labels = try Query<InvoiceView>(group: "label", today: today()).groups(rows())
        #expect(labels.map(\.name) == ["slow", "Vip", "none"])
        #expect(labels.map(\.rows.count) == [2, 2, 2])
    }

    @Test(
        arguments: [
            ("statuss=paid", "field"), ("=1", "field"), ("~", "field"), ("status=overdu", "value"),
            ("status=due or client=blum", "or"), ("status", "sign"), ("client=a and b", "sign"),
            ("and", "empty"), ("open>1 and", "empty"), ("open>1 and and due<today", "empty"),
            ("status=due or", "empty"), (#"client="x"#, "quote"), ("open~5", "kind"),
            ("status<paid", "kind"), ("due<none", "kind"), ("due<", "kind"),
            ("open>much", "number"), ("open>1,234", "number"), ("due<soon", "date"),
            (String(repeating: "x", count: 501), "long"),
        ])
    func `a condition that cannot be read is refused`(condition: String, what: String) throws {
        let failure = #expect(throws: BillingFailure.self) { try numbers(condition) }
        let found =
            switch failure {
            case .query(.field): "field"
            case .query(.value): "value"
            case .query(.orOfFields): "or"
            case .query(.noSign): "sign"
            case .query(.empty): "empty"
            case .query(.openQuote): "quote"
            case .query(.sign): "kind"
            case .query(.tooLong): "long"
            case .number(.amount, _, _): "number"
            case .date: "date"
            default: "other"
            }
        #expect(found == what)
    }

    @Test(arguments: ["dues", "due,", ",", "-", "due,,client", ""])
    func `an order that cannot be read is refused`(sort: String) throws {
        #expect(throws: BillingFailure.self) { try numbers(nil, sort: sort) }
        #expect(throws: BillingFailure.self) {
            try Query<InvoiceView>(group: sort, today: try today())
        }
    }

    @Test func `a view is saved under its name, once, and shared`() throws {
        let office = try Office(devices: 2)
        func save(_ condition: String, on device: Int = 0, pin: Bool? = nil) throws -> SavedView {
            try office.write(on: device) {
                try SavedViews.save(
                    $0, name: "Due", noun: "invoice", where: condition, sort: "due", group: nil,
                    isPinned: pin, today: try today())
            }
        }
        _ = try save("status=due", pin: true)
        let again = try save("due<=eom")
        #expect(again.isPinned)
        #expect(try office.read { try SavedViews.list($0) } == [again])
        try office.fleet.settle()
        let row = try office.read(on: 1) { try Lookup.view($0, "due", for: .reading) }
        #expect(try office.read(on: 1) { try SavedViews.find($0, row) } == again)
        #expect(throws: BillingFailure.self) { try save("statuss=due") }
        #expect(throws: BillingFailure.self) {
            try office.write {
                try SavedViews.save(
                    $0, name: "x", noun: "series", where: nil, sort: nil, group: nil,
                    today: try today())
            }
        }
        #expect(try office.write { try SavedViews.pin($0, row, false) }.isPinned == false)
        #expect(throws: BillingFailure.nothingToChange) {
            try office.write { try SavedViews.pin($0, row, false) }
        }
        _ = try office.write { try SavedViews.remove($0, row) }
        #expect(try office.read { try SavedViews.list($0) }.isEmpty)
        let back = try save("status=paid")
        #expect(!back.isPinned)
        #expect(try office.read { try SavedViews.list($0) } == [back])
    }

    /// Issued with the method of the client; then one with another and a note, and a draft.
    private func detailed() throws -> Office {
        let office = try Office()
        let client = try office.client("Blum")
        _ = try office.write {
            try Clients.edit($0, client, ClientInput(fields: [.method: "transfer"]))
        }
        try office.issue(try office.draft(client))
        for _ in 1...2 {
            let draft = try office.draft(client)
            let details: [DraftField: String] = [.method: "card", .note: "Two parts, as agreed"]
            _ = try office.write { try Invoices.edit($0, draft, InvoiceEdit(details: details)) }
        }
        let second = try #require(
            office.read { try Invoices.list($0, status: .draft, asOf: try today()) }.first)
        try office.issue(try #require(RowID(second.id)))
        return office
    }

    @Test(
        arguments: [
            ("method=transfer", ["F-0001"]), ("method=CARD", ["F-0002", "draft"]),
            ("method!=card", ["F-0001"]), ("note=none", ["F-0001"]),
            ("note~two parts and status!=draft", ["F-0002"]),
        ])
    func `the method and the note are looked for in what was issued and in drafts`(
        condition: String, expected: [String]
    ) throws {
        let office = try detailed()
        let query = try Query<InvoiceView>(where: condition, today: today())
        #expect(InvoiceView.needsDetails(query))
        let rows = try office.read {
            try Invoices.list($0, withDetails: true, asOf: try today())
        }
        #expect(query.groups(rows).flatMap(\.rows).map { $0.number ?? "draft" } == expected)
    }

    @Test(arguments: [
        ("status=overdue", false), ("status=overdue or due and open>100", false),
        ("status=overdue or paid", true), ("status!=paid", true),
        ("status!=paid and status!=credited and status!=\"written off\"", false),
        ("open>0", false), ("open>=0", true), ("open<0", false), ("open!=0", true),
        ("late>30", false), ("bucket=none", true), ("client=blum", true), ("", true),
    ])
    func `what is settled is read only for who may want it`(
        condition: String, needsSettled: Bool
    ) throws {
        let query = try Query<InvoiceView>(where: condition, today: today())
        #expect(InvoiceView.needsSettled(query) == needsSettled)
    }

    @Test func `methods and notes are read only for who asks, also by group and in views`() throws {
        let office = try detailed()
        for (field, needs) in [("method", true), ("note", true), ("client", false)] {
            #expect(try InvoiceView.needsDetails(Query(sort: field, today: today())) == needs)
            #expect(try InvoiceView.needsDetails(Query(group: field, today: today())) == needs)
        }
        let plain = try office.read { try Invoices.list($0, asOf: try today()) }
        #expect(plain.map { $0.details[.method] } == [nil, nil, "card"])
        let rows = try office.read { try Invoices.list($0, withDetails: true, asOf: try today()) }
        let groups = try Query<InvoiceView>(group: "method", today: today()).groups(rows)
        #expect(groups.map(\.name) == ["card", "transfer"])
        #expect(groups.map(\.rows.count) == [2, 1])
        _ = try office.write { writing in
            try SavedViews.save(
                writing, name: "By card", noun: "invoice", where: "method=card", sort: nil,
                group: nil, isPinned: true, today: try today())
        }
        let counts = try office.read { try PinnedViews.list($0, today: try today()) }
        #expect(counts.map(\.count) == [2])
    }

    @Test func `a document whose content another program spoilt is listed without its details`()
        throws
    {
        let office = try detailed()
        _ = try office.write {
            try $0.freeze("documents", ["number": "X-1", "date": "2026-03-09", "content": "{"])
        }
        let rows = try office.read {
            try Invoices.list($0, withDetails: true, asOf: try today())
        }
        #expect(rows.filter { $0.number == "F-0001" }.map { $0.details[.method] } == ["transfer"])
    }

    @Test func `a view that a newer program saved is named, and hides no other`() throws {
        let office = try Office()
        _ = try office.write { writing in
            try SavedViews.save(
                writing, name: "Ours", noun: "invoice", where: "status=draft", sort: nil,
                group: nil, isPinned: true, today: try today())
        }
        _ = try office.write {
            try $0.insert(
                "views", ["name": "Theirs", "noun": "milestone", "pinned": .integer(1)])
        }
        _ = try office.draft(try office.client("Blum"))
        let counts = try office.read { try PinnedViews.list($0, today: try today()) }
        #expect(counts.map(\.view.name) == ["Ours", "Theirs"])
        #expect(counts.map(\.count) == [1, nil])
        #expect(throws: BillingFailure.viewOfNewer(name: "Theirs", noun: "milestone")) {
            try counts[1].view.known
        }
    }
}
