import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct IncomeTests {
    private func list(
        _ office: Office, from: String, to: String? = nil, asOf: String
    ) throws -> [[String]] {
        try office.read { reading in
            try Incomes.list(
                reading, from: try #require(CivilDate(iso: from)),
                to: to.flatMap { CivilDate(iso: $0) }, asOf: try #require(CivilDate(iso: asOf)))
        }.map {
            [
                $0.name ?? "before", $0.currency.code, $0.currency.text($0.expected),
                $0.currency.text($0.received),
            ]
        }
    }

    /// Three invoices of 100.00 due on 1 April, 1 and 31 May; 30.00 came for the first in March, 20.00 for
    /// the second in April.
    private func office() throws -> Office {
        let office = try Office()
        let client = try office.client("Dupont")
        for date in ["2026-03-02", "2026-04-01", "2026-05-01"] {
            try office.issue(try office.draft(client, ["A; 1; 100; 0"]), date: date)
        }
        try office.pay("F-0001", "30", date: "2026-03-20")
        try office.pay("F-0002", "20", date: "2026-04-20")
        return office
    }

    @Test func `what is expected and what came stand in columns of their own`() throws {
        let office = try office()
        #expect(
            try list(office, from: "2026-01-01", asOf: "2026-05-02") == [
                ["2026-03", "EUR", "0.00", "30.00"], ["2026-04", "EUR", "70.00", "20.00"],
                ["2026-05", "EUR", "180.00", "0.00"],
            ])
        // On 10 April the third is not issued yet, and the second payment has not come.
        #expect(
            try list(office, from: "2026-01-01", asOf: "2026-04-10") == [
                ["2026-03", "EUR", "0.00", "30.00"], ["2026-04", "EUR", "70.00", "0.00"],
                ["2026-05", "EUR", "100.00", "0.00"],
            ])
    }

    @Test func `what was due before the first month is not lost, and what came before is not told`()
        throws
    {
        let office = try office()
        #expect(
            try list(office, from: "2026-05-01", asOf: "2026-05-02") == [
                ["before", "EUR", "70.00", "0.00"], ["2026-05", "EUR", "180.00", "0.00"],
            ])
        #expect(
            try list(office, from: "2026-04-15", to: "2026-04-30", asOf: "2026-05-02") == [
                ["2026-04", "EUR", "70.00", "20.00"]
            ])
        #expect(throws: BillingFailure.self) {
            try list(office, from: "2026-05-01", to: "2026-04-01", asOf: "2026-05-02")
        }
    }

    @Test func `more time moves what is expected; a payment taken back is no income`() throws {
        let office = try office()
        _ = try office.write {
            try Events.add(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .extended,
                on: CivilDate(iso: "2026-04-02"), until: CivilDate(iso: "2026-06-10"),
                at: Office.moment("2026-04-02"))
        }
        let payment = try office.read { try Payments.list($0) }[1]
        _ = try office.write {
            try Payments.reverse(
                $0, try #require(RowID(payment.id)), reason: nil,
                on: CivilDate(iso: "2026-04-25"), at: Office.moment("2026-04-25"))
        }
        #expect(
            try list(office, from: "2026-01-01", asOf: "2026-05-02") == [
                ["2026-03", "EUR", "0.00", "30.00"], ["2026-04", "EUR", "0.00", "0.00"],
                ["2026-05", "EUR", "200.00", "0.00"], ["2026-06", "EUR", "70.00", "0.00"],
            ])
    }

    /// Three days after 2 and 21 March: due on the 5th and the 24th, both before the pay day; the second
    /// came after the cut-off.
    @Test
    func `a client with a pay day is expected to pay on it, in time for the cut-off or later`()
        throws
    {
        let office = try Office()
        let client = try office.client("Dupont", terms: "3d")
        _ = try office.write {
            try Clients.edit($0, client, ClientInput(fields: [.payDay: "28", .cutoff: "20"]))
        }
        for (price, date) in [("100", "2026-03-02"), ("200", "2026-03-21"), ("400", "2026-03-27")] {
            try office.issue(try office.draft(client, ["A; 1; \(price); 0"]), date: date)
        }
        func expected(_ asOf: String) throws -> [[String]] {
            try list(office, from: "2026-01-01", asOf: asOf).map { [$0[0], $0[2]] }
        }
        // The third falls due on 30 March, behind the pay day.
        #expect(try expected("2026-03-31") == [["2026-03", "100.00"], ["2026-04", "600.00"]])
        // What was issued in time and sent too late waits for the next one.
        _ = try office.write {
            try Events.add(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .sent,
                on: CivilDate(iso: "2026-03-23"), at: Office.moment("2026-03-23"))
        }
        #expect(try expected("2026-03-22") == [["2026-03", "100.00"], ["2026-04", "200.00"]])
        #expect(try expected("2026-03-31") == [["2026-04", "700.00"]])
        // More time counts as the day on which it falls due.
        _ = try office.write {
            try Events.add(
                $0, try Lookup.invoice($0, "F-0002", for: .writing), .extended,
                on: CivilDate(iso: "2026-04-01"), until: CivilDate(iso: "2026-04-29"),
                at: Office.moment("2026-04-01"))
        }
        #expect(try expected("2026-04-01") == [["2026-04", "500.00"], ["2026-05", "200.00"]])
        // Without a cut-off the days of sending do not matter.
        _ = try office.write {
            try Clients.edit($0, client, ClientInput(fields: [.cutoff: ""]))
        }
        #expect(
            try expected("2026-04-01") == [
                ["2026-03", "100.00"], ["2026-04", "400.00"], ["2026-05", "200.00"],
            ])
    }

    @Test func `currencies are never added up`() throws {
        let office = try office()
        let client = try office.client("Muller")
        let content = DraftContent(
            currency: try Currency("CHF"), lines: [try DraftContent.Line(syntax: "A; 1; 50; 0")])
        let draft = try office.write {
            try Invoices.new(
                $0, client: client, content, due: nil, at: Office.moment("2026-05-01"))
        }
        try office.issue(try #require(RowID(draft.id)), date: "2026-05-01")
        let months = try office.read {
            try Incomes.list(
                $0, from: try #require(CivilDate(iso: "2026-05-01")),
                asOf: try #require(CivilDate(iso: "2026-05-02")))
        }
        let totals = Incomes.totals(of: months)
        #expect(totals.map(\.currency.code) == ["CHF", "EUR"])
        #expect(totals.map(\.expected) == [5_000, 25_000])
    }
}
