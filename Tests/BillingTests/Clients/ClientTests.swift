import Convergence
import Replication
import TestSupport
import Testing

@testable import Billing

struct ClientTests {
    @Test func `a client is added, edited, removed and restored`() throws {
        let office = try Office()
        let added = try office.write {
            try Clients.add(
                $0,
                ClientInput(name: " Dupont ", email: "a@dupont.fr", terms: "45 days end of month"),
                at: Office.moment("2026-03-01"))
        }
        let id = try #require(RowID(added.client.id))
        #expect(added.client.name == "Dupont")
        #expect(added.client.terms == "45d eom")
        let edited = try office.write {
            try Clients.edit($0, id, ClientInput(email: "", siren: "732 829 320"))
        }
        #expect(edited.client.email == nil)
        #expect(edited.client.siren == "732829320")
        #expect(try office.read { try Clients.list($0) } == [edited.client])
        #expect(throws: BillingFailure.nothingToChange) {
            try office.write { try Clients.edit($0, id, ClientInput(name: "Dupont")) }
        }

        _ = try office.write { try Clients.remove($0, id) }
        #expect(try office.read { try Clients.list($0) }.isEmpty)
        #expect(try office.read { try Clients.list($0, removed: true) }.map(\.id) == [id.text])
        #expect(
            throws: BillingFailure.removed(
                .client, Candidate(id: id.text, label: "Dupont", detail: ""))
        ) {
            try office.read { try Lookup.client($0, "dupont", for: .writing) }
        }
        #expect(try office.read { try Lookup.client($0, "dupont", for: .restoring) } == id)
        _ = try office.write { try Clients.restore($0, id) }
        #expect(try office.read { try Clients.list($0) }.count == 1)
        #expect(throws: BillingFailure.self) { try office.write { try Clients.restore($0, id) } }
    }

    @Test func `bad fields are refused and change nothing`() throws {
        let office = try Office()
        for input in [
            ClientInput(name: ""), ClientInput(), ClientInput(name: "a\u{0}b"),
            ClientInput(name: "a", email: "x"),
            ClientInput(name: "a", terms: "soon"), ClientInput(name: "a", siren: "1"),
            ClientInput(name: "a", country: "ZZ"),
        ] {
            #expect(throws: BillingFailure.self) {
                try office.write { try Clients.add($0, input, at: Office.moment("2026-03-01")) }
            }
        }
        #expect(try office.read { try Clients.list($0) }.isEmpty)
    }

    @Test func `similar names are told and not refused`() throws {
        let office = try Office()
        _ = try office.client("Dupont & Fils")
        let similar = try office.write {
            try Clients.add($0, ClientInput(name: "DUPONT Fils"), at: Office.moment("2026-03-01"))
        }.similar
        #expect(similar.map(\.label) == ["Dupont & Fils"])
        #expect(
            try office.write {
                try Clients.add($0, ClientInput(name: "Martin"), at: Office.moment("2026-03-01"))
            }.similar.isEmpty)
        #expect(
            try office.read { try Clients.list($0) }.map(\.name) == [
                "Dupont & Fils", "DUPONT Fils", "Martin",
            ])
    }

    @Test func `names are found by case, beginning, and nearness`() throws {
        let office = try Office()
        let dupont = try office.client("Dupont")
        let durand = try office.client("Durand")
        let find = { (text: String, purpose: Lookup.Purpose) in
            try office.read { try Lookup.client($0, text, for: purpose) }
        }
        #expect(try find("DUPONT", .writing) == dupont)
        #expect(try find(dupont.text, .writing) == dupont)
        #expect(try find(String(durand.text.prefix(9)), .writing) == durand)
        #expect(try find("dup", .writing) == dupont)
        #expect(
            throws: BillingFailure.ambiguous(
                .client, text: "du",
                candidates: [
                    Candidate(id: dupont.text, label: "Dupont", detail: ""),
                    Candidate(id: durand.text, label: "Durand", detail: ""),
                ])
        ) { try find("du", .writing) }
        #expect(try find("dupomt", .reading) == dupont)
        #expect(
            throws: BillingFailure.notFound(
                .client, text: "dupnot",
                suggestions: [Candidate(id: dupont.text, label: "Dupont", detail: "")])
        ) {
            try find("dupnot", .writing)
        }
        #expect(throws: BillingFailure.notFound(.client, text: "Zorro", suggestions: [])) {
            try find("Zorro", .reading)
        }
        #expect(throws: BillingFailure.notFound(.client, text: "", suggestions: [])) {
            try find("", .reading)
        }
    }

    @Test func `names are found by the beginning of a later word`() throws {
        let office = try Office()
        let blum = try office.client("Maison Blum")
        let lake = try office.client("Ferme du Lac")
        let find = { (text: String) in
            try office.read { try Lookup.client($0, text, for: .writing) }
        }
        #expect(try find("Blum") == blum)
        #expect(try find("blu") == blum)
        #expect(try find("du lac") == lake)
        #expect(throws: BillingFailure.self) { try find("lum") }
        #expect(throws: BillingFailure.self) { try find("b") }
        let other = try office.client("Blumenhof")
        #expect(try find("blum") == other)
        _ = try office.client("Café Blumberg")
        let third = try office.client("Jardin Blumberg")
        #expect(try find("jardin b") == third)
        #expect(
            throws: BillingFailure.ambiguous(
                .client, text: "blumb",
                candidates: [
                    Candidate(id: try find("café").text, label: "Café Blumberg", detail: ""),
                    Candidate(id: third.text, label: "Jardin Blumberg", detail: ""),
                ])
        ) { try find("blumb") }
    }

    @Test func `two devices change different fields of one client`() throws {
        let office = try Office(devices: 2)
        let id = try office.client("Dupont")
        try office.fleet.settle()
        _ = try office.write { try Clients.edit($0, id, ClientInput(email: "a@b.fr")) }
        _ = try office.write(on: 1) { try Clients.edit($0, id, ClientInput(terms: "10d")) }
        try office.fleet.settle()
        for device in 0...1 {
            let client = try office.read(on: device) { try Clients.list($0) }[0]
            #expect(client.email == "a@b.fr")
            #expect(client.terms == "10d")
        }
    }

    @Test func `every field of a client is kept, shown and emptied`() throws {
        let office = try Office()
        let typed: [ClientField: String] = [
            .kind: "Business", .email: "a@b.fr", .phone: "+33 1 23", .contact: "Anne",
            .vatId: "FR44 732829320", .siren: "732 829 320 00074", .address: "1 rue Nord\nParis",
            .country: "fr", .billingName: "Compta", .billingEmail: "c@b.fr",
            .billingAddress: "BP 1", .deliveryAddress: "Quai 2", .escalationName: "Direction",
            .escalationEmail: "d@b.fr", .escalationPhone: "+33 2", .terms: "net30",
            .currency: "chf", .language: "FR", .method: "cheque", .rate: "5.50", .category: "s",
            .folder: "Agencies/Paris", .owner: "Marie",
            .iban: "FR14 2004 1010 0505 0001 3M02 606", .bic: "bnpafrpp", .mandate: " M-17 ",
            .mandateDate: "2026-01-15", .mandateScheme: "B2B", .payDay: "eom", .cutoff: "20",
            .perCycle: "one", .po: "4711",
            .poRule: "required",
            .penaltyRate: "12.0", .recoveryFee: "40", .showIban: "After:2", .note: "slow\nbut sure",
        ]
        #expect(Set(typed.keys) == Set(ClientField.allCases))
        let kept = typed.merging(
            [
                .kind: "business", .vatId: "FR44732829320", .siren: "73282932000074",
                .country: "FR", .terms: "30d", .currency: "CHF", .language: "fr", .rate: "5.5",
                .category: "S", .payDay: "31", .penaltyRate: "12", .recoveryFee: "40.00",
                .showIban: "after:2", .iban: "FR1420041010050500013M02606", .bic: "BNPAFRPP",
                .mandate: "M-17", .mandateScheme: "b2b",
            ]) { $1 }
        let client = try office.write {
            try Clients.add(
                $0, ClientInput(name: "Dupont", fields: typed), at: Office.moment("2026-03-01"))
        }.client
        #expect(client.fields == kept)
        #expect(client.json["siren"] == .string("732829320"))
        #expect(client.json["siret"] == .string("73282932000074"))
        let id = try #require(RowID(client.id))
        #expect(try office.read { try Clients.list($0) } == [client])
        let emptied = try office.write {
            try Clients.edit(
                $0, id, ClientInput(fields: typed.mapValues { _ in " " }))
        }.client
        #expect(emptied.fields == [:])
        #expect(try office.read { try Clients.list($0) } == [emptied])
    }

    @Test(
        arguments: [
            (ClientField.kind, "person"), (.payDay, "0"), (.payDay, "32"), (.cutoff, "end"),
            (.perCycle, "two"), (.poRule, "maybe"), (.showIban, "after:0"), (.showIban, "after"),
            (.language, "de"), (.rate, "101"), (.rate, "-1"), (.penaltyRate, "a"),
            (.recoveryFee, "1.234"), (.currency, "XXX"), (.category, "Q"),
            (.billingEmail, "nobody"), (.escalationEmail, "@"), (.siren, "1"), (.vatId, "FR1"),
        ])
    func `a field of a client that cannot be right is refused`(
        field: ClientField, text: String
    ) throws {
        let office = try Office()
        #expect(throws: BillingFailure.self) {
            try office.write {
                try Clients.add(
                    $0, ClientInput(name: "Dupont", fields: [field: text]),
                    at: Office.moment("2026-03-01"))
            }
        }
        #expect(try office.read { try Clients.list($0) }.isEmpty)
    }

    @Test func `who has the number of a business is one, unless it is said otherwise`() throws {
        func kind(_ fields: [ClientField: String]) throws -> ClientKind {
            try Office().write {
                try Clients.add(
                    $0, ClientInput(name: "A", fields: fields), at: Office.moment("2026-03-01"))
            }.client.kind
        }
        #expect(try kind([:]) == .consumer)
        #expect(try kind([.siren: "732829320"]) == .business)
        #expect(try kind([.vatId: "LU15027442"]) == .business)
        #expect(try kind([.kind: "public", .siren: "732829320"]) == .public)
        #expect(try kind([.kind: "business"]) == .business)
    }

    /// Paid on the 28th what came by the 20th: worked out by hand from a calendar.
    @Test(
        arguments: [
            ("28", "20", "2026-03-01", "2026-03-20", "2026-03-28"),
            ("28", "20", "2026-03-20", "2026-03-20", "2026-03-28"),
            ("28", "20", "2026-03-21", "2026-04-20", "2026-04-28"),
            ("28", "20", "2026-12-21", "2027-01-20", "2027-01-28"),
            // A cut-off behind the pay day is one of the month before.
            ("5", "25", "2026-03-01", "2026-03-25", "2026-04-05"),
            ("5", "25", "2026-03-26", "2026-04-25", "2026-05-05"),
            // The last day of any month.
            ("eom", "31", "2026-02-10", "2026-02-28", "2026-02-28"),
            ("31", "", "2026-04-30", "2026-04-30", "2026-04-30"),
            ("15", "", "2026-04-16", "2026-05-15", "2026-05-15"),
        ])
    func `the next payment follows from pay day and cut-off`(
        payDay: String, cutoff: String, today: String, sendBy: String, paid: String
    ) throws {
        let office = try Office()
        let client = try office.write {
            try Clients.add(
                $0, ClientInput(name: "A", fields: [.payDay: payDay, .cutoff: cutoff]),
                at: Office.moment("2026-03-01"))
        }.client
        let detail = try office.read {
            try Clients.show(
                $0, try #require(RowID(client.id)), asOf: try #require(CivilDate(iso: today)))
        }
        #expect(detail.nextPayment?.sendBy.iso == sendBy)
        #expect(detail.nextPayment?.paid.iso == paid)
    }

    @Test func `a changed client changes future invoices only`() throws {
        let office = try Office()
        let client = try office.client("Dupont")
        _ = try office.write { try Clients.edit($0, client, ClientInput(address: "1 rue Nord")) }
        let issued = try office.issue(try office.draft(client))
        func content(_ number: String) throws -> Billing.JSON {
            let text = try office.read {
                try $0.rows("SELECT content FROM documents WHERE number = ?", [.text(number)])
            }.first?.text("content")
            return try Billing.JSON(reading: Array(try #require(text).utf8))
        }
        let before = try content("F-0001")
        #expect(before["buyer"]?["address"] == .string("1 rue Nord"))
        _ = try office.write {
            try Clients.edit($0, client, ClientInput(name: "Durand", address: "2 rue Sud"))
        }
        #expect(try content("F-0001") == before)
        #expect(try office.show("F-0001").clientName == "Dupont")
        #expect(try office.show("F-0001").hash == issued.hash)
        try office.issue(try office.draft(client))
        #expect(try content("F-0002")["buyer"]?["address"] == .string("2 rue Sud"))
    }
}
