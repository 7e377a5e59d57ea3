import Billing
import Testing

@testable import jalon

struct `An amount credited under no rate` {
    @Test func `is refused with the rates that there are and how to name one`() throws {
        let rates = try ["5.5", "20"].map { try Decimal($0, as: .rate) }
        let failure = Failure(
            BillingFailure.creditRate(number: "F-0001", amount: "1", rates: rates))
        #expect(failure.status == .badInput)
        let text = failure.lines.joined(separator: "\n")
        #expect(text.contains("“1” does not say which VAT of F-0001 it is under."))
        #expect(text.contains("5.5 %, 20 %"))
        #expect(text.contains("jalon invoice credit F-0001 --net 1 --rate 5.5"))
        #expect(text.contains("jalon invoice credit F-0001 --net 1 --rate 20"))
        #expect(text.contains("jalon invoice credit F-0001 --line N"))
        #expect(!text.contains("--discount"))
    }
}
