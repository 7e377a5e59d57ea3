import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// A deposit counts once: it is deducted by one invoice that stands, or taken back.
struct DepositTests {
    private func ref(_ reading: Reading, _ number: String) throws -> InvoiceRef {
        try Lookup.invoice(reading, number, for: .reading)
    }

    /// F-0001, a deposit of 300 without VAT, and F-0002, the final invoice of 1000 that deducts it.
    private func office(devices: Int = 1) throws -> (Office, RowID) {
        let office = try Office(devices: devices)
        let client = try office.client("Blum")
        try office.issue(try office.deposit(client, "Deposit; 1; 300; 20"))
        if devices > 1 { try office.fleet.settle() }
        return (office, client)
    }

    private func final(_ office: Office, _ client: RowID, on device: Int = 0) throws -> RowID {
        let draft = try office.draft(client, ["Site; 1; 1000; 20"], on: device)
        _ = try office.write(on: device) {
            try Invoices.edit(
                $0, draft,
                InvoiceEdit(deduct: [try Invoices.deposit($0, try ref($0, "F-0001"))]))
        }
        return draft
    }

    private func credit(
        _ office: Office, _ number: String, _ part: Invoices.CreditPart = .whole
    ) throws -> RowID {
        let view = try office.write {
            try Invoices.credit(
                $0, try ref($0, number), part, reason: nil, at: Office.moment("2026-03-05"))
        }
        return try #require(RowID(view.id))
    }

    private func correct(_ office: Office, _ number: String) throws -> RowID {
        let view = try office.write {
            try Invoices.correct($0, try ref($0, number), at: Office.moment("2026-03-05"))
        }
        return try #require(RowID(view.id))
    }

    @Test func `a part that is credited frees no deposit, all of it does`() throws {
        let (office, client) = try office()
        try office.issue(try final(office, client))
        let again = try final(office, client)
        try office.issue(try credit(office, "F-0002", .net("100", rate: nil)))
        #expect(throws: BillingFailure.depositGone(number: "F-0001", final: "F-0002")) {
            try office.issue(again)
        }
        try office.issue(try credit(office, "F-0002", .net("900", rate: nil)))
        #expect(try office.issue(again).number == "F-0005")
    }

    @Test func `a corrective takes over the deposits of what it replaces, or frees them`() throws {
        let (office, client) = try office()
        try office.issue(try final(office, client))
        let again = try final(office, client)
        try office.issue(try correct(office, "F-0002"))
        #expect(throws: BillingFailure.depositGone(number: "F-0001", final: "F-0003")) {
            try office.issue(again)
        }
        let without = try correct(office, "F-0003")
        _ = try office.write {
            try Invoices.edit($0, without, InvoiceEdit(removesDeposits: true))
        }
        try office.issue(without)
        #expect(try office.issue(again).number == "F-0005")
    }

    @Test func `a deposit that an invoice deducts is credited once that one is`() throws {
        let (office, client) = try office()
        let early = try credit(office, "F-0001", .net("100", rate: nil))
        try office.issue(try final(office, client))
        let gone = BillingFailure.depositGone(number: "F-0001", final: "F-0002")
        #expect(throws: gone) { try credit(office, "F-0001") }
        #expect(throws: gone) { try office.issue(early) }
        try office.issue(try credit(office, "F-0002"))
        #expect(try office.issue(early).kind == .depositCredit)
    }

    @Test func `a deposit that two devices deduct is found until one invoice is taken back`()
        throws
    {
        let (office, client) = try office(devices: 2)
        _ = try office.write(on: 1) {
            try SeriesBook.open($0, name: "G", reason: "travels", at: Office.moment("2026-03-02"))
        }
        try office.fleet.settle()
        for device in 0...1 {
            try office.issue(try final(office, client, on: device), on: device)
        }
        try office.fleet.settle()
        func findings(on device: Int = 0) throws -> [Billing.Finding] {
            try office.read(on: device) { try Findings.list($0) }
        }
        for device in 0...1 {
            #expect(
                try findings(on: device) == [
                    .depositTwice(number: "F-0001", finals: ["F-0002", "G-0001"])
                ])
        }
        try office.issue(try credit(office, "G-0001"))
        #expect(try findings().isEmpty)
    }

    @Test(arguments: [Invoices.CreditPart.whole, .net("100", rate: nil)])
    func `a deposit that one device deducts while another takes it back is found`(
        part: Invoices.CreditPart
    ) throws {
        let (office, client) = try office(devices: 2)
        _ = try office.write(on: 1) {
            try SeriesBook.open($0, name: "G", reason: "travels", at: Office.moment("2026-03-02"))
        }
        try office.fleet.settle()
        try office.issue(try final(office, client, on: 1), on: 1)
        try office.issue(try credit(office, "F-0001", part))
        try office.fleet.settle()
        for device in 0...1 {
            #expect(
                try office.read(on: device) { try Findings.list($0) } == [
                    .depositTakenBack(number: "F-0001", final: "G-0001", notes: ["F-0002"])
                ])
        }
        try office.issue(try credit(office, "G-0001"))
        #expect(try office.read { try Findings.list($0) }.isEmpty)
    }
}
