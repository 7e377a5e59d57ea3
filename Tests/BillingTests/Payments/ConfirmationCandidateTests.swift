import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct ConfirmationCandidateTests {
    /// What a reference that names no invoice may mean, with this amount.
    private func candidates(_ office: Office, _ amount: String) throws -> [String] {
        do {
            _ = try office.write {
                try Payments.confirm(
                    $0, reference: "nothing", on: try #require(CivilDate(iso: "2026-03-10")),
                    amount: amount, at: Office.moment("2026-03-20"))
            }
            return ["entered"]
        } catch BillingFailure.paymentUnmatched(_, let candidates) {
            return candidates.map(\.label)
        }
    }

    @Test func `what is open in a currency without cents stands in no other's way`() throws {
        let office = try Office()
        let (tokyo, paris) = (try office.client("Aoki"), try office.client("Dupont"))
        let yen = DraftContent(
            currency: try Currency("JPY"), lines: [try DraftContent.Line(syntax: "A; 1; 100; 0")])
        let draft = try office.write {
            try Invoices.new($0, client: tokyo, yen, due: nil, at: Office.moment("2026-03-01"))
        }
        try office.issue(try #require(RowID(draft.id)))
        try office.issue(try office.draft(paris, ["A; 1; 100.50; 0"]))
        #expect(try candidates(office, "100.50") == ["F-0002"])
        #expect(try candidates(office, "100") == ["F-0001"])
        #expect(try candidates(office, "100.505") == [])
    }

    @Test func `what is no amount in any currency is said to be none`() throws {
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont")))
        #expect(throws: BillingFailure.number(.amount, text: "ten", .notANumber(at: 0))) {
            try candidates(office, "ten")
        }
    }
}
