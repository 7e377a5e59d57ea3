import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct InterestTests {
    /// An invoice of 1 000.00 to a French business, issued and due on these days.
    private func office(
        _ fields: [ClientField: String], issued: String, due: String
    ) throws -> Office {
        let office = try Office()
        let client = try office.client("Dupont")
        _ = try office.write {
            try Clients.edit($0, client, ClientInput(fields: fields))
        }
        let draft = try office.draft(client, ["A; 1; 1000; 0"], date: issued)
        _ = try office.write {
            try Invoices.edit(
                $0, draft, InvoiceEdit(due: .set(try #require(CivilDate(iso: due)))))
        }
        try office.issue(draft, date: issued)
        return office
    }

    private func interest(_ office: Office, on date: String) throws -> Interest {
        try office.read {
            try Interests.interest(
                $0, try Lookup.invoice($0, "F-0001", for: .reading),
                on: try #require(CivilDate(iso: date)))
        }
    }

    private let french: [ClientField: String] = [.kind: "business", .country: "FR"]

    @Test func `the law's rate is the central bank's of the half-year and ten points`() throws {
        // 4.50 % stood on 1 January 2024 and 4.25 % on 1 July 2024: 14.5 and 14.25.
        let office = try office(french, issued: "2024-05-01", due: "2024-05-31")
        let found = try interest(office, on: "2024-08-09")
        #expect(found.basis == "law")
        #expect(found.periods.map(\.days) == [30, 40])
        #expect(found.periods.map(\.rate.text) == ["14.5", "14.25"])
        // 100000 × 14.5 % × 30 / 365 = 1191.78 cents; × 14.25 % × 40 / 365 = 1561.64.
        #expect(found.periods.map(\.amount) == [1_192, 1_562])
        #expect(found.interest == 2_754)
        #expect(found.fee == 4_000)
        #expect(try interest(office, on: "2024-05-31").periods.isEmpty)
        #expect(try interest(office, on: "2024-05-31").fee == 0)
        #expect(try interest(office, on: "2024-06-01").periods.map(\.days) == [1])
    }

    @Test func `a half-year that the table lacks is refused by name, until it is added`() throws {
        let office = try office(french, issued: "2026-03-02", due: "2026-04-01")
        let day = try #require(CivilDate(iso: "2026-01-01"))
        #expect(
            throws: BillingFailure.rateMissing(name: LegalRates.refinancing, day: day)
        ) { try interest(office, on: "2026-05-01") }
        _ = try office.write {
            try LegalRates.add(
                $0, name: "ECB-main-refinancing", from: day,
                to: try #require(CivilDate(iso: "2026-06-30")), percent: "2.15", source: "ECB")
        }
        let found = try interest(office, on: "2026-05-01")
        // 100000 × 12.15 % × 30 / 365 = 998.63.
        #expect(found.periods.map(\.amount) == [999])
        #expect(try office.read { try LegalRates.list($0) }.count == LegalRates.shipped.count + 1)
    }

    @Test func `a contract's rate is no less than three times the legal one`() throws {
        // 3 × 2.62 % = 7.86 % in the first half of 2026.
        func rate(_ typed: String) throws -> String {
            let office = try office(
                french.merging([.penaltyRate: typed]) { $1 }, issued: "2026-03-02",
                due: "2026-04-01")
            let found = try interest(office, on: "2026-04-02")
            #expect(found.basis == "contract")
            return try #require(found.periods.first).rate.text
        }
        #expect(try rate("12") == "12")
        #expect(try rate("5") == "7.86")
    }

    @Test func `consumers and clients abroad pay only what their contract says`() throws {
        let plain = try office([.kind: "consumer"], issued: "2026-03-02", due: "2026-04-01")
        #expect(throws: BillingFailure.noPenaltyAgreed(client: "Dupont")) {
            try interest(plain, on: "2026-05-01")
        }
        let abroad = try office(
            [.kind: "business", .country: "DE", .penaltyRate: "9"], issued: "2026-03-02",
            due: "2026-04-01")
        let found = try interest(abroad, on: "2026-05-01")
        // 100000 × 9 % × 30 / 365 = 739.73.
        #expect(found.interest == 740)
        #expect(found.fee == 0)
        let agreed = try office(
            [.kind: "consumer", .penaltyRate: "9", .recoveryFee: "15"], issued: "2026-03-02",
            due: "2026-04-01")
        #expect(try interest(agreed, on: "2026-05-01").fee == 1_500)
    }

    @Test func `interest runs on what is open on each day`() throws {
        let office = try office(
            french.merging([.penaltyRate: "12"]) { $1 }, issued: "2026-03-02", due: "2026-04-01")
        try office.pay("F-0001", "400", date: "2026-04-12")
        try office.pay("F-0001", "600", date: "2026-04-22")
        let found = try interest(office, on: "2026-05-31")
        #expect(found.periods.map(\.from.iso) == ["2026-04-02", "2026-04-12"])
        #expect(found.periods.map(\.to.iso) == ["2026-04-11", "2026-04-21"])
        #expect(found.periods.map(\.balance) == [100_000, 60_000])
        // 328.77 and 197.26 cents.
        #expect(found.periods.map(\.amount) == [329, 197])
    }

    @Test func `every rate that ships has its source`() {
        #expect(LegalRates.shipped.count == 19)
        for rate in LegalRates.shipped {
            #expect(!rate.source.isEmpty)
            #expect(LegalRates.names.contains(rate.name))
            #expect(rate.from <= rate.to)
        }
    }
}
