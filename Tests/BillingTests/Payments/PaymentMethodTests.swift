import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct PaymentMethodTests {
    @Test(
        arguments: [
            ("transfer", .transfer), ("Transfer", .transfer), (" tr ", .transfer),
            ("virement", .transfer), ("SEPA", .transfer), ("Chèque", .cheque), ("check", .cheque),
            ("ch", .cheque), ("card", .card), ("credit card", .card),
            ("direct debit", .directDebit),
            ("direct-debit", .directDebit), ("direct_d", .directDebit),
            ("Prélèvement", .directDebit),
            ("wallet", .wallet), ("link", .link), ("p2p", .person), ("person to person", .person),
            ("cash", .cash), ("espèces", .cash), ("crypto", .crypto), ("other", .other),
        ] as [(String, PaymentMethod)])
    func `a method is read by its word, its beginning, or what people write for it`(
        text: String, method: PaymentMethod
    ) throws {
        #expect(try PaymentMethod(text) == method)
    }

    /// `c` begins four words and `ca` two.
    @Test(arguments: ["c", "ca", "", "  ", "barter", "transferred", "t r"])
    func `what is none of them, or could be several, is refused with the list`(text: String) {
        #expect(
            throws: BillingFailure.choice(
                ChoiceFault(
                    field: "method", text: text,
                    allowed: [
                        "transfer", "cheque", "card", "direct debit", "wallet", "link",
                        "person to person", "cash", "crypto", "other",
                    ]))
        ) { try PaymentMethod(text) }
    }

    @Test func `one word is kept, on payments, drafts and clients alike`() throws {
        let office = try Office()
        let client = try office.write {
            try Clients.add(
                $0, ClientInput(name: "Dupont", fields: [.method: "Virement"]),
                at: Office.moment("2026-03-01"))
        }.client
        #expect(client[.method] == "transfer")
        let id = try #require(RowID(client.id))
        try office.issue(try office.draft(id))
        _ = try office.write {
            try Payments.pay(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), amount: "10", on: nil,
                method: "CHÈQUE", at: Office.moment("2026-03-03"))
        }
        #expect(try office.read { try Payments.list($0) }.map(\.method) == ["cheque"])
        #expect(throws: BillingFailure.self) {
            try office.write {
                try Payments.add(
                    $0, client: id, amount: "10", currency: nil, for: [], on: nil,
                    method: "barter", at: Office.moment("2026-03-03"))
            }
        }
        #expect(try office.read { try Payments.list($0) }.count == 1)
    }

    @Test func `what an earlier program kept as a method is shown, found and printed as it stands`()
        throws
    {
        let office = try Office()
        let client = try office.client("Dupont")
        let draft = try office.draft(client)
        _ = try office.write { try $0.put("invoices", draft, ["method": "Lydia, please"]) }
        try office.issue(draft)
        try office.pay("F-0001", "10")
        let first = try #require(try office.read { try Payments.list($0) }.first)
        let payment = try #require(RowID(first.id))
        _ = try office.write { try $0.put("payments", payment, ["method": "Lydia"]) }
        #expect(try office.read { try Payments.list($0) }.map(\.method) == ["Lydia"])
        let query = try Query<PaymentView>(
            where: "method=lydia", today: try #require(CivilDate(iso: "2026-03-10")))
        #expect(query.groups(try office.read { try Payments.list($0) })[0].rows.count == 1)
        #expect(try office.show("F-0001").details[.method] == "Lydia, please")
        // Another field of the same row is edited without a word about it.
        let second = try office.draft(client)
        _ = try office.write { try $0.put("invoices", second, ["method": "Lydia, please"]) }
        let edited = try office.write {
            try Invoices.edit($0, second, InvoiceEdit(details: [.po: "4711"]))
        }
        #expect(edited.details[.method] == "Lydia, please")
        for language in Language.allCases {
            #expect(PaymentMethod.printed("Lydia", language) == "Lydia")
        }
    }

    @Test func `documents and receipts tell the method in the language of the client`() throws {
        #expect(PaymentMethod.printed("transfer", .french) == "virement")
        #expect(PaymentMethod.printed("direct debit", .french) == "prélèvement")
        for method in PaymentMethod.allCases {
            #expect(PaymentMethod.printed(method.rawValue, .english) == method.rawValue)
        }
        let office = try Office()
        try office.issue(try office.draft(try office.client("Dupont")))
        let paid = try office.write {
            try Payments.pay(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), amount: "10", on: nil,
                method: "cash", at: Office.moment("2026-03-03"))
        }
        let receipt = try office.write {
            try Receipts.issue(
                $0, try #require(RowID(paid.payment.id)), at: Office.moment("2026-03-04"))
        }
        #expect(receipt.text(.french).contains("\nMode: espèces\n"))
        #expect(receipt.text(.english).contains("\nBy: cash\n"))
    }
}
