import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct OwnerTests {
    private func set(_ office: Office, _ details: [String: String]) throws {
        _ = try office.write { try Books.edit($0, SettingsInput(details: details)) }
    }

    private func assign(
        _ office: Office, _ number: String, to owner: String, _ date: String, on device: Int = 0
    ) throws {
        _ = try office.write(on: device) {
            try Owners.assign(
                $0, try Lookup.invoice($0, number, for: .writing), to: owner, on: nil,
                at: Office.moment(date))
        }
    }

    @Test func `an invoice is seen to by the business itself unless somebody is named`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        #expect(try office.issue(try office.draft(client)).owner == "Atelier Nord")
        try set(office, ["owner": "Anna"])
        #expect(try office.issue(try office.draft(client)).owner == "Anna")
        // What was issued before keeps its owner.
        #expect(try office.show("F-0001").owner == "Atelier Nord")
        #expect(try office.show("F-0002").owner == "Anna")
    }

    @Test func `the draft's owner goes before the client's, and the client's before the books'`()
        throws
    {
        let office = try Office()
        try set(office, ["owner": "Anna"])
        let client = try office.client("Dupont")
        _ = try office.write {
            try Clients.edit($0, client, ClientInput(fields: [.owner: "Bruno"]))
        }
        #expect(try office.issue(try office.draft(client)).owner == "Bruno")
        let draft = try office.draft(client)
        try assign(office, draft.text, to: "Chloé", "2026-03-02")
        #expect(try office.show(draft.text).owner == "Chloé")
        #expect(try office.issue(draft).owner == "Chloé")
        let other = try office.draft(client)
        let given = try office.write {
            try Invoices.issue(
                $0, other, on: CivilDate(iso: "2026-03-02"), owner: "  Dora ",
                at: Office.moment("2026-03-02"))
        }
        #expect(given.invoice.owner == "Dora")
    }

    @Test(arguments: ["SARL", "SAS au capital de 1 000 EUR", "GmbH", "Association loi 1901"])
    func `a company names the person who sees to its invoices before one is issued`(form: String)
        throws
    {
        let office = try Office()
        try set(office, ["legalForm": form, "capital": "1000"])
        let draft = try office.draft(try office.client("Dupont"))
        #expect(throws: BillingFailure.noOwner(invoice: draft.text)) { try office.issue(draft) }
        let check = try office.read {
            try Invoices.check($0, draft, on: try #require(CivilDate(iso: "2026-03-02")))
        }
        #expect(check.warnings.contains(.noOwner))
        try set(office, ["owner": "Anna"])
        #expect(try office.issue(draft).owner == "Anna")
    }

    @Test(arguments: [("", TextFault.empty), ("A\u{7}nna", .controlCharacter(at: 1))])
    func `an owner that is no name is refused`(name: String, fault: TextFault) throws {
        let office = try Office()
        let draft = try office.draft(try office.client("Dupont"))
        #expect(throws: BillingFailure.text(.owner, fault)) {
            try office.write {
                try Invoices.issue(
                    $0, draft, on: nil, owner: name, at: Office.moment("2026-03-02"))
            }
        }
        #expect(try office.show(draft.text).number == nil)
    }

    @Test func `another owner changes nothing of what was issued, and counts from its day on`()
        throws
    {
        let office = try Office()
        let draft = try office.draft(try office.client("Dupont"))
        let issued = try office.issue(draft)
        try assign(office, "F-0001", to: "Marie", "2026-03-20")
        let shown = try office.show("F-0001", asOf: "2026-03-20")
        #expect(shown.owner == "Marie")
        #expect(shown.hash == issued.hash)
        #expect(shown.flags == [])
        #expect(try office.show("F-0001", asOf: "2026-03-19").owner == "Atelier Nord")
        #expect(try office.read { try IssuedConflicts.list($0) }.isEmpty)
        let log = try office.read {
            try History.list($0, of: try Lookup.invoice($0, "F-0001", for: .reading))
        }
        #expect(log.map(\.kind) == ["issued", "assigned"])
        #expect(log.last?.with == "Marie")
        #expect(throws: BillingFailure.nothingToChange) {
            try assign(office, "F-0001", to: "Marie", "2026-03-21")
        }
    }

    @Test func `two devices that give one invoice away agree on the later one and keep both`()
        throws
    {
        let office = try Office(devices: 2)
        try office.issue(try office.draft(try office.client("Dupont")))
        try office.fleet.settle()
        try assign(office, "F-0001", to: "Marie", "2026-03-20", on: 0)
        try assign(office, "F-0001", to: "Paul", "2026-03-21", on: 1)
        try office.fleet.settle()
        for device in 0...1 {
            #expect(try office.show("F-0001", on: device, asOf: "2026-03-22").owner == "Paul")
            let owed = try office.owed(on: device, asOf: "2026-03-22").clients
            #expect(owed.flatMap(\.owners) == ["Paul"])
            let log = try office.read(on: device) {
                try History.list($0, of: try Lookup.invoice($0, "F-0001", for: .reading))
            }
            #expect(log.compactMap(\.with) == ["Marie", "Paul"])
        }
    }

    @Test func `a credit note and a corrective are seen to by whoever has the invoice`() throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont")))
        try assign(office, "F-0001", to: "Marie", "2026-03-03")
        let credit = try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .net("100.00", rate: nil),
                reason: nil, at: Office.moment("2026-03-04"))
        }
        #expect(
            try office.issue(try #require(RowID(credit.id)), date: "2026-03-04").owner == "Marie")
    }

    /// Two invoices of 1 620,00 each, one of them Marie's, and 20,00 too much paid for a third.
    @Test func `what is owed can be asked of one person`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        for _ in 1...3 { try office.issue(try office.draft(client)) }
        try assign(office, "F-0002", to: "Marie", "2026-03-03")
        try office.pay("F-0003", "1640.00")
        let owed = try office.owed(asOf: "2026-05-01")
        #expect(owed.clients[0].sums.owed == 324_000)
        #expect(owed.clients[0].sums.credit == 2_000)
        #expect(owed.clients[0].owners == ["Atelier Nord", "Marie"])
        let hers = owed.owned(by: "marie")
        #expect(hers.clients.map { $0.invoices.map(\.number) } == [["F-0002"]])
        #expect(hers.totals.map(\.owed) == [162_000])
        #expect(hers.totals.map(\.overdue) == [162_000])
        #expect(hers.totals.map(\.credit) == [0])
        #expect(hers.totals[0].buckets == [.upTo30: 162_000])
        #expect(owed.owned(by: "Zoé").clients.isEmpty)
    }

    @Test func `lists are filtered and grouped by the owner`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        for _ in 1...2 { try office.issue(try office.draft(client)) }
        try assign(office, "F-0002", to: "Marie", "2026-03-03")
        let date = try #require(CivilDate(iso: "2026-03-10"))
        let all = try office.read { try Invoices.list($0, asOf: date) }
        let query = try Query<InvoiceView>(where: "owner=marie", today: date)
        #expect(query.groups(all).flatMap(\.rows).map(\.number) == ["F-0002"])
        let groups = try Query<InvoiceView>(group: "owner", today: date).groups(all)
        #expect(groups.map(\.name) == ["Atelier Nord", "Marie"])
    }
}
