import Testing

struct `Clients` {
    @Test func `are added, shown, changed, removed and restored`() {
        let device = Device.withBooks()
        let added = device.json(
            "client", "add", "Blum & Söhne", "--email", "office@blum.example", "--terms", "30d",
            "--vat-id", "FR83404833048", "--siren", "404833048", "--address", "1 rue Nord")
        let id = added["id"].text
        #expect(added["name"] == "Blum & Söhne")
        #expect(device.json("client", "show", "blum & söhne")["id"].text == id)
        #expect(device.json("client", "show", "Blu")["email"] == "office@blum.example")
        #expect(device.json("client", "edit", id, "--email", "new@blum.example")["id"].text == id)
        #expect(device.json("client", "show", id)["email"] == "new@blum.example")
        #expect(device.json("client", "show", id)["terms"] == "30d")
        #expect(device.json("client", "edit", "Blum", "--email", "")["email"] == nil)
        device.json("client", "remove", "Blum")
        #expect(device.json("client", "list") == [])
        #expect(device.json("client", "list", "--removed")[0]["id"].text == id)
        device.json("client", "restore", "Blum")
        #expect(device.json("client", "list")[0]["name"] == "Blum & Söhne")
    }

    @Test func `an unknown one is named with what was meant, and nothing changes`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        device.does("client", "add", "Carver")
        let before = device.json("status")["digest"]
        let run = device.fails(
            ["client", "edit", "Blmu", "--email", "a@b.example"], exit: 65,
            says: "no client is called “Blmu”")
        #expect(run.err.contains("did you mean “Blum”?"))
        #expect(run.err.contains("jalon client list"))
        device.fails(
            ["invoice", "new", "Blmu", "--line", "A; 1; 1; 20"], exit: 65, says: "“Blum”")
        #expect(device.json("status")["digest"] == before)
        #expect(device.json("client", "show", "Blmu")["name"] == "Blum")
    }

    @Test func `an ambiguous name lists who it may be, and changes nothing`() {
        let device = Device.withBooks()
        device.does("client", "add", "Marten North")
        device.does("client", "add", "Marten South")
        let run = device.fails(["client", "remove", "Marten"], exit: 65, says: "may be several")
        #expect(run.err.contains("Marten North") && run.err.contains("Marten South"))
        #expect(device.json("client", "list").values.count == 2)
    }

    @Test func `similar names warn and never refuse`() {
        let device = Device.withBooks()
        device.does("client", "add", "Müller Bau GmbH")
        let again = device.run(["client", "add", "Müller Bau Gmbh"])
        #expect(again.exit == 0)
        #expect(again.err.contains("similar name"))
        #expect(device.json("client", "list").values.count == 2)
    }

    @Test func `an edit that says nothing new is refused`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum", "--email", "a@b.example")
        device.fails(["client", "edit", "Blum"], exit: 64, says: "nothing was changed")
        device.fails(
            ["client", "edit", "Blum", "--email", "a@b.example"], exit: 64,
            says: "nothing was changed")
    }

    @Test func `a dry run does everything but write`() {
        let device = Device.withBooks()
        let before = device.json("status")["version"]
        let run = device.run(["client", "add", "Blum", "--dry-run", "--json"])
        #expect(run.exit == 0)
        #expect(Tree(run.out)["name"] == "Blum")
        #expect(run.err.contains("dry run"))
        #expect(device.json("status")["version"] == before)
        device.fails(["client", "remove", "Blum", "--dry-run"], exit: 65, says: "no client")
    }

    @Test(arguments: ["a\u{1B}[31mred", "x\u{202E}txt", "two\u{7}bell", "\u{9B}2J"])
    func `a name with control characters is refused or shown harmlessly`(name: String) {
        let device = Device.withBooks()
        let added = device.run(["client", "add", name])
        let list = device.run(["client", "list"])
        for text in [added.out, added.err, list.out] {
            #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
            #expect(!text.unicodeScalars.contains { (0x7F...0x9F).contains($0.value) })
            #expect(!text.unicodeScalars.contains { (0x202A...0x202E).contains($0.value) })
        }
    }

    @Test func `names of every script stand in aligned columns`() {
        let device = Device.withBooks()
        for name in ["株式会社", "Zoë", "👩‍👩‍👧 Family"] {
            device.does("client", "add", name, "--terms", "30d")
        }
        let lines = device.does("client", "list").split(separator: "\n")
        #expect(lines.count == 4)
        #expect(Set(device.json("client", "list").values.map(\.["name"].text)).count == 3)
    }

    @Test func `everything about one is typed, shown to a person, and refused in one sentence`() {
        let device = Device.withBooks()
        device.does(
            "client", "add", "Blum", "--kind", "business", "--billing-email", "compta@blum.example",
            "--billing-address", #"BP 1\n75002 Paris"#, "--pay-day", "28", "--cutoff", "20",
            "--po-rule", "required", "--po", "4711", "--show-iban", "after:2", "--rate", "20",
            "--siren", "732 829 320 00074", "--language", "fr")
        let shown = device.json("client", "show", "Blum", "--as-of", "2026-03-21")
        #expect(shown["siren"] == "732829320")
        #expect(shown["siret"] == "73282932000074")
        #expect(shown["billingAddress"] == "BP 1\n75002 Paris")
        #expect(shown["nextPayment"]["sendBy"] == "2026-04-20")
        #expect(shown["nextPayment"]["paid"] == "2026-04-28")
        let page = device.does("client", "show", "Blum", "--as-of", "2026-03-21")
        #expect(page.contains("Pays next on 2026-04-28 what was sent by 2026-04-20."))
        #expect(page.contains("purchase order"))
        let before = device.json("status")["digest"]
        let run = device.fails(
            ["client", "edit", "Blum", "--kind", "person"], exit: 65,
            says: "“person” cannot stand as kind")
        #expect(run.err.contains("try: write business, consumer, public"))
        device.fails(
            ["client", "edit", "Blum", "--vat-id", "DE136695977"], exit: 65,
            says: "is no VAT id")
        #expect(device.json("status")["digest"] == before)
    }

    @Test func `you are told about as well, with bank accounts whose digits are checked`() {
        let device = Device.withBooks()
        device.does("me", "set", "--siren", "732829320", "--regime", "debits", "--legal-form", "EI")
        #expect(device.json("me", "show")["regime"] == "debits")
        device.does("me", "account", "add", "FR14 2004 1010 0505 0001 3M02 606", "--label", "main")
        #expect(device.json("me")["accounts"][0]["iban"] == "FR1420041010050500013M02606")
        #expect(device.does("me").contains("FR14 2004 1010 0505 0001 3M02 606"))
        device.fails(
            ["me", "account", "add", "FR1420041010050500013M02607"], exit: 65, says: "is no IBAN")
        device.fails(["me", "account", "remove", "other"], exit: 65, says: "no account")
        device.does("me", "account", "remove", "main", "--dry-run")
        device.does("me", "account", "remove", "main")
        #expect(device.json("me", "account", "list") == [])
        let run = device.fails(["me", "sett"], exit: 64, says: "jalon me has no command “sett”")
        #expect(run.err.contains("jalon me set"))
    }

    @Test
    func `a client who still owes is removed with a word, and what was issued stays as it was`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 0")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-01")
        device.does("invoice", "new", "Blum", "--line", "A; 1; 1; 0")
        let run = device.run(["client", "remove", "Blum"])
        #expect(run.exit == 0, "\(run)")
        #expect(run.err.contains("100.00 EUR are still open"), "\(run)")
        #expect(run.err.contains("1 not yet issued"), "\(run)")
        #expect(device.json("owed")["totals"][0]["owed"] == "100.00")
        // Of the invoice is said what is wrong with it, and not of its client.
        device.fails(
            ["invoice", "edit", "F-0001", "--line", "A; 1; 1; 0"], exit: 1, says: "was issued")
        device.does("pay", "F-0001", "100")
    }
}
