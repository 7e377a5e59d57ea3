import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct CorrectionTests {
    private func ref(_ office: Office, _ text: String) throws -> InvoiceRef {
        try office.read { try Lookup.invoice($0, text, for: .writing) }
    }

    private func credit(
        _ office: Office, _ text: String, _ part: Invoices.CreditPart = .whole, on device: Int = 0
    ) throws -> RowID {
        let view = try office.write(on: device) {
            try Invoices.credit(
                $0, try Lookup.invoice($0, text, for: .writing), part, reason: "mistake",
                at: Office.moment("2026-03-05"))
        }
        #expect(try office.show(view.id, on: device) == view)
        return try #require(RowID(view.id))
    }

    private func content(_ office: Office, _ number: String) throws -> Billing.JSON {
        let text = try office.read {
            try $0.rows("SELECT content FROM documents WHERE number = ?", [.text(number)])
        }.first?.text("content")
        return try Billing.JSON(reading: Array(try #require(text).utf8))
    }

    @Test func `a whole credit note names its invoice and settles it`() throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont")))
        let draft = try credit(office, "F-0001")
        let note = try office.issue(draft, date: "2026-03-05")
        #expect(note.number == "F-0002")
        #expect(note.kind == .credit)
        #expect(note.corrects == "F-0001")
        #expect(note.sums?.due == -162_000)
        #expect(try office.show("F-0002", asOf: "2026-03-05") == note)
        let origin = try content(office, "F-0002")["corrects"]
        #expect(origin?["number"] == .string("F-0001"))
        #expect(origin?["date"] == .string("2026-03-02"))
        #expect(try office.show("F-0001", asOf: "2026-03-04").status == .issued)
        let credited = try office.show("F-0001", asOf: "2026-03-05")
        #expect(credited.status == .credited)
        #expect(credited.balance == 0)
        #expect(try office.owed(asOf: "2026-04-30").clients.isEmpty)
        #expect(try office.owed(asOf: "2026-03-04").clients[0].sums.owed == 162_000)
        #expect(throws: BillingFailure.self) { try credit(office, "F-0001") }
        #expect(throws: BillingFailure.notCreditable(number: "F-0002", .credit)) {
            try credit(office, "F-0002")
        }
    }

    /// 1000.00 without VAT is 1200.00 with it, of 1620.00: 420.00 are left for the second.
    @Test func `two credit notes of one transaction take off no more than there is`() throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont")))
        let drafts = try (1...2).map { _ in
            try credit(office, "F-0001", .net("1000", rate: nil))
        }
        let tooLarge = BillingFailure.creditTooLarge(
            number: "F-0001", open: 42_000, currency: .eur)
        #expect(throws: tooLarge) {
            try office.write { writing in
                for draft in drafts {
                    _ = try Invoices.issue(
                        writing, draft, on: nil, at: Office.moment("2026-03-05"))
                }
            }
        }
        // Nothing of the transaction stands.
        #expect(try office.show("F-0001").credited == 0)
        try office.issue(drafts[0], date: "2026-03-05")
        #expect(throws: tooLarge) { try office.issue(drafts[1], date: "2026-03-05") }
        #expect(try office.show("F-0001").credited == 120_000)
    }

    @Test(arguments: TotalsCase.all)
    func `a credit note and its invoice come to nothing`(_ example: TotalsCase) throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let view = try office.write {
            try Invoices.new(
                $0, client: client, example.content, due: nil, at: Office.moment("2026-03-01"))
        }
        let invoice = try office.issue(try #require(RowID(view.id)))
        let note = try office.issue(try credit(office, "F-0001"), date: "2026-03-05")
        let (one, other) = (try #require(invoice.totals), try #require(note.totals))
        #expect(one.net == -other.net)
        #expect(one.vat == -other.vat)
        #expect(one.due == -other.due)
        #expect(
            other.groups.map { [$0.basis, $0.vat] } == one.groups.map { [-$0.basis, -$0.vat] })
        let sums = try office.read {
            try $0.rows("SELECT sum(counted_net) AS net, sum(counted_vat) AS vat FROM documents")
        }.first
        #expect(sums?.integer("net") == 0)
        #expect(sums?.integer("vat") == 0)
        #expect(try office.owed(asOf: "2026-12-31").clients.isEmpty)
    }

    @Test func `parts are credited until nothing is left`() throws {
        let office = try Office()
        try office.issue(
            try office.draft(
                try office.client("Dupont"),
                ["Design; 3; 450.00; 20; discount=10%", "Print; 1; 100; 20; discount=5.00"]))
        let first = try office.issue(
            try credit(office, "F-0001", .lines([(1, "1")])), date: "2026-03-05")
        #expect(first.sums?.net == -40_500)
        #expect(first.lines.map(\.line.name) == ["Design"])
        #expect(try office.show("F-0001").credited == 48_600)
        #expect(try office.show("F-0001", asOf: "2026-05-01").status == .overdue)
        let second = try office.issue(
            try credit(office, "F-0001", .lines([(2, nil)])), date: "2026-03-05")
        #expect(second.sums?.net == -9_500)
        let third = try office.issue(
            try credit(office, "F-0001", .net("810.00", rate: nil)), date: "2026-03-05")
        #expect(third.sums?.due == -97_200)
        #expect(try office.show("F-0001").status == .credited)
        #expect(
            throws: BillingFailure.creditTooLarge(number: "F-0001", open: 0, currency: .eur)
        ) { try credit(office, "F-0001", .net("0.01", rate: nil)) }
        for part: Invoices.CreditPart in [
            .lines([(3, nil)]), .lines([(0, nil)]), .lines([(1, "4")]), .lines([(1, "0")]),
            .net("-1", rate: nil), .net("1", rate: "10"),
        ] {
            #expect(throws: BillingFailure.self) { try credit(office, "F-0001", part) }
        }
    }

    @Test func `two drafted credit notes cannot both take back the whole`() throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont")))
        let first = try credit(office, "F-0001")
        let second = try credit(office, "F-0001")
        try office.issue(first, date: "2026-03-05")
        #expect(
            throws: BillingFailure.creditTooLarge(number: "F-0001", open: 0, currency: .eur)
        ) { try office.issue(second, date: "2026-03-05") }
    }

    @Test func `what was paid before it was credited is the client's`() throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont")))
        try office.pay("F-0001", "1000", date: "2026-03-03")
        try office.issue(try credit(office, "F-0001"), date: "2026-03-05")
        let account = try #require(try office.owed(asOf: "2026-03-05").clients.first)
        #expect(account.sums.owed == 0)
        #expect(account.sums.credit == 100_000)
        let shown = try office.show("F-0001", asOf: "2026-03-05")
        #expect(shown.status == .paid)
        #expect(shown.flags.contains(.overpaid))
    }

    @Test func `a corrective takes the place of an invoice`() throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont")))
        let draft = try office.write {
            try Invoices.correct(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), at: Office.moment("2026-03-05")
            )
        }
        let id = try #require(RowID(draft.id))
        _ = try office.write {
            try Invoices.edit(
                $0, id,
                InvoiceEdit(replace: [1: try DraftContent.Line(syntax: "Design; 2; 450.00; 20")]))
        }
        let corrective = try office.issue(id, date: "2026-03-06")
        #expect(corrective.kind == .corrective)
        #expect(corrective.corrects == "F-0001")
        #expect(corrective.sums?.due == 108_000)
        #expect(try office.show("F-0001", asOf: "2026-03-05").status == .issued)
        #expect(try office.show("F-0001", asOf: "2026-03-06").status == .credited)
        #expect(try office.owed(asOf: "2026-03-06").clients[0].sums.owed == 108_000)
        // What counts is the one that stands: 1350 + (900 - 1350).
        let counted = try office.read {
            try $0.rows("SELECT sum(counted_net) AS net, sum(counted_vat) AS vat FROM documents")
        }.first
        #expect(counted?.integer("net") == 90_000)
        #expect(counted?.integer("vat") == 18_000)
        #expect(throws: BillingFailure.self) { try credit(office, "F-0001") }
    }

    @Test func `deposits are listed and deducted on the final invoice, and count once`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        for date in ["2026-03-01", "2026-03-02"] {
            try office.issue(
                try office.deposit(client, "Deposit 30 %; 1; 300; 20"), date: date)
        }
        #expect(try office.show("F-0001").kind == .deposit)
        let final = try office.draft(client, ["Site; 1; 1000; 20"])
        let edit = try office.read { reading in
            InvoiceEdit(
                deduct: try ["F-0001", "F-0002"].map {
                    try Invoices.deposit(reading, try Lookup.invoice(reading, $0, for: .reading))
                })
        }
        let edited = try office.write { try Invoices.edit($0, final, edit) }
        #expect(edited.totals?.vat == 20_000)
        #expect(edited.totals?.prepaid == 72_000)
        #expect(edited.totals?.due == 48_000)
        #expect(try office.show(final.text) == edited)
        let issued = try office.issue(final, date: "2026-03-10")
        #expect(issued.deposits.map(\.number) == ["F-0001", "F-0002"])
        #expect(issued.deposits.map(\.vat) == [6_000, 6_000])
        #expect(issued.totals?.groups.map(\.vat) == [20_000])
        #expect(try office.show("F-0003", asOf: "2026-03-10") == issued)
        let counted = try office.read {
            try $0.rows("SELECT sum(counted_net) AS net, sum(counted_vat) AS vat FROM documents")
        }.first
        #expect(counted?.integer("net") == 100_000)
        #expect(counted?.integer("vat") == 20_000)
        // A deposit is deducted once.
        let again = try office.draft(client, ["More; 1; 1000; 20"])
        _ = try office.write { try Invoices.edit($0, again, edit) }
        #expect(throws: BillingFailure.depositGone(number: "F-0001", final: "F-0003")) {
            try office.issue(again, date: "2026-03-10")
        }
        _ = try office.write { try Invoices.edit($0, again, InvoiceEdit(removesDeposits: true)) }
        #expect(try office.show(again.text).totals?.due == 120_000)
        // The whole of it taken back counts for nothing, and the deposits stand.
        let note = try office.issue(try credit(office, "F-0003"), date: "2026-03-11")
        #expect(note.sums?.due == -48_000)
        let left = try office.read {
            try $0.rows("SELECT sum(counted_net) AS net FROM documents")
        }.first
        #expect(left?.integer("net") == 60_000)
    }

    @Test func `a credited deposit is deducted no more`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        try office.issue(try office.deposit(client, "Deposit; 1; 300; 20"))
        let final = try office.draft(client, ["Site; 1; 1000; 20"])
        let ref = try ref(office, "F-0001")
        _ = try office.write {
            try Invoices.edit(
                $0, final, InvoiceEdit(deduct: [try Invoices.deposit($0, ref)]))
        }
        let note = try office.issue(
            try credit(office, "F-0001", .net("100", rate: nil)), date: "2026-03-05")
        #expect(note.kind == .depositCredit)
        #expect(throws: BillingFailure.depositGone(number: "F-0001", final: nil)) {
            try office.issue(final, date: "2026-03-06")
        }
        let edited = try office.write {
            try Invoices.edit(
                $0, final, InvoiceEdit(deduct: [try Invoices.deposit($0, ref)]))
        }
        #expect(edited.totals?.prepaid == 24_000)
        try office.issue(final, date: "2026-03-06")
        #expect(throws: BillingFailure.notADeposit(number: "F-0003")) {
            try office.read {
                try Invoices.deposit($0, try Lookup.invoice($0, "F-0003", for: .reading))
            }
        }
    }

    @Test func `two devices that put one deposit on a final invoice deduct it once`() throws {
        let office = try Office(devices: 2)
        let client = try office.client("Dupont")
        try office.issue(try office.deposit(client, "Deposit; 1; 300; 20"))
        let final = try office.draft(client, ["Site; 1; 1000; 20"])
        try office.fleet.settle()
        for device in 0...1 {
            _ = try office.write(on: device) {
                let ref = try Lookup.invoice($0, "F-0001", for: .writing)
                return try Invoices.edit(
                    $0, final, InvoiceEdit(deduct: [try Invoices.deposit($0, ref)]))
            }
        }
        try office.fleet.settle()
        #expect(try office.show(final.text).totals?.prepaid == 36_000)
        #expect(try office.show(final.text, on: 1).totals?.prepaid == 36_000)
    }

    @Test func `a repeat has the lines of another invoice and nothing of its time`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let draft = try office.draft(
            client, ["Hosting; 1 month; 30; 20; from=2026-02-01; to=2026-02-28; ref=H"])
        _ = try office.write {
            try Invoices.edit(
                $0, draft,
                InvoiceEdit(prepaid: "5", details: [.delivered: "2026-02-28", .po: "4711"]))
        }
        try office.issue(draft)
        let latest = try office.read { try Invoices.latest($0, of: client) }
        let again = try office.write {
            try Invoices.repeat($0, latest, at: Office.moment("2026-03-05"))
        }
        #expect(again.number == nil)
        #expect(again.sums?.due == 3_600)
        #expect(again.lines[0].line.reference == "H")
        #expect(again.lines[0].line.periodFrom == nil)
        #expect(again.details == [.po: "4711"])
        let other = try office.client("Martin")
        #expect(throws: BillingFailure.nothingIssued(client: other.text)) {
            try office.read { try Invoices.latest($0, of: other) }
        }
    }

    @Test func `what the client still owes is told below the total and is no part of it`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        try office.issue(try office.draft(client))
        try office.pay("F-0001", "1120")
        let draft = try office.draft(client, ["More; 1; 100; 20"])
        _ = try office.write {
            try Invoices.edit($0, draft, InvoiceEdit(details: [.carry: "yes"]))
        }
        let issued = try office.issue(draft, date: "2026-03-11")
        #expect(issued.sums?.due == 12_000)
        let carried = try content(office, "F-0002")["carried"]
        #expect(carried?.elements?.first?["number"] == .string("F-0001"))
        #expect(carried?.elements?.first?["balance"] == .number("50000"))
        #expect(try office.owed(asOf: "2026-03-11").clients[0].sums.owed == 62_000)
    }

    @Test func `bank details stand on an invoice once the client is trusted`() throws {
        let office = try Office()
        _ = try office.write {
            try Accounts.add(
                $0, iban: "FR1420041010050500013M02606", at: Office.moment("2026-03-01"))
        }
        let client = try office.client("Dupont")
        _ = try office.write {
            try Clients.edit(
                $0, client, ClientInput(fields: [.showIban: "after:1", .method: "cheque"]))
        }
        func payment(_ number: String) throws -> Billing.JSON? {
            try content(office, number)["payment"]
        }
        try office.issue(try office.draft(client))
        #expect(try payment("F-0001")?["iban"] == nil)
        #expect(try payment("F-0001")?["method"] == .string("cheque"))
        try office.pay("F-0001", "1619.99", date: "2026-03-02")
        try office.issue(try office.draft(client), date: "2026-03-03")
        #expect(try payment("F-0002")?["iban"] == nil)
        try office.pay("F-0001", "0.01", date: "2026-03-04")
        try office.issue(try office.draft(client), date: "2026-03-05")
        #expect(try payment("F-0003")?["iban"] == .string("FR1420041010050500013M02606"))
        #expect(try payment("F-0003")?["holder"] == .string("Atelier Nord"))
        #expect(try payment("F-0003")?["reference"] == .string("F-0003"))
    }

    @Test func `each way of paying says whereto, and who gets no bank details is told another`()
        throws
    {
        let office = try Office()
        _ = try office.write {
            try Accounts.add(
                $0, iban: "FR1420041010050500013M02606", at: Office.moment("2026-03-01"))
        }
        let client = try office.client("Dupont")
        func payment(_ method: String?, _ fields: [String: String]) throws -> Billing.JSON? {
            let changed = try office.read { try Books.settings($0) }.details.filter {
                fields.keys.contains($0.key)
            }
            if changed != fields {
                _ = try office.write { try Books.edit($0, SettingsInput(details: fields)) }
            }
            let draft = try office.draft(client)
            if let method {
                _ = try office.write {
                    try Invoices.edit($0, draft, InvoiceEdit(details: [.method: method]))
                }
            }
            let number = try #require(try office.issue(draft).number)
            return try content(office, number)["payment"]
        }
        // A cheque is made out to the business, or to the name that was said.
        #expect(try payment("Chèque", [:])?["payee"] == .string("Atelier Nord"))
        let said = try payment("cheque", ["payee": "Anne Nord"])
        #expect(said?["payee"] == .string("Anne Nord"))
        #expect(try payment("transfer", [:])?["payee"] == nil)
        let wallet = try payment(
            "wallet", ["wallet": "pay@nord.example", "link": "https://pay.example/nord"])
        #expect(wallet?["wallet"] == .string("pay@nord.example"))
        #expect(wallet?["link"] == .string("https://pay.example/nord"))
        #expect(wallet?["iban"] != nil)
        let withheld = try payment(nil, ["showIban": "never"])
        #expect(withheld?["iban"] == nil)
        #expect(withheld?["payee"] == .string("Anne Nord"))
        #expect(withheld?["wallet"] == .string("pay@nord.example"))
        #expect(throws: BillingFailure.self) { try payment(nil, ["link": "http://pay.example"]) }
    }

    @Test func `a kind that this program does not know is not issued as another`() throws {
        let office = try Office()
        let draft = try office.draft(try office.client("Dupont"))
        try office.write { try $0.put("invoices", draft, ["kind": "999"]) }
        #expect(
            throws: BillingFailure.damaged(table: "invoices", row: draft.text, field: "kind")
        ) { try office.issue(draft) }
        try office.write { try $0.put("invoices", draft, ["kind": "381"]) }
        #expect(
            throws: BillingFailure.damaged(table: "invoices", row: draft.text, field: "corrects")
        ) { try office.issue(draft) }
    }

    @Test func `a rule of two waits for two invoices that are paid in full`() throws {
        let office = try Office()
        _ = try office.write {
            try Accounts.add(
                $0, iban: "FR1420041010050500013M02606", at: Office.moment("2026-03-01"))
        }
        _ = try office.write { try Books.edit($0, SettingsInput(details: ["showIban": "after:2"])) }
        let client = try office.client("Dupont")
        func hasAccount(_ date: String) throws -> Bool {
            let number = try #require(try office.issue(try office.draft(client), date: date).number)
            return try content(office, number)["payment"]?["iban"] != nil
        }
        #expect(try !hasAccount("2026-03-02"))
        #expect(try !hasAccount("2026-03-03"))
        try office.pay("F-0001", "1620", date: "2026-03-03")
        #expect(try !hasAccount("2026-03-04"))
        try office.pay("F-0002", "1620", date: "2026-03-05")
        #expect(try hasAccount("2026-03-05"))
    }
}
