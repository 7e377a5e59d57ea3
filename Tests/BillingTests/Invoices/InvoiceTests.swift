import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct InvoiceTests {
    private func line(_ text: String) throws -> DraftContent.Line {
        try DraftContent.Line(syntax: text)
    }

    @Test(arguments: TotalsCase.all)
    func `a public invoice keeps its totals through the tables`(_ example: TotalsCase) throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let view = try office.write {
            try Invoices.new(
                $0, client: client, example.content, due: nil, at: Office.moment("2026-03-01"))
        }
        let totals = try Totals(of: example.content)
        #expect(view.totals == totals)
        let stored = try office.show(view.id)
        #expect(stored == view)
        let issued = try office.issue(try #require(RowID(view.id)))
        let shown = try office.show("F-0001", asOf: "2026-03-02")
        #expect(shown.totals == totals)
        #expect(shown == issued)
        #expect(shown.lines.map(\.line) == example.content.lines)
    }

    @Test func `a draft is edited field by field`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let other = try office.client("Martin")
        let id = try office.draft(client, ["Design; 3; 450.00; 20", "Print; 1; 100; 20"])
        let before = try office.show(id.text)
        let edit = InvoiceEdit(
            client: other, due: .set(try #require(CivilDate(iso: "2026-05-01"))),
            replace: [1: try line("Design; 4; 450.00; 20")],
            remove: [2], append: [try line("Travel; 2; 10.50; 10")], prepaid: "5", rounding: "-0.01"
        )
        let edited = try office.write { try Invoices.edit($0, id, edit) }
        #expect(try office.show(id.text) == edited)
        #expect(edited.lines.map(\.line.name) == ["Design", "Travel"])
        #expect(edited.lines[0].id == before.lines[0].id)
        #expect(edited.totals?.net == 182_100)
        #expect(edited.totals?.due == 217_809)
        #expect(edited.clientName == "Martin")
        #expect(throws: BillingFailure.nothingToChange) {
            try office.write { try Invoices.edit($0, id, edit: [1: "Design; 4.0; 450; 20"]) }
        }
        #expect(throws: BillingFailure.noSuchLine(number: 3, count: 2)) {
            try office.write { try Invoices.edit($0, id, InvoiceEdit(remove: [3])) }
        }
        let cleared = try office.write { try Invoices.edit($0, id, InvoiceEdit(due: .clear)) }
        #expect(cleared.due == nil)
    }

    @Test func `a whole content takes a draft's place and keeps its lines' rows`() throws {
        let office = try Office()
        let id = try office.draft(
            try office.client("Dupont"), ["A; 1; 1; 20", "B; 1; 1; 20", "C; 1; 1; 20"])
        let before = try office.show(id.text)
        var content = DraftContent(
            currency: try Currency("SEK"),
            lines: [try line("A; 2; 1; 25"), try line("B; 1; 1; 20")], prepaid: 50)
        content.lines[0].adjustments = [
            DraftContent.LineAdjustment(charge: false, amount: 10, reason: "less")
        ]
        content.adjustments = [
            DraftContent.Adjustment(
                charge: true, amount: 300, category: .standard,
                rate: Decimal(coefficient: 25, scale: 0))
        ]
        let edited = try office.write { try Invoices.edit($0, id, InvoiceEdit(content: content)) }
        #expect(try office.show(id.text) == edited)
        #expect(edited.lines.map(\.id) == before.lines.prefix(2).map(\.id))
        #expect(edited.totals == (try Totals(of: content)))
        #expect(edited.currency.code == "SEK")
        content.lines[0].adjustments = []
        content.adjustments = []
        #expect(
            try office.write { try Invoices.edit($0, id, InvoiceEdit(content: content)) }.totals
                == (try Totals(of: content)))
        #expect(try office.show(id.text).totals == (try Totals(of: content)))
    }

    @Test func `a draft is removed with its lines, an issued invoice is not`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let id = try office.draft(client)
        _ = try office.write { try Invoices.remove($0, id) }
        #expect(
            try office.read { try Invoices.list($0, asOf: try Office.moment("2026-03-01").today) }
                .isEmpty)
        #expect(throws: BillingFailure.self) { try office.show(id.text) }
        let second = try office.draft(client)
        try office.issue(second)
        #expect(throws: BillingFailure.alreadyIssued(number: "F-0001")) {
            try office.write { try Invoices.remove($0, second) }
        }
        #expect(throws: BillingFailure.alreadyIssued(number: "F-0001")) {
            try office.write { try Invoices.edit($0, second, InvoiceEdit(prepaid: "1")) }
        }
        #expect(throws: BillingFailure.alreadyIssued(number: "F-0001")) { try office.issue(second) }
    }

    @Test func `numbers are continuous and dates never go back`() throws {
        let office = try Office()
        let client = try office.client("Dupont", terms: "10d")
        #expect(try office.issue(try office.draft(client), date: "2026-03-02").number == "F-0001")
        let second = try office.issue(try office.draft(client), date: "2026-03-05")
        #expect(second.number == "F-0002")
        #expect(second.due?.iso == "2026-03-15")
        #expect(second.hash?.count == 64)
        #expect(
            throws: BillingFailure.dateGoesBack(
                series: "F", date: try Office.moment("2026-03-04").today, lastNumber: "F-0002",
                lastDate: try Office.moment("2026-03-05").today)
        ) { try office.issue(try office.draft(client), date: "2026-03-04") }
        #expect(throws: BillingFailure.noLines) {
            try office.issue(try office.draft(client, []), date: "2026-03-06")
        }
        let due = try office.draft(client)
        _ = try office.write {
            try Invoices.edit(
                $0, due, InvoiceEdit(due: .set(try Office.moment("2026-03-05").today)))
        }
        #expect(
            throws: BillingFailure.dueBeforeIssue(
                due: try Office.moment("2026-03-05").today,
                date: try Office.moment("2026-03-06").today)
        ) {
            try office.issue(due, date: "2026-03-06")
        }
        #expect(try office.issue(try office.draft(client), date: "2026-03-05").number == "F-0003")
        #expect(try office.read { try Findings.list($0) }.isEmpty)
    }

    @Test func `without a date an implausible today is questioned`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        func issueToday(_ today: String) throws {
            let id = try office.draft(client, date: "2026-03-01")
            _ = try office.write { try Invoices.issue($0, id, on: nil, at: Office.moment(today)) }
        }
        let newest = try Office.moment("2026-03-01").today
        for wrong in ["2026-02-26", "2027-03-03"] {
            #expect(
                throws: BillingFailure.implausibleToday(
                    today: try Office.moment(wrong).today, newest: newest)
            ) { try issueToday(wrong) }
        }
        try issueToday("2026-02-28")
        try issueToday("2026-03-20")
    }

    @Test func `French books refuse what the law demands, others name it`() throws {
        let open = try Office()
        let id = try open.draft(try open.client("Dupont"))
        let issued = try open.write {
            try Invoices.issue($0, id, on: nil, at: Office.moment("2026-03-01"))
        }
        #expect(issued.gaps.contains(.sellerSiren))
        #expect(issued.gaps.contains(.buyerAddress))

        let french = try Office(country: "fr")
        let client = try french.client("Dupont")
        let draft = try french.draft(client)
        #expect(throws: BillingFailure.incomplete(issued.gaps)) { try french.issue(draft) }
        _ = try french.write {
            try Books.edit(
                $0,
                SettingsInput(details: [
                    "legalForm": "EI", "address": "1 rue du Port\n59000 Lille",
                    "siren": "732829320", "registration": "RM 59",
                    "vatId": "FR44732829320", "penalty": "three times the legal rate",
                    "discount": "none", "nature": "services",
                ]))
        }
        #expect(throws: BillingFailure.incomplete([.buyerAddress])) { try french.issue(draft) }
        _ = try french.write {
            try Clients.edit($0, client, ClientInput(address: "2 rue du Bac, Paris"))
        }
        #expect(try french.issue(draft).number == "F-0001")
        let exempt = try french.draft(client, ["Course; 1; 100; 0; E"])
        #expect(throws: BillingFailure.incomplete([.exemption])) { try french.issue(exempt) }
    }

    @Test func `lists show issued invoices by date and then drafts`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let first = try office.draft(client)
        let second = try office.draft(client)
        let third = try office.draft(client)
        try office.issue(third, date: "2026-03-02")
        try office.issue(first, date: "2026-03-03")
        let list = { (status: InvoiceStatus?, date: String) in
            try office.read {
                try Invoices.list($0, status: status, asOf: try Office.moment(date).today)
            }
        }
        #expect(try list(nil, "2026-03-03").map(\.id) == [third.text, first.text, second.text])
        #expect(try list(.draft, "2026-03-03").map(\.id) == [second.text])
        #expect(try list(.overdue, "2026-04-02").map(\.number) == ["F-0001"])
        #expect(try list(.due, "2026-04-02").map(\.number) == ["F-0002"])
        #expect(try list(nil, "2026-03-03")[2].sums?.due == 162_000)
    }

    @Test func `an invoice's JSON has the keys of the contract`() throws {
        let office = try Office()
        let id = try office.draft(try office.client("Dupont \"&\" Co"))
        try office.issue(id)
        try office.pay("f-0001", "20")
        let json = try office.show("F-0001").json
        let text = json.text
        #expect(
            text.hasPrefix(
                #"{"id":"\#(id.text)","number":"F-0001","status":"issued","flags":["part paid"],"issued":"2026-03-02","due":"2026-04-01","client":""#
            ))
        #expect(
            text.contains(#""clientName":"Dupont \"&\" Co","currency":"EUR","lines":[{"id":"r"#))
        #expect(
            text.contains(
                #""name":"Design","quantity":"3","unit":null,"price":"450.00","priceBase":null,"adjustments":[],"category":"S","rate":"20","net":"1350.00"}]"#
            ))
        #expect(
            text.contains(
                #""totals":{"lines":"1350.00","allowances":"0.00","charges":"0.00","net":"1350.00","vat":"270.00","gross":"1620.00","prepaid":"0.00","rounding":"0.00","due":"1620.00","groups":[{"category":"S","rate":"20","basis":"1350.00","vat":"270.00"}]}"#
            ))
        #expect(text.contains(#""paid":"20.00","balance":"1600.00""#))
        #expect(try JSON(reading: Array(text.utf8)) == json)
    }

    @Test func `a value that another program wrote is flagged and stops nothing else`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let id = try office.draft(client)
        let line = try #require(try office.show(id.text).lines.first).id
        try office.write { try $0.put("lines", try #require(RowID(line)), ["quantity": "many"]) }
        #expect(try office.show(id.text).flags == [.unreadable])
        #expect(
            try office.read { try Invoices.list($0, asOf: try Office.moment("2026-03-01").today) }[
                0
            ].sums == nil)
        #expect(throws: BillingFailure.damaged(table: "lines", row: line, field: "quantity")) {
            try office.issue(id)
        }
        try office.write { try $0.put("invoices", id, ["prepaid": .integer(.min)]) }
        #expect(try office.show(id.text).flags == [.unreadable])
    }

    @Test func `an invoice whose content is too large is refused, and takes no number`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let note = String(repeating: "x", count: 4_000)
        func draft(_ lines: Int) throws -> RowID {
            var content = DraftContent(currency: .eur, lines: [])
            for index in 0..<lines {
                var line = try DraftContent.Line(syntax: "Line \(index); 1; 10; 20")
                line.note = note
                content.lines.append(line)
            }
            let view = try office.write {
                try Invoices.new(
                    $0, client: client, content, due: nil, at: Office.moment("2026-03-01"))
            }
            return try #require(RowID(view.id))
        }
        let large = try draft(17)
        let failure = #expect(throws: BillingFailure.self) { try office.issue(large) }
        guard case .contentTooLarge(let bytes, let limit) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(limit == 65_536)
        #expect(bytes > limit)
        #expect(try office.show(large.text).number == nil)
        // A little less is issued, and with the first number.
        #expect(try office.issue(try draft(15)).number == "F-0001")
    }
}

extension Invoices {
    fileprivate static func edit(_ writing: Writing, _ id: RowID, edit lines: [Int: String]) throws
        -> InvoiceView
    {
        try edit(
            writing, id,
            InvoiceEdit(replace: try lines.mapValues { try DraftContent.Line(syntax: $0) }))
    }
}
