import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct SellerTests {
    @Test func `what the books say about their owner is kept and shown`() throws {
        let office = try Office(country: "FR")
        let typed = [
            "legalForm": "SARL", "capital": "1000", "address": "1 rue Nord\n75002 Paris",
            "siren": "732 829 320 00074", "registration": "RCS Paris 732 829 320",
            "vatId": "FR44732829320", "regime": "Debits", "email": "a@b.fr", "phone": "+33 1",
            "website": "b.fr", "language": "fr", "terms": "45 days end of month",
            "penalty": "trois fois le taux légal", "penaltyRate": "12.50", "discount": "néant",
            "nature": "services", "exemption": "art. 261", "showIban": "after:3",
            "payee": "Anne Nord", "owner": "Anne Nord", "wallet": "pay@nord.example",
            "link": "https://pay.example/nord", "creditor": "fr72 zzz 123456",
        ]
        #expect(Set(typed.keys) == Set(SettingsInput.detailFields))
        let settings = try office.write {
            try Books.edit($0, SettingsInput(details: typed))
        }
        #expect(settings.details["capital"] == "1000.00")
        #expect(settings.details["penaltyRate"] == "12.5")
        #expect(settings.details["creditor"] == "FR72ZZZ123456")
        #expect(settings.siren == "732829320")
        #expect(settings.regime == .debits)
        #expect(settings.accountRule == .after(3))
        #expect(settings.terms == (try Terms("45d eom")))
        #expect(try office.read { try Books.settings($0) } == settings)
        for (field, text) in [
            ("capital", "much"), ("regime", "none"), ("nature", "air"), ("language", "x"),
            ("showIban", "soon"), ("penaltyRate", "1000"), ("siren", "1"), ("vatId", "DE1"),
        ] {
            #expect(throws: BillingFailure.self, "\(field)") {
                try office.write { try Books.edit($0, SettingsInput(details: [field: text])) }
            }
        }
        #expect(try office.read { try Books.settings($0) } == settings)
    }

    @Test func `a company must name its capital, a person has none`() throws {
        func gaps(_ legalForm: String, capital: String? = nil) throws -> [Gap] {
            let office = try Office(country: "FR")
            var details = ["legalForm": legalForm, "owner": "Anna"]
            details["capital"] = capital
            _ = try office.write { try Books.edit($0, SettingsInput(details: details)) }
            let id = try office.draft(try office.client("A"))
            do {
                try office.issue(id)
                return []
            } catch BillingFailure.incomplete(let gaps) {
                return gaps
            }
        }
        #expect(try gaps("SARL").contains(.sellerCapital))
        #expect(try gaps("sas").contains(.sellerCapital))
        #expect(try !gaps("SARL", capital: "1000").contains(.sellerCapital))
        #expect(try !gaps("SARL au capital de 1 000 EUR").contains(.sellerCapital))
        #expect(try !gaps("EI").contains(.sellerCapital))
        #expect(try !gaps("Association").contains(.sellerCapital))
    }

    @Test func `the franchise and the option for debits say so on the invoice`() throws {
        func mentions(_ regime: String, _ line: String) throws -> Billing.JSON? {
            let office = try Office()
            _ = try office.write {
                try Books.edit($0, SettingsInput(country: "FR", details: sellerDetails(regime)))
            }
            let client = try office.write {
                try Clients.add(
                    $0, ClientInput(name: "A", address: "2 rue Sud"),
                    at: Office.moment("2026-03-01"))
            }.client
            try office.issue(try office.draft(try #require(RowID(client.id)), [line]))
            let text = try office.read { try $0.rows("SELECT content FROM documents") }
                .first?.text("content")
            return try Billing.JSON(reading: Array(try #require(text).utf8))["mentions"]
        }
        let franchise = try mentions("franchise", "A; 1; 1; 0; E")
        #expect(franchise?["exemption"] == .string("TVA non applicable, art. 293 B du CGI"))
        #expect(franchise?["debits"] == nil)
        let debits = try mentions("debits", "A; 1; 1; 20")
        #expect(
            debits?["debits"]
                == .string("Option pour le paiement de la taxe d'après les débits"))
        #expect(try mentions("receipts", "A; 1; 1; 20")?["debits"] == nil)
    }

    private func sellerDetails(_ regime: String) -> [String: String] {
        [
            "legalForm": "EI", "address": "1 rue Nord", "siren": "732829320",
            "registration": "RM 75", "vatId": "FR44732829320", "penalty": "12 %",
            "discount": "néant", "nature": "services", "regime": regime,
        ]
    }

    @Test func `bank accounts are entered once, changed and removed`() throws {
        let office = try Office(devices: 2)
        let iban = "FR14 2004 1010 0505 0001 3M02 606"
        for device in 0...1 {
            _ = try office.write(on: device) {
                try Accounts.add($0, iban: iban, at: Office.moment("2026-03-01"))
            }
        }
        try office.fleet.settle()
        let accounts = try office.read { try Accounts.list($0) }
        #expect(accounts.map(\.groupedIBAN) == [iban])
        let changed = try office.write {
            try Accounts.add(
                $0, iban: iban, bic: "BNPAFRPPXXX", label: "main",
                at: Office.moment("2026-03-02"))
        }
        #expect(try office.read { try Accounts.list($0) } == [changed])
        #expect(changed.bic == "BNPAFRPPXXX")
        #expect(throws: BillingFailure.nothingToChange) {
            try office.write { try Accounts.add($0, iban: iban, at: Office.moment("2026-03-02")) }
        }
        for name in ["MAIN", iban, "FR1420041010050500013M02606", "ma"] {
            let row = try office.read { try Lookup.account($0, name, for: .writing) }
            #expect(row.text == changed.id)
        }
        _ = try office.write {
            try Accounts.remove($0, try Lookup.account($0, "main", for: .writing))
        }
        #expect(try office.read { try Accounts.list($0) }.isEmpty)
        let again = try office.write {
            try Accounts.add($0, iban: iban, at: Office.moment("2026-03-03"))
        }
        #expect(again.id == changed.id)
        // Nothing of the former comes back with it.
        #expect(again.label == nil)
        #expect(try office.read { try Accounts.list($0) } == [again])
    }
}
