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
        let carver = try office.client("Carver & Blum")
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
            ("status=overdue", ["F-0001"]), ("STATUS = Overdue", ["F-0001"]),
            ("status!=paid", ["F-0001", "F-0003", "draft"]),
            ("client=blum", ["F-0001", "draft"]),
            ("client~blum", ["F-0001", "F-0002", "F-0003", "draft"]),
            ("client~blum and open>100", ["F-0001", "F-0003"]),
            ("open>=1000.00", ["F-0003"]), ("amount<60.01", ["F-0002", "draft"]),
            ("amount<=24", ["draft"]), ("due<today", ["F-0001"]),
            ("issued>2026-04-02", ["F-0003"]), ("issued>=2026-04-02", ["F-0002", "F-0003"]),
            ("flags=part paid", ["F-0003"]), ("flags=none", ["F-0001", "F-0002", "draft"]),
            ("number=none", ["draft"]), ("number!=none", ["F-0001", "F-0002", "F-0003"]),
            ("month=2026-04", ["F-0002", "F-0003"]), ("kind=credit note", []),
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

    @Test func `groups sum what is in them`() throws {
        let groups = try Query<InvoiceView>(group: "client", today: today()).groups(rows())
        #expect(groups.map(\.name) == ["Blum", "Carver & Blum"])
        #expect(groups.map(\.rows.count) == [2, 2])
        let sums = groups[1].sums[0].sums
        #expect(sums.map(\.name) == ["net", "vat", "amount", "paid", "open"])
        #expect(sums.map(\.minor) == [105_000, 21_000, 126_000, 26_000, 100_000])
        let flags = try Query<InvoiceView>(group: "flags", today: today()).groups(rows())
        #expect(flags.map(\.name) == ["part paid", "none"])
    }

    @Test(
        arguments: [
            "statuss=paid", "status", "open>much", "due<soon", "=1", "open>1 and", "~",
        ])
    func `a condition that cannot be read is refused`(condition: String) throws {
        if condition == "open>1 and" {
            // A loose “and” says nothing.
            #expect(try numbers(condition) == ["F-0001", "F-0003"])
        } else {
            #expect(throws: BillingFailure.self) { try numbers(condition) }
        }
        #expect(throws: BillingFailure.self) { try numbers(nil, sort: "dues") }
    }

    @Test func `a view is saved under its name, once, and shared`() throws {
        let office = try Office(devices: 2)
        func save(_ condition: String, on device: Int = 0) throws -> SavedView {
            try office.write(on: device) {
                try SavedViews.save(
                    $0, name: "Due", noun: "invoice", where: condition, sort: "due", group: nil,
                    today: try today())
            }
        }
        _ = try save("status=due")
        let again = try save("due<=eom")
        #expect(try office.read { try SavedViews.list($0) } == [again])
        try office.fleet.settle()
        let row = try office.read(on: 1) { try Lookup.view($0, "due", for: .reading) }
        #expect(try office.read(on: 1) { try SavedViews.find($0, row) } == again)
        #expect(throws: BillingFailure.self) { try save("statuss=due") }
        #expect(throws: BillingFailure.self) {
            try office.write {
                try SavedViews.save(
                    $0, name: "x", noun: "client", where: nil, sort: nil, group: nil,
                    today: try today())
            }
        }
        _ = try office.write { try SavedViews.remove($0, row) }
        #expect(try office.read { try SavedViews.list($0) }.isEmpty)
    }
}
