import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct ConfirmationTests {
    /// Two invoices of 100.00.
    private func office(devices: Int = 1) throws -> Office {
        let office = try Office(devices: devices)
        let client = try office.client("Dupont")
        for _ in 1...2 { try office.issue(try office.draft(client, ["A; 1; 100; 0"])) }
        if devices > 1 { try office.fleet.settle() }
        return office
    }

    private func confirm(
        _ office: Office, _ reference: String, _ amount: String, of number: String? = nil,
        on device: Int = 0, at time: String = "2026-03-20"
    ) throws -> PaymentResult {
        try office.write(on: device) { books in
            try Payments.confirm(
                books, reference: reference, on: try #require(CivilDate(iso: "2026-03-10")),
                amount: amount, of: number.map { try Lookup.invoice(books, $0, for: .writing) },
                at: Office.moment(time))
        }
    }

    @Test(arguments: ["F-0002", "VIR f-0002 DUPONT", "(F-0002), merci", "F-0002 F-0002"])
    func `the invoice is the one that the reference names, and its status moves by itself`(
        reference: String
    ) throws {
        let office = try office()
        let result = try confirm(office, reference, "100")
        #expect(result.number == "F-0002")
        #expect(result.status == .paid)
        #expect(result.payment.reference == reference)
        #expect(try office.show("F-0002").status == .paid)
        #expect(try office.show("F-0002", asOf: "2026-03-09").balance == 10_000)
        #expect(try office.show("F-0001").balance == 10_000)
    }

    @Test func `a reference that names none or several changes nothing, and those are told`() throws
    {
        let office = try office()
        try office.pay("F-0001", "40")
        func candidates(_ reference: String, _ amount: String) throws -> [String] {
            do {
                _ = try confirm(office, reference, amount)
                return ["entered"]
            } catch BillingFailure.paymentUnmatched(_, let candidates) {
                return candidates.map(\.label)
            }
        }
        #expect(try candidates("VIR DUPONT", "60") == ["F-0001"])
        #expect(try candidates("VIR DUPONT F-0099", "61") == [])
        #expect(try candidates("F-0001 F-0002", "160") == ["F-0001", "F-0002"])
        #expect(try office.read { try Payments.list($0) }.count == 1)
        #expect(try confirm(office, "VIR DUPONT", "60", of: "F-0001").balance == 0)
    }

    @Test func `the same confirmation is one payment, on one device and on two`() throws {
        let office = try office(devices: 2)
        let first = try confirm(office, "VIR F-0001", "60", on: 0)
        #expect(throws: BillingFailure.paymentKnown(id: first.payment.id)) {
            try confirm(office, "vir f-0001 ", "60.00", on: 0)
        }
        let second = try confirm(office, "VIR F-0001", "60", on: 1, at: "2026-03-21")
        #expect(first.payment.id == second.payment.id)
        try office.fleet.settle()
        for device in 0...1 {
            #expect(try office.read(on: device) { try Payments.list($0) }.count == 1)
            #expect(try office.show("F-0001", on: device, asOf: "2026-03-31").balance == 4_000)
            #expect(try office.read(on: device) { try $0.conflicts() }.isEmpty)
        }
        // Another day or amount is another payment.
        #expect(try confirm(office, "VIR F-0001", "10", at: "2026-03-22").balance == 3_000)
    }
}
