import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct ExchangeTests {
    /// Invoices in dollars at 0.9217 euros each, or at no rate.
    private func office(_ amounts: [(String, rate: String?)]) throws -> Office {
        let office = try Office()
        let client = try office.client("Smith")
        for (amount, rate) in amounts {
            var content = DraftContent(
                currency: try Currency("USD"),
                lines: [try DraftContent.Line(syntax: "A; 1; \(amount); 0")])
            content.details[.exchange] = rate
            let draft = try office.write {
                try Invoices.new(
                    $0, client: client, content, due: nil, at: Office.moment("2026-03-01"))
            }
            try office.issue(try #require(RowID(draft.id)))
        }
        return office
    }

    private func gains(_ office: Office) throws -> [ExchangeGain] {
        try office.read {
            try ExchangeGains.list(
                $0, from: try #require(CivilDate(iso: "2026-01-01")),
                to: try #require(CivilDate(iso: "2026-12-31")))
        }
    }

    private func pay(
        _ office: Office, _ number: String, _ amount: String, euros: String?
    ) throws -> RowID {
        let result = try office.write {
            try Payments.pay(
                $0, try Lookup.invoice($0, number, for: .writing), amount: amount,
                on: CivilDate(iso: "2026-03-10"), euros: euros, at: Office.moment("2026-03-10"))
        }
        return try #require(RowID(result.payment.id))
    }

    /// 1 000 x 0.9217 = 921.70; 333.33 x 0.9217 = 307.230261, so 307.23.
    @Test func `a payment is compared with what its invoice stood for, to the cent`() throws {
        let office = try office([("1000", rate: "0.9217"), ("333.33", rate: "0.9217")])
        _ = try pay(office, "F-0001", "1000", euros: "905.10")
        _ = try pay(office, "F-0002", "333.33", euros: "310")
        let gains = try gains(office)
        #expect(gains.map(\.invoiced) == [92_170, 30_723])
        #expect(gains.map(\.received) == [90_510, 31_000])
        #expect(gains.map(\.gain) == [-1_660, 277])
    }

    /// 150.00 dollars, 100.00 of them for the invoice and 50.00 as credit: of 140.00 euros two thirds, cut
    /// off to 93.33, are the invoice's; 100 x 0.9217 = 92.17.
    @Test func `the euros of a payment are split over what it settles and what is left`() throws {
        let office = try office([("100", rate: "0.9217")])
        let payment = try pay(office, "F-0001", "150", euros: "140")
        #expect(try gains(office).map(\.received) == [9_333])
        #expect(try gains(office).map(\.gain) == [116])
        _ = try office.write {
            try Payments.reverse(
                $0, payment, reason: nil, on: CivilDate(iso: "2026-03-11"),
                at: Office.moment("2026-03-11"))
        }
        #expect(try gains(office).map(\.gain) == [116, -116])
    }

    @Test func `where a rate or the euros are not known nothing is made up`() throws {
        let office = try office([("100", rate: nil), ("100", rate: "0.9217")])
        _ = try pay(office, "F-0001", "100", euros: "92")
        _ = try pay(office, "F-0002", "100", euros: nil)
        let gains = try gains(office)
        #expect(gains.map(\.gain) == [nil, nil])
        #expect(gains.map(\.invoiced) == [nil, 9_217])
        #expect(gains.map(\.received) == [9_200, nil])
    }

    @Test func `euros of a payment in euros, or none at all, are refused`() throws {
        let office = try office([("100", rate: nil)])
        try office.issue(try office.draft(try office.client("Dupont")))
        #expect(throws: BillingFailure.self) {
            try pay(office, "F-0002", "100", euros: "100")
        }
        for wrong in ["0", "-1", "x"] {
            #expect(throws: BillingFailure.self) { try pay(office, "F-0001", "1", euros: wrong) }
        }
        #expect(try office.read { try Payments.list($0) }.isEmpty)
    }
}
