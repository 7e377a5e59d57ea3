import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct InvoiceCheckTests {
    private func check(
        _ office: Office, _ client: [ClientField: String] = [:],
        _ edit: InvoiceEdit = InvoiceEdit(),
        on date: String = "2026-03-02", lines: [String] = ["Design; 3; 450.00; 20"]
    ) throws -> InvoiceCheck {
        let added = try office.write {
            try Clients.add(
                $0, ClientInput(name: "Dupont", fields: client), at: Office.moment("2026-03-01"))
        }.client
        let draft = try office.draft(try #require(RowID(added.id)), lines)
        if edit != InvoiceEdit() { _ = try office.write { try Invoices.edit($0, draft, edit) } }
        return try office.read {
            try Invoices.check($0, draft, on: try #require(CivilDate(iso: date)))
        }
    }

    private func day(_ iso: String) throws -> CivilDate { try #require(CivilDate(iso: iso)) }

    @Test func `a check names what issuing would refuse, and changes nothing`() throws {
        let office = try Office(country: "FR")
        let before = try office.fleet.devices[0].replica.status().digest
        let client = try office.client("Dupont")
        let draft = try office.draft(client)
        let found = try office.read { try Invoices.check($0, draft, on: try day("2026-03-02")) }
        #expect(found.isRefused)
        #expect(found.gaps.contains(.sellerSiren))
        #expect(throws: BillingFailure.incomplete(found.gaps)) { try office.issue(draft) }
        #expect(before != (try office.fleet.devices[0].replica.status().digest))
        let digest = try office.fleet.devices[0].replica.status().digest
        _ = try office.read { try Invoices.check($0, draft, on: try day("2026-03-02")) }
        #expect(digest == (try office.fleet.devices[0].replica.status().digest))
    }

    /// From the calendar: 2 March + 60 days is 1 May; + 45 days is 16 April, whose month ends on the
    /// 30th; 31 March + 45 days is 15 May.
    @Test(
        arguments: [
            ("30d", nil), ("60d", nil), ("45d eom", nil), ("eom+45d", nil),
            ("90d", "2026-05-31"), ("75d", "2026-05-16"),
        ] as [(String, String?)])
    func `terms between businesses are measured by the law`(terms: String, due: String?) throws {
        let office = try Office(country: "FR")
        let business: [ClientField: String] = [.kind: "business", .terms: terms]
        let found = try check(office, business).warnings.filter { $0 != .supplyUndated }
        if let due {
            #expect(
                found == [.termsTooLong(due: try day(due), limit: try day("2026-05-15"))])
        } else {
            #expect(found.isEmpty)
        }
        let consumer: [ClientField: String] = [.kind: "consumer", .terms: terms]
        #expect(try check(office, consumer).warnings == [.supplyUndated])
    }

    @Test func `an invoice over a period is due within forty-five days`() throws {
        let office = try Office(country: "FR")
        let edit = InvoiceEdit(details: [.periodFrom: "2026-02-01", .periodTo: "2026-02-28"])
        let found = try check(office, [.kind: "business", .terms: "50d"], edit)
        #expect(
            found.warnings == [
                .periodicTermsTooLong(due: try day("2026-04-21"), limit: try day("2026-04-16"))
            ])
        #expect(try check(office, [.kind: "business", .terms: "45d"], edit).warnings.isEmpty)
    }

    @Test func `a missed cut-off and a second invoice of a cycle are told`() throws {
        let office = try Office()
        // Seven days after 20 and 21 March are 27 and 28 March: both before the pay day is over.
        let cycle: [ClientField: String] = [
            .payDay: "28", .cutoff: "20", .perCycle: "one", .terms: "7d",
        ]
        #expect(try check(office, cycle, on: "2026-03-20").warnings == [.supplyUndated])
        #expect(
            try check(office, cycle, on: "2026-03-21").warnings == [
                .cutoffMissed(sendBy: try day("2026-04-20"), paid: try day("2026-04-28")),
                .supplyUndated,
            ])
        // Thirty days later it falls due behind that pay day, whatever the cut-off: nothing is missed.
        let later = cycle.merging([.terms: "30d"]) { $1 }
        #expect(try check(office, later, on: "2026-03-21").warnings == [.supplyUndated])
        let client = try office.client("Martin")
        _ = try office.write { try Clients.edit($0, client, ClientInput(fields: cycle)) }
        try office.issue(try office.draft(client), date: "2026-03-03")
        let second = try office.draft(client)
        let found = try office.read { try Invoices.check($0, second, on: try day("2026-03-04")) }
        #expect(found.warnings.contains(.oneAtATime(other: "F-0001")))
    }

    @Test func `an invoice of nothing is told`() throws {
        let office = try Office()
        #expect(
            try check(office, lines: ["A; 1; 0; 20"]).warnings == [.nothingToPay, .supplyUndated])
    }
}
