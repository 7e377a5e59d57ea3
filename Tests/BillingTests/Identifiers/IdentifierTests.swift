import Testing

@testable import Billing

struct IdentifierTests {
    @Test func `a SIREN is checked by its last digit`() throws {
        #expect(try Identifiers.siren("732 829 320") == "732829320")
        #expect(try Identifiers.siren("356000000") == "356000000")
        #expect(throws: BillingFailure.identifier(.siren, text: "732829321", .checkDigits)) {
            try Identifiers.siren("732829321")
        }
        #expect(throws: BillingFailure.identifier(.siren, text: "73282932", .shape)) {
            try Identifiers.siren("73282932")
        }
        #expect(throws: BillingFailure.identifier(.siren, text: "73282932a", .shape)) {
            try Identifiers.siren("73282932a")
        }
    }

    @Test func `a SIRET begins with a SIREN`() throws {
        #expect(try Identifiers.sirenOrSiret("732 829 320 00074") == "73282932000074")
        #expect(try Identifiers.sirenOrSiret("732829320") == "732829320")
        #expect(try Identifiers.sirenOrSiret("35600000049837") == "35600000049837")
        for wrong in ["73282932000075", "73282932100074", "7328293200007", ""] {
            #expect(throws: BillingFailure.self) { try Identifiers.sirenOrSiret(wrong) }
        }
    }

    @Test func `a French VAT id is checked by its key`() throws {
        #expect(try Identifiers.vatID("FR 44 732829320") == "FR44732829320")
        #expect(throws: BillingFailure.identifier(.vatId, text: "FR45732829320", .checkDigits)) {
            try Identifiers.vatID("FR45732829320")
        }
        for wrong in ["", "FR", "12345678901", "FR4473282932", "DE!!", "FR44-+2829320"] {
            #expect(throws: BillingFailure.self) { try Identifiers.vatID(wrong) }
        }
    }

    /// Valid ids that the countries' own rules or their tax offices publish as examples.
    @Test(
        arguments: [
            "ATU12345675", "BE0411905847", "DE136695976", "DK13585628", "EE100931558",
            "EL094259216", "ESB58378431", "ES54362315K", "FI20774740", "GB980780684",
            "HR33392005961",
            "HU12892312", "IE6433435F", "IE3628739UA", "IT00743110157", "LU15027442", "MT11679112",
            "NL004495445B01", "PL8567346215", "PT501964843", "RO18547290", "SE123456789701",
            "SI50223054", "SK2022749619", "CHE107787577IVA", "FRK7399859412", "CY10259033P",
        ])
    func `VAT ids of many countries are checked by their own digits`(id: String) throws {
        #expect(try Identifiers.vatID(id) == id)
        #expect(try Identifiers.vatID(" \(id.prefix(2)) \(id.dropFirst(2).lowercased())") == id)
        // One digit that the rule weighs: of the Dutch and the Swedish the last two only count.
        let unchecked = ["CY", "CH", "ES"]
        guard !unchecked.contains(String(id.prefix(2))), !id.hasPrefix("FRK") else { return }
        var characters = Array(id)
        let isCounted = id.hasPrefix("NL") || id.hasPrefix("SE")
        let place = isCounted ? 6 : characters[2...].lastIndex { $0.isNumber } ?? 2
        let digit = characters[place].wholeNumberValue ?? 0
        characters[place] = Character(String((digit + 1) % 10))
        #expect(throws: BillingFailure.self, "\(String(characters))") {
            try Identifiers.vatID(String(characters))
        }
    }

    @Test(
        arguments: [
            "DE12345678", "BE2411905847", "NL004495445A01", "ITX0743110157", "ATX12345675", "PL1",
            "ES5436231", "IE64334", "RO1", "GB98078068", "LU1502744", "SE12345678970",
            "FR4473282932A",
        ])
    func `VAT ids of another shape are refused`(id: String) {
        #expect(throws: BillingFailure.self) { try Identifiers.vatID(id) }
    }

    @Test func `an IBAN is checked by its digits and its country's length`() throws {
        #expect(
            try Identifiers.iban("fr14 2004 1010 0505 0001 3M02 606")
                == "FR1420041010050500013M02606")
        #expect(try Identifiers.iban("DE89370400440532013000") == "DE89370400440532013000")
        #expect(try Identifiers.iban("BR1800360305000010009795493C1") != "")
        #expect(
            throws: BillingFailure.identifier(
                .iban, text: "DE88370400440532013000", .checkDigits)
        ) { try Identifiers.iban("DE88370400440532013000") }
        for wrong in [
            "", "DE", "DE8937040044053201300", "1234", "FR14-2004", "D189370400440532013000",
        ] {
            #expect(throws: BillingFailure.identifier(.iban, text: wrong, .shape)) {
                try Identifiers.iban(wrong)
            }
        }
    }

    @Test func `a BIC has eight or eleven letters and digits around a country`() throws {
        #expect(try Identifiers.bic("bnpa fr pp xxx") == "BNPAFRPPXXX")
        #expect(try Identifiers.bic("DEUTDEFF") == "DEUTDEFF")
        for wrong in ["", "BNPAFRPPX", "BNPAZZPP", "BNP-FRPP"] {
            #expect(throws: BillingFailure.identifier(.bic, text: wrong, .shape)) {
                try Identifiers.bic(wrong)
            }
        }
    }

    @Test func `a mail address must be able to be right`() throws {
        #expect(try Identifiers.email(" a.b+c@example.org ") == "a.b+c@example.org")
        #expect(try Identifiers.email("zoé@exemple.fr") == "zoé@exemple.fr")
        for wrong in [
            "", "a", "a@", "@b.c", "a@b", "a@b..c", "a b@c.d", "a@b@c.d", "a\u{0}@b.c", "<a@b.c>",
            "a@.c",
        ] {
            #expect(throws: BillingFailure.identifier(.email, text: wrong, .shape)) {
                try Identifiers.email(wrong)
            }
        }
    }

    @Test func `countries are those of ISO 3166`() throws {
        #expect(try Identifiers.country("fr") == "FR")
        #expect(throws: BillingFailure.country(text: "ZZ")) { try Identifiers.country("ZZ") }
        #expect(throws: BillingFailure.country(text: "")) { try Identifiers.country("") }
    }

    @Test func `names have one line and no control characters`() throws {
        #expect(try PlainText.line("  Zoé 👩‍💻 ", .name) == "Zoé 👩‍💻")
        #expect(throws: BillingFailure.text(.name, .empty)) { try PlainText.line(" \t", .name) }
        #expect(throws: BillingFailure.text(.name, .controlCharacter(at: 1))) {
            try PlainText.line("a\u{0}b", .name)
        }
        #expect(throws: BillingFailure.text(.name, .controlCharacter(at: 1))) {
            try PlainText.line("a\nb", .name)
        }
        #expect(throws: BillingFailure.text(.name, .tooLong(limit: 500))) {
            try PlainText.line(String(repeating: "a", count: 501), .name)
        }
        #expect(try PlainText.block("1 rue\n75001 Paris", .address) == "1 rue\n75001 Paris")
    }

    /// The first is the example of the Deutsche Bundesbank; of the second 123456 FR 00 leaves 26 modulo
    /// 97, and 98 - 26 = 72. The three signs in the middle are not checked.
    @Test func `a creditor identifier is checked by its digits, and not by its business code`()
        throws
    {
        for right in ["DE98ZZZ09999999999", "FR72ZZZ123456", "FR72A01123456", "fr72 zzz 123456"] {
            #expect(
                try Identifiers.creditor(right)
                    == right.uppercased().filter { !$0.isWhitespace })
        }
        for wrong in ["DE99ZZZ09999999999", "DE98ZZZ09999999998", "FR27ZZZ123456"] {
            #expect(throws: BillingFailure.identifier(.creditor, text: wrong, .checkDigits)) {
                try Identifiers.creditor(wrong)
            }
        }
        for wrong in ["", "FR72ZZZ", "XX72ZZZ123456", "FRAAZZZ123456", "FR72ZZZ12-456"] {
            #expect(throws: BillingFailure.identifier(.creditor, text: wrong, .shape)) {
                try Identifiers.creditor(wrong)
            }
        }
    }

    @Test func `a mandate's reference has the letters that banks take`() throws {
        #expect(try Identifiers.mandate(" M-2026/17 ") == "M-2026/17")
        let longest = String(repeating: "M", count: 35)
        #expect(try Identifiers.mandate(longest) == longest)
        for wrong in ["", longest + "M", "M 17", "M_17", "É1", "/M", "M/", "M//1"] {
            #expect(throws: BillingFailure.identifier(.mandate, text: wrong, .shape)) {
                try Identifiers.mandate(wrong)
            }
        }
    }
}
