import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct DocumentTextTests {
    private func office() throws -> (Office, RowID) {
        let office = try Office()
        _ = try office.write {
            try Books.edit(
                $0,
                SettingsInput(
                    country: "FR",
                    details: [
                        "legalForm": "SARL", "capital": "1000",
                        "address": "1 rue Nord\n75002 Paris",
                        "siren": "732829320", "registration": "RCS Paris 732 829 320",
                        "vatId": "FR44732829320", "penalty": "12 % par an", "discount": "néant",
                        "nature": "services", "regime": "debits", "owner": "Anna Nord",
                    ]))
        }
        _ = try office.write {
            try Accounts.add(
                $0, iban: "FR1420041010050500013M02606", bic: "BNPAFRPP",
                at: Office.moment("2026-03-01"))
        }
        let client = try office.write {
            try Clients.add(
                $0,
                ClientInput(
                    name: "Dupont | Fils",
                    fields: [
                        .siren: "404833048", .address: "2 rue Sud\n69001 Lyon", .po: "4711",
                        .billingName: "Service compta", .kind: "business",
                    ]),
                at: Office.moment("2026-03-01"))
        }.client
        return (office, try #require(RowID(client.id)))
    }

    private func text(
        _ office: Office, _ number: String, _ format: DocumentText.Format,
        _ language: Language? = nil, _ template: Template? = nil
    ) throws -> String {
        let content = try office.read { reading in
            let ref = try Lookup.invoice(reading, number, for: .reading)
            return try Invoices.content(reading, try #require(ref.document))
        }
        return try #require(
            DocumentText(content: content, format: format, language: language)
        ).text(template)
    }

    private func issue(_ office: Office, _ client: RowID) throws {
        let draft = try office.draft(
            client,
            [
                "Design; 3 day; 450.00; 20; discount=10%: fidélité; ref=L-1", "Livre; 1; 10; 5.5",
            ])
        _ = try office.write {
            try Invoices.edit(
                $0, draft, InvoiceEdit(details: [.delivered: "2026-02-27", .note: "Merci !"]))
        }
        try office.issue(draft)
    }

    @Test func `a French invoice has everything that the law wants on it`() throws {
        let (office, client) = try office()
        try issue(office, client)
        let nb = "\u{202F}"
        let written = try text(office, "F-0001", .text)
        let code = try #require(
            TransferCode(
                iban: "FR1420041010050500013M02606", bic: "BNPAFRPP", holder: "Atelier Nord",
                minor: 146_855, currency: .eur, reference: "F-0001")
        ).code.lines.joined(separator: "\n")
        #expect(written.contains("\n\nVirement à scanner\n\n\(code)\n\n"))
        // 3 × 450 less 10 % is 1215.00, of which 243.00; 10.00, of which 0.55.
        #expect(
            written.replacing("Virement à scanner\n\n\(code)\n\n", with: "") == """
                Facture F-0001

                Atelier Nord
                SARL au capital de 1\(nb)000,00 €
                1 rue Nord
                75002 Paris
                SIREN 732829320
                RCS Paris 732 829 320
                N° TVA FR44732829320

                Client
                Dupont | Fils
                Service compta
                2 rue Sud
                69001 Lyon
                SIREN 404833048

                Date d'émission: 2 mars 2026
                Échéance: 1er avril 2026
                Date de la prestation: 27 février 2026
                Bon de commande: 4711

                Désignation       Quantité  Prix unitaire HT    TVA  Montant HT
                Design (L-1)         3 day            450,00   20 %  1\(nb)215,00 €
                  fidélité -10 %
                Livre                    1             10,00  5,5 %     10,00 €

                Taux      Base HT       TVA
                20 %   1\(nb)215,00 €  243,00 €
                5,5 %     10,00 €    0,55 €

                Total HT     1\(nb)225,00 €
                Total TVA      243,55 €
                Total TTC    1\(nb)468,55 €
                Net à payer  1\(nb)468,55 €

                Règlement
                Titulaire             Atelier Nord
                IBAN                  FR14 2004 1010 0505 0001 3M02 606
                BIC                   BNPAFRPP
                Référence à rappeler  F-0001

                Merci !

                Nature de l'opération: prestation de services
                Option pour le paiement de la taxe d'après les débits
                Pénalités de retard: 12 % par an
                Escompte: néant
                Indemnité forfaitaire de recouvrement: 40,00 €

                """)
    }

    @Test func `the same in English, and in Markdown, where no mark of the data counts`() throws {
        let (office, client) = try office()
        try issue(office, client)
        let english = try text(office, "F-0001", .text, .english)
        for words in [
            "Invoice F-0001", "Due on: 1 April 2026", "1,215.00 €", "To pay",
            "Purchase order: 4711",
            "Fixed fee for recovery costs: 40.00 €",
        ] {
            #expect(english.contains(words), "\(words) in \(english)")
        }
        let markdown = try text(office, "F-0001", .markdown)
        #expect(markdown.hasPrefix("# Facture F-0001\n"))
        #expect(markdown.contains("Dupont \\| Fils  \n"))
        #expect(markdown.contains("| Désignation | Quantité |"))
        #expect(markdown.contains("| :-- | --: | --: | --: | --: |"))
        #expect(markdown.contains("**Virement à scanner**\n\n```\n    █"))
    }

    @Test func `what was issued reads the same when all around it has changed`() throws {
        let (office, client) = try office()
        try issue(office, client)
        let before = try text(office, "F-0001", .text)
        _ = try office.write {
            try Clients.edit($0, client, ClientInput(name: "Other", address: "elsewhere"))
        }
        _ = try office.write {
            try Books.edit($0, SettingsInput(name: "New", details: ["address": "elsewhere"]))
        }
        #expect(try text(office, "F-0001", .text) == before)
    }

    @Test func `a credit note names its invoice and asks for no payment`() throws {
        let (office, client) = try office()
        try issue(office, client)
        let note = try office.write {
            try Invoices.credit(
                $0, try Lookup.invoice($0, "F-0001", for: .writing), .whole, reason: "Erreur",
                at: Office.moment("2026-03-05"))
        }
        try office.issue(try #require(RowID(note.id)), date: "2026-03-05")
        let text = try text(office, "F-0002", .text)
        #expect(text.hasPrefix("Avoir F-0002\n"))
        #expect(text.contains("Concerne: F-0001 du 2 mars 2026"))
        #expect(text.contains("Montant de l'avoir"))
        #expect(text.contains("-1\u{202F}468,55 €"))
        #expect(text.contains("Erreur"))
        for absent in ["IBAN", "Échéance", "Pénalités", "recouvrement", "scanner", "█"] {
            #expect(!text.contains(absent), "\(absent)")
        }
    }

    @Test func `deposits and what is carried forward stand in blocks of their own`() throws {
        let (office, client) = try office()
        try office.issue(try office.deposit(client, "Acompte; 1; 300; 20"))
        let final = try office.draft(client, ["Site; 1; 1000; 20"])
        _ = try office.write {
            let ref = try Lookup.invoice($0, "F-0001", for: .writing)
            return try Invoices.edit(
                $0, final,
                InvoiceEdit(
                    deduct: [try Invoices.deposit($0, ref)], details: [.carry: "yes"]))
        }
        try office.issue(final, date: "2026-03-10")
        #expect(try text(office, "F-0001", .text).hasPrefix("Facture d'acompte F-0001\n"))
        let text = try text(office, "F-0002", .text)
        #expect(text.hasPrefix("Facture de solde F-0002\n"))
        let lines = text.split(separator: "\n")
        let place = try #require(lines.firstIndex(of: "Acomptes déduits"))
        #expect(lines[place + 2].hasPrefix("F-0001"))
        for part in ["2 mars 2026", "20 %", "300,00 €", "60,00 €", "360,00 €"] {
            #expect(lines[place + 2].contains(part))
        }
        #expect(text.contains("Déjà réglé"))
        #expect(text.contains("Solde reporté (hors total)\n"))
    }

    @Test func `a user's template takes the place of ours, and a mistyped place is told`() throws {
        let (office, client) = try office()
        try issue(office, client)
        let template = Template("{{number}} -> {{due}}\n{{nothing}}")
        #expect(try text(office, "F-0001", .text, .english, template) == "F-0001 -> 1 April 2026\n")
        #expect(template.unknown(among: DocumentText.places) == ["nothing"])
        for format in DocumentText.Format.allCases {
            #expect(
                Template(DocumentText.standardText(format)).unknown(among: DocumentText.places)
                    .isEmpty)
        }
    }

    @Test func `a draft is shown as it would be issued`() throws {
        let (office, client) = try office()
        let draft = try office.draft(client)
        let content = try office.read {
            try Invoices.preview($0, draft, on: try #require(CivilDate(iso: "2026-03-02")))
        }
        let text = try #require(
            DocumentText(content: content, format: .text, language: .english)
        ).text()
        #expect(text.hasPrefix("Invoice DRAFT\n"))
        #expect(text.contains("Due on: 1 April 2026"))
        // A draft has an account on it and asks for nothing yet.
        #expect(text.contains("IBAN"))
        #expect(!text.contains("█"))
    }
}
