import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct IssuedConflictTests {
    /// Two devices with one draft of two lines.
    private func office() throws -> (Office, RowID) {
        let office = try Office(devices: 2)
        let id = try office.draft(
            try office.client("Dupont"), ["Design; 3; 450.00; 20", "Print; 1; 100; 20"])
        try office.fleet.settle()
        return (office, id)
    }

    private func conflicts(_ office: Office, on device: Int = 0) throws -> [IssuedConflict] {
        try office.read(on: device) { try IssuedConflicts.list($0) }
    }

    @Test func `an edit made elsewhere while issuing is shown and can be put back`() throws {
        let (office, id) = try office()
        let before = try office.issue(id)
        #expect(try conflicts(office).isEmpty)
        let edit = InvoiceEdit(
            replace: [1: try DraftContent.Line(syntax: "Design; 5; 450.00; 20")], remove: [2],
            append: [try DraftContent.Line(syntax: "More; 1; 1; 20")],
            prepaid: "7")
        _ = try office.write(on: 1) { try Invoices.edit($0, id, edit) }
        try office.fleet.settle()
        let found = try conflicts(office)
        #expect(try conflicts(office, on: 1) == found)
        #expect(found.map(\.table) == ["invoices", "lines", "lines", "lines"])
        #expect(Set(found.map(\.field)) == ["prepaid", "quantity", nil])
        #expect(
            found.contains { $0.field == "quantity" && $0.shown == "3" && $0.alternative == "5" })
        let shown = try office.show("F-0001", asOf: "2026-03-02")
        #expect(shown.totals == before.totals)
        #expect(shown.flags == [.changedAfterIssue])
        #expect(throws: BillingFailure.issuedIsFrozen(number: "F-0001")) {
            try office.read { try IssuedConflicts.refuseTaking($0, id: found[0].id) }
        }
        for conflict in found {
            _ = try office.write { try IssuedConflicts.keep($0, id: conflict.id) }
        }
        #expect(try conflicts(office).isEmpty)
        try office.fleet.settle()
        #expect(try conflicts(office, on: 1).isEmpty)
        #expect(try office.show("F-0001", on: 1, asOf: "2026-03-02") == before)
        #expect(throws: BillingFailure.conflictGone(id: found[0].id)) {
            try office.write { try IssuedConflicts.keep($0, id: found[0].id) }
        }
    }

    @Test func `a draft removed elsewhere while issuing stays issued`() throws {
        let (office, id) = try office()
        let before = try office.issue(id)
        _ = try office.write(on: 1) { try Invoices.remove($0, id) }
        try office.fleet.settle()
        #expect(try office.show("F-0001", asOf: "2026-03-02").totals == before.totals)
        let found = try conflicts(office)
        #expect(found.count == 3)
        #expect(found.allSatisfy { $0.alternative == .null && $0.field == nil })
        for conflict in found {
            _ = try office.write { try IssuedConflicts.keep($0, id: conflict.id) }
        }
        #expect(try conflicts(office).isEmpty)
    }

    @Test func `a draft issued on two devices has two documents, both listed`() throws {
        let (office, id) = try office()
        _ = try office.write(on: 1) {
            try SeriesBook.open($0, name: "F2", reason: nil, at: Office.moment("2026-03-01"))
        }
        let first = try office.issue(id, date: "2026-03-02")
        let second = try office.issue(id, on: 1, date: "2026-03-03")
        try office.fleet.settle()
        let list = try office.read {
            try Invoices.list($0, asOf: try Office.moment("2026-03-03").today)
        }
        #expect(list.map(\.number) == ["F-0001", "F2-0001"])
        #expect(list.allSatisfy { $0.flags == [.issuedTwice] && $0.id == id.text })
        #expect(
            try office.read { try Findings.list($0) } == [
                .issuedTwice(invoice: id.text, numbers: ["F-0001", "F2-0001"])
            ])
        #expect(try office.show(id.text).number == "F-0001")
        #expect(try office.show("F-0001").flags == [.issuedTwice])
        #expect(try office.show(try #require(second.document)).number == "F2-0001")
        try office.pay("F2-0001", "1740")
        #expect(try office.show("F2-0001").balance == 0)
        #expect(try office.show("F-0001").balance == first.balance)
        let owed = try office.owed(asOf: "2026-03-10")
        #expect(owed.findings.count == 1)
        #expect(owed.clients.map(\.sums.owed) == [first.balance])
        #expect(owed.clients[0].invoices.map(\.number) == ["F-0001"])
    }

    @Test func `a draft issued on two devices is no more so once one document is taken back`()
        throws
    {
        let (office, id) = try office()
        _ = try office.write(on: 1) {
            try SeriesBook.open($0, name: "F2", reason: nil, at: Office.moment("2026-03-01"))
        }
        try office.issue(id, date: "2026-03-02")
        try office.issue(id, on: 1, date: "2026-03-03")
        try office.fleet.settle()
        let note = try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, "F2-0001", for: .writing), .whole, reason: nil,
                at: Office.moment("2026-03-04"))
        }
        try office.issue(try #require(RowID(note.id)), date: "2026-03-04")
        let list = try office.read {
            try Invoices.list($0, asOf: try Office.moment("2026-03-04").today)
        }
        #expect(list.map(\.number) == ["F-0001", "F2-0001", "F-0002"])
        #expect(list.allSatisfy { $0.flags.isEmpty })
        for number in ["F-0001", "F2-0001"] { #expect(try office.show(number).flags.isEmpty) }
        #expect(try office.read { try Findings.list($0) }.isEmpty)
    }

    @Test func `two documents with one number are found, and neither is renumbered`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        let (one, other) = (try office.draft(client), try office.draft(client))
        try office.fleet.publish(0)
        let twin = try office.fleet.copy(0, withState: true)
        try office.issue(one)
        try office.issue(other, on: twin)
        try office.fleet.settle()
        let findings = try office.read { try Findings.list($0) }
        #expect(findings.count == 1)
        guard case .numberTwice(let number, let documents)? = findings.first else {
            Issue.record("\(findings)")
            return
        }
        #expect(number == "F-0001")
        #expect(documents.count == 2)
        #expect(try office.read(on: twin) { try Findings.list($0) } == findings)
        #expect(throws: BillingFailure.self) { try office.show("F-0001") }
        #expect(try office.show(documents[1]).flags == [.numberTwice])
    }

    @Test func `a document keeps its hash and its fingerprint`() throws {
        let (office, id) = try office()
        let issued = try office.issue(id)
        let row = try #require(try office.read { try $0.rows("SELECT * FROM documents") }.first)
        let content = try #require(row.text("content"))
        #expect(ContentHash.hexadecimal(content.utf8) == issued.hash)
        #expect(row.integer("draft") == (try office.read { try DraftRows($0, id) })?.fingerprint)
        #expect(try JSON(reading: Array(content.utf8))["buyer"]?["name"] == .string("Dupont"))
        // What a document says is for good: this text may only change with a new kind of content.
        #expect(
            content.hasPrefix(
                #"{"kind":"380","series":"F","number":"F-0001","date":"2026-03-02","due":"2026-04-01","currency":"EUR","terms":"30d","seller":{"name":"Atelier Nord"},"buyer":{"id":""#
            ))
    }
}
