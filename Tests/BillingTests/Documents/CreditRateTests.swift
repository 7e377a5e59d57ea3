import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct CreditRateTests {
    private func credit(_ office: Office, _ net: String, rate: String?) throws -> InvoiceView {
        try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .net(net, rate: rate),
                reason: nil, at: Office.moment("2026-03-05"))
        }
    }

    @Test func `an amount is credited under one of the invoice's rates, which a refusal names`()
        throws
    {
        let office = try Office()
        try office.issue(
            try office.draft(
                try office.client("Dupont"), ["A; 1; 100; 20", "B; 1; 50; 5.5", "C; 1; 10; 20"]))
        let rates = try ["5.5", "20"].map { try Decimal($0, as: .rate) }
        for rate in [nil, "10"] {
            #expect(
                throws: BillingFailure.creditRate(number: "F-0001", amount: "1", rates: rates)
            ) { try credit(office, "1", rate: rate) }
        }
        #expect(try credit(office, "1", rate: "20.0").sums?.due == -120)
    }

    @Test func `one rate in two categories is told once`() throws {
        let office = try Office()
        try office.issue(
            try office.draft(try office.client("Dupont"), ["A; 1; 100; 0; Z", "B; 1; 50; 0; E"]))
        #expect(
            throws: BillingFailure.creditRate(number: "F-0001", amount: "1", rates: [.zero])
        ) { try credit(office, "1", rate: "0") }
    }
}
