import Testing

@testable import Billing

struct StatusTests {
    private func date(_ iso: String) throws -> CivilDate { try #require(CivilDate(iso: iso)) }

    private func facts(paid: Int64 = 0) throws -> InvoiceFacts {
        InvoiceFacts(
            issued: try date("2026-01-01"), due: try date("2026-01-31"), amount: 10_000, paid: paid)
    }

    @Test func `a draft is a draft, and so is what is issued later`() throws {
        #expect(InvoiceStatus(of: InvoiceFacts(), on: try date("2026-01-01")) == .draft)
        #expect(InvoiceStatus(of: try facts(), on: try date("2025-12-31")) == .draft)
    }

    @Test func `an invoice becomes due seven days before and overdue the day after`() throws {
        let facts = try facts()
        #expect(InvoiceStatus(of: facts, on: try date("2026-01-23")) == .issued)
        #expect(InvoiceStatus(of: facts, on: try date("2026-01-24")) == .due)
        #expect(InvoiceStatus(of: facts, on: try date("2026-01-31")) == .due)
        #expect(InvoiceStatus(of: facts, on: try date("2026-02-01")) == .overdue)
        var sent = facts
        sent.sent = try date("2026-01-05")
        #expect(InvoiceStatus(of: sent, on: try date("2026-01-04")) == .issued)
        #expect(InvoiceStatus(of: sent, on: try date("2026-01-05")) == .sent)
        #expect(InvoiceStatus(of: sent, on: try date("2026-01-24")) == .due)
    }

    @Test func `payments and credits settle it`() throws {
        let late = try date("2026-03-01")
        #expect(InvoiceStatus(of: try facts(paid: 9_999), on: late) == .overdue)
        #expect(InvoiceStatus(of: try facts(paid: 10_000), on: late) == .paid)
        #expect(InvoiceStatus(of: try facts(paid: 20_000), on: late) == .paid)
        var credited = try facts()
        credited.credited = 10_000
        #expect(InvoiceStatus(of: credited, on: late) == .credited)
        var refund = try facts()
        refund.amount = -500
        #expect(InvoiceStatus(of: refund, on: late) == .issued)
        refund.paid = -500
        #expect(InvoiceStatus(of: refund, on: late) == .paid)
        var lost = try facts()
        lost.writtenOff = late
        #expect(InvoiceStatus(of: lost, on: late) == .writtenOff)
        #expect(InvoiceStatus(of: lost, on: try date("2026-02-28")) == .overdue)
    }

    @Test func `flags stand beside overdue and never hide it`() throws {
        let late = try date("2026-03-01")
        var facts = try facts(paid: 100)
        facts.disputed = true
        facts.extendedTo = try date("2026-04-01")
        #expect(InvoiceStatus(of: facts, on: late) == .overdue)
        #expect(InvoiceFlag.flags(of: facts, on: late) == [.partPaid, .disputed, .extended])
        #expect(InvoiceFlag.flags(of: try self.facts(paid: 10_001), on: late) == [.overpaid])
        #expect(InvoiceFlag.flags(of: try self.facts(paid: 10_000), on: late).isEmpty)
    }

    @Test(
        arguments: [
            (0, .notDue), (1, .upTo30), (30, .upTo30), (31, .upTo60), (60, .upTo60), (61, .over60),
            (-5, .notDue),
        ] as [(Int, AgingBucket)])
    func `aging counts from the due date`(days: Int, bucket: AgingBucket) throws {
        let due = try date("2026-01-31")
        #expect(AgingBucket(due: due, on: try #require(due.adding(days: days))) == bucket)
    }
}
