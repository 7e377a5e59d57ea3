import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

/// Each part that a document may have, as it is printed.
struct DocumentPartsTests {
    private static let nb = "\u{202F}"

    /// Books of a seller who says this, and a client of whom this is known.
    private func office(
        seller: [String: String] = [:], client fields: [ClientField: String] = [:]
    ) throws -> (Office, RowID) {
        let office = try Office()
        if !seller.isEmpty {
            _ = try office.write { try Books.edit($0, SettingsInput(details: seller)) }
        }
        let client = try office.write {
            try Clients.add(
                $0, ClientInput(name: "Dupont", fields: fields), at: Office.moment("2026-03-01"))
        }.client
        return (office, try #require(RowID(client.id)))
    }

    /// The invoice that is issued of these lines, printed.
    private func printed(
        _ office: Office, _ client: RowID, _ lines: [String] = ["Design; 3; 450.00; 20"],
        currency: String = "EUR", adjustments: [DraftContent.Adjustment] = [],
        details: [DraftField: String] = [:], on date: String = "2026-03-02",
        _ language: Language = .french
    ) throws -> String {
        let content = DraftContent(
            currency: try Currency(currency),
            lines: try lines.map { try DraftContent.Line(syntax: $0) }, adjustments: adjustments,
            details: try DraftField.details(details))
        let draft = try office.write {
            try Invoices.new($0, client: client, content, due: nil, at: Office.moment(date))
        }
        let issued = try office.issue(try #require(RowID(draft.id)), date: date)
        let document = try #require(issued.document.flatMap { RowID($0) })
        let frozen = try office.read { try Invoices.content($0, document) }
        return try #require(
            DocumentText(content: frozen, format: .text, language: language)
        ).text()
    }

    private func addAccount(_ office: Office) throws {
        _ = try office.write {
            try Accounts.add(
                $0, iban: "FR1420041010050500013M02606", at: Office.moment("2026-03-01"))
        }
    }

    @Test func `a cheque's payee, the account, the wallet and the link stand one below another`()
        throws
    {
        let (office, client) = try office(seller: [
            "payee": "Anne Nord", "wallet": "pay@nord.example",
            "link": "https://pay.example/nord",
        ])
        try addAccount(office)
        let french = try printed(office, client, details: [.method: "chèque"])
        #expect(
            french.contains(
                """


                Règlement
                Mode                  chèque
                Chèque à l'ordre de   Anne Nord
                Titulaire             Atelier Nord
                IBAN                  FR14 2004 1010 0505 0001 3M02 606
                Portefeuille          pay@nord.example
                En ligne              https://pay.example/nord
                Référence à rappeler  F-0001


                """), "\(french)")
        let english = try printed(office, client, details: [.method: "cheque"], .english)
        #expect(
            english.contains(
                """


                Payment
                By                 cheque
                Cheque payable to  Anne Nord
                Account of         Atelier Nord
                IBAN               FR14 2004 1010 0505 0001 3M02 606
                Wallet             pay@nord.example
                Online             https://pay.example/nord
                Reference          F-0002


                """), "\(english)")
    }

    @Test func `an invoice's own link takes the place of the books'`() throws {
        let (office, client) = try office(seller: ["link": "https://pay.example/nord"])
        let own = try printed(office, client, details: [.link: "https://pay.example/F-0001"])
        #expect(own.contains("\nEn ligne              https://pay.example/F-0001\n"), "\(own)")
        #expect(!own.contains("https://pay.example/nord"))
        let usual = try printed(office, client)
        #expect(usual.contains("\nEn ligne              https://pay.example/nord\n"), "\(usual)")
    }

    @Test func `an account that is withheld leaves no trace on the print, and other ways stand`()
        throws
    {
        let (office, client) = try office(
            seller: ["payee": "Anne Nord", "wallet": "pay@nord.example", "showIban": "after:2"])
        try addAccount(office)
        for (number, date) in [("F-0001", "2026-03-02"), ("F-0002", "2026-03-04")] {
            let withheld = try printed(office, client, on: date)
            #expect(
                withheld.contains(
                    """


                    Règlement
                    Chèque à l'ordre de   Anne Nord
                    Portefeuille          pay@nord.example
                    Référence à rappeler  \(number)

                    """), "\(withheld)")
            for absent in ["IBAN", "FR14", "Titulaire", "scanner", "█"] {
                #expect(!withheld.contains(absent), "\(absent) in \(withheld)")
            }
            try office.pay(number, "1620", date: date)
        }
        let trusted = try printed(office, client, on: "2026-03-05")
        #expect(trusted.contains("FR14 2004 1010 0505 0001 3M02 606"), "\(trusted)")
        #expect(trusted.contains("Virement à scanner"))
        #expect(!trusted.contains("Chèque"))
    }

    @Test func `the VAT of an invoice in dollars stands in euros, with the rate and whose it is`()
        throws
    {
        let (office, client) = try office()
        let details: [DraftField: String] = [
            .exchange: "0.9217", .exchangeDate: "2026-02-27", .exchangeSource: "BCE",
        ]
        // 20 % of 1000.00 are 200.00 USD; × 0.9217 they are 184.34 EUR.
        let french = try printed(
            office, client, ["Design; 1; 1000; 20"], currency: "USD", details: details)
        #expect(
            french.contains(
                """


                Total HT      1\(Self.nb)000,00 USD
                Total TVA       200,00 USD
                TVA en euros      184,34 €
                Total TTC     1\(Self.nb)200,00 USD
                Net à payer   1\(Self.nb)200,00 USD


                """), "\(french)")
        #expect(
            french.contains("\nTaux de change: 1 USD = 0,9217 € (27 février 2026, BCE)\n"),
            "\(french)")
        let english = try printed(
            office, client, ["Design; 1; 1000; 20"], currency: "USD", details: details, .english)
        #expect(english.contains("\nVAT in euros           184.34 €\n"), "\(english)")
        #expect(
            english.contains("\nRate of exchange: 1 USD = 0.9217 € (27 February 2026, BCE)\n"),
            "\(english)")
        let bare = try printed(
            office, client, ["Design; 1; 1000; 20"], currency: "USD",
            details: [.exchange: "0.9217"])
        #expect(bare.contains("\nTaux de change: 1 USD = 0,9217 €\n"), "\(bare)")
        for absent in [
            try printed(office, client, currency: "USD"),
            try printed(office, client, details: details),
        ] {
            #expect(!absent.contains("change"), "\(absent)")
            #expect(!absent.contains("en euros"), "\(absent)")
        }
    }

    @Test func `a discount and a charge on the whole stand above the total without VAT`() throws {
        let (office, client) = try office()
        let line = try DraftContent.Line(syntax: "Design; 1; 1000; 20")
        let printed = try printed(
            office, client, ["Design; 1; 1000; 20"],
            adjustments: [
                try DraftContent.Adjustment(
                    syntax: "10%: fidélité", charge: false, currency: .eur, lines: [line]),
                try DraftContent.Adjustment(
                    syntax: "9.00: port", charge: true, currency: .eur, lines: [line]),
            ])
        // 1000 - 100 + 9 are 909; 20 % of it are 181.80.
        #expect(
            printed.contains(
                """


                fidélité 10 %   -100,00 €
                port               9,00 €
                Total HT         909,00 €
                Total TVA        181,80 €
                Total TTC      1\(Self.nb)090,80 €
                Net à payer    1\(Self.nb)090,80 €


                """), "\(printed)")
        #expect(printed.contains("\n20 %  909,00 €  181,80 €\n"), "\(printed)")
    }

    @Test func `why no VAT is charged stands below, each reason once`() throws {
        let (office, client) = try office(seller: ["regime": "franchise"])
        let franchise = try printed(
            office, client, ["Design; 1; 100; 0; E", "Conseil; 1; 50; 0; E"])
        #expect(
            franchise.components(of: "TVA non applicable, art. 293 B du CGI") == 1, "\(franchise)")
        #expect(franchise.contains("\n0 % (E)  150,00 €  0,00 €\n"), "\(franchise)")
        let abroad = try printed(
            office, client,
            ["Design; 1; 100; 0; AE", "Cours; 1; 50; 0; E; reason=Art. 261-4-4° a du CGI"])
        let reverse = "Autoliquidation, art. 283 du CGI / Reverse charge"
        #expect(abroad.components(of: reverse) == 1, "\(abroad)")
        #expect(abroad.components(of: "Art. 261-4-4° a du CGI") == 1, "\(abroad)")
        #expect(!abroad.contains("293 B"), "\(abroad)")
    }

    @Test func `what the client still owes stands in its own rows, outside the total`() throws {
        let (office, client) = try office()
        _ = try printed(office, client)
        try office.pay("F-0001", "1120", date: "2026-03-10")
        let second = try printed(
            office, client, ["More; 1; 100; 20"], details: [.carry: "yes"], on: "2026-03-11")
        #expect(
            second.contains(
                """


                Solde reporté (hors total)
                              Échéance  Net à payer
                F-0001  1er avril 2026     500,00 €

                """), "\(second)")
        #expect(second.contains("\nNet à payer  120,00 €\n"), "\(second)")
    }

    @Test func `the seller's and the client's blocks tell how each is reached`() throws {
        let (office, client) = try office(
            seller: [
                "address": "1 rue Nord\n75002 Paris", "email": "anne@nord.example",
                "phone": "+33 1 23 45 67 89", "website": "nord.example",
            ],
            client: [
                .contact: "Zoé Dupont", .address: "2 rue Sud\n69001 Lyon",
                .billingAddress: "BP 7\n69002 Lyon", .deliveryAddress: "3 quai Est\n69003 Lyon",
                .email: "zoe@dupont.example", .phone: "+33 4 11 22 33 44",
            ])
        let first = try printed(office, client)
        #expect(
            first.hasPrefix(
                """
                Facture F-0001

                Atelier Nord
                1 rue Nord
                75002 Paris
                anne@nord.example
                +33 1 23 45 67 89
                nord.example

                Client
                Dupont
                Zoé Dupont
                BP 7
                69002 Lyon
                2 rue Sud
                69001 Lyon
                zoe@dupont.example
                +33 4 11 22 33 44

                Livraison: 3 quai Est, 69003 Lyon

                """), "\(first)")
        // The mail goes where the bills go, and so does the name.
        _ = try office.write {
            try Clients.edit(
                $0, client,
                ClientInput(fields: [
                    .billingEmail: "compta@dupont.example", .billingName: "Service compta",
                ]))
        }
        let second = try printed(office, client)
        #expect(second.contains("\nDupont\nService compta\nBP 7\n"), "\(second)")
        #expect(second.contains("\ncompta@dupont.example\n+33 4 11 22 33 44\n"), "\(second)")
        #expect(!second.contains("zoe@dupont.example"), "\(second)")
    }
}

extension String {
    /// How often a text stands in it.
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
