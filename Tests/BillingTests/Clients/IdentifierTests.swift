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
        #expect(try Identifiers.vatID("de123456789") == "DE123456789")
        #expect(try Identifiers.vatID("BE 0123.456.789") == "BE0123456789")
        #expect(throws: BillingFailure.identifier(.vatId, text: "FR45732829320", .checkDigits)) {
            try Identifiers.vatID("FR45732829320")
        }
        for wrong in ["", "FR", "12345678901", "FR4473282932", "DE!!", "FR44-+2829320"] {
            #expect(throws: BillingFailure.self) { try Identifiers.vatID(wrong) }
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
}
