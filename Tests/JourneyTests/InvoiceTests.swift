import Testing

struct `Invoices` {
    private static func device() -> Device {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        return device
    }

    @Test func `from draft to payment`() {
        let device = Self.device()
        let draft = device.json(
            "invoice", "new", "Blum", "--line", "Design; 3; 450.00; 20", "--line",
            "Book; 1; 10; 5.5",
            "--due", "2026-04-30")
        #expect(draft["status"] == "draft")
        #expect(draft["number"] == nil)
        #expect(draft["totals"]["gross"] == "1630.55")
        let id = draft["id"].text
        let issued = device.json("invoice", "issue", id, "--on", "2026-03-01")
        #expect(issued["id"].text == id)
        #expect(issued["number"].text.hasPrefix("F"))
        #expect(issued["issued"] == "2026-03-01")
        let number = issued["number"].text
        device.json(
            "pay", number, "630.55", "--on", "2026-03-05", "--method", "transfer", "--reference",
            "R1")
        let part = device.json("invoice", "show", number, "--as-of", "2026-03-06")
        #expect(part["paid"] == "630.55")
        #expect(part["balance"] == "1000.00")
        #expect(part["flags"].values.contains("part paid"))
        #expect(device.json("invoice", "show", id, "--as-of", "2026-04-23")["status"] == "due")
        #expect(device.json("invoice", "show", id, "--as-of", "2026-04-30")["status"] == "due")
        #expect(device.json("invoice", "show", id, "--as-of", "2026-05-01")["status"] == "overdue")
        device.json("pay", id, "1000", "--on", "2026-05-02")
        #expect(device.json("invoice", "show", id, "--as-of", "2026-05-02")["status"] == "paid")
        #expect(device.json("invoice", "list", "--status", "paid")[0]["number"].text == number)
        #expect(device.json("payment", "list").values.count == 2)
        #expect(device.json("payment", "list")[0]["amount"] == "630.55")
    }

    @Test func `have the keys that programs count on`() {
        let device = Self.device()
        device.json("invoice", "new", "Blum", "--line", "Design; 3; 450.00; 20")
        let shown = device.json("invoice", "show", "Blum")
        #expect(
            shown.keys.isSuperset(of: [
                "id", "number", "status", "flags", "issued", "due", "client", "currency", "lines",
                "totals", "paid", "balance",
            ]))
        #expect(
            shown["totals"].keys == [
                "lines", "allowances", "charges", "net", "vat", "gross", "prepaid", "rounding",
                "due", "groups",
            ])
        #expect(shown["totals"]["groups"][0].keys == ["category", "rate", "basis", "vat"])
        #expect(shown["totals"]["net"] == "1350.00")
        #expect(shown["balance"] == "1620.00")
    }

    @Test func `a draft comes from a file, with everything that a line can have`() {
        let device = Self.device()
        let file = device.home + "/draft.json"
        Files.write(
            """
            {"currency": "EUR", "lines": [{"name": "Work", "quantity": "3", "unit": "DAY",
            "price": "450.00", "priceBase": null, "adjustments": [{"charge": false, "amount": "50.00",
            "reason": "loyal"}], "category": "S", "rate": "20", "net": "1300.00"}],
            "adjustments": [{"charge": true, "amount": "9.00", "reason": "post", "category": "S",
            "rate": "20"}], "prepaid": "100.00", "rounding": "0.20"}
            """, to: file)
        let totals = device.json("invoice", "new", "Blum", "--from", file)["totals"]
        #expect(totals["net"] == "1309.00")
        #expect(totals["vat"] == "261.80")
        #expect(totals["due"] == "1471.00")
        let piped = device.run(
            ["invoice", "new", "Blum", "--from", "-", "--json"], input: Files.read(file))
        #expect(piped.exit == 0)
        #expect(Tree(piped.out)["totals"] == totals)
    }

    @Test func `drafts are edited and removed, issued ones never`() {
        let device = Self.device()
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 20")["id"].text
        #expect(
            device.json("invoice", "edit", id, "--line", "B; 1; 50; 20")["totals"]["net"]
                == "150.00")
        #expect(
            device.json("invoice", "edit", id, "--set-line", "1=C; 2; 100; 20")["totals"]["net"]
                == "250.00")
        #expect(
            device.json("invoice", "edit", id, "--remove-line", "2", "--due", "2026-09-01")["due"]
                == "2026-09-01")
        device.does("invoice", "issue", id, "--on", "2026-08-01")
        let digest = device.json("status")["digest"]
        device.fails(
            ["invoice", "edit", id, "--line", "D; 1; 1; 20"], exit: 1, says: "never altered")
        device.fails(["invoice", "remove", id], exit: 1, says: "never altered")
        device.fails(["invoice", "issue", id], exit: 1, says: "never altered")
        #expect(device.json("status")["digest"] == digest)
        let draft = device.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
        device.does("invoice", "remove", draft)
        #expect(device.json("invoice", "list").values.count == 1)
    }

    @Test func `numbers follow each other and dates never go back`() {
        let device = Self.device()
        var numbers: [String] = []
        for day in ["2026-03-01", "2026-03-01", "2026-03-09"] {
            let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
            numbers.append(device.json("invoice", "issue", id, "--on", day)["number"].text)
        }
        #expect(Set(numbers).count == 3)
        #expect(numbers == numbers.sorted())
        let late = device.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
        device.fails(
            ["invoice", "issue", late, "--on", "2026-03-08"], exit: 65, says: "lies before")
        #expect(device.json("invoice", "list", "--status", "draft").values.count == 1)
    }

    @Test func `books in France refuse what the law does not let pass, with the commands`() {
        let device = Device.withBooks(country: "FR")
        device.does("client", "add", "Blum")
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
        let run = device.fails(["invoice", "issue", id], exit: 1, says: "lacks")
        #expect(run.err.contains("jalon me set --siren"))
        #expect(device.json("invoice", "show", id)["status"] == "draft")
    }

    @Test func `owed tells who owes what and how late it is`() {
        let device = Self.device()
        let id = device.json(
            "invoice", "new", "Blum", "--line", "A; 1; 100; 20", "--due", "2026-03-31")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-01")
        for (day, bucket) in [
            ("2026-03-31", "not due"), ("2026-04-01", "0-30"), ("2026-04-30", "0-30"),
            ("2026-05-01", "31-60"), ("2026-05-30", "31-60"), ("2026-05-31", "60+"),
        ] {
            let owed = device.json("owed", "--as-of", day)
            #expect(owed["asOf"].text == day)
            #expect(owed["clients"][0]["buckets"][bucket] == "120.00", "\(day) \(owed)")
        }
        let page = device.does("owed", "--as-of", "2026-04-01")
        for told in ["OWES EUR", "DUE", "Blum", "120.00", "2026-03-31", "Atelier Nord sees to it."]
        {
            #expect(page.contains(told), "\(told) in \(page)")
        }
        #expect(device.json("owed", "--as-of", "2026-04-01")["clients"][0]["due"] == "2026-03-31")
        #expect(
            device.does("owed", "--as-of", "2026-04-01", "--csv")
                == "client,owes,in,not due,1-30 days,31-60,over 60,credit,owner,due\n"
                + "Blum,120.00,EUR,,120.00,,,,Atelier Nord,2026-03-31\n")
        #expect(device.does("--as-of", "2026-04-01").contains("Late"))
    }

    @Test func `too much money is a credit and is shown`() {
        let device = Self.device()
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 0")["id"].text
        device.does("invoice", "issue", id)
        let paid = device.json("pay", id, "150")
        #expect(paid["credit"] == "50.00")
        #expect(!paid["id"].text.isEmpty)
    }

    @Test func `lines come from the rate card, with discounts, references and another currency`() {
        let device = Self.device()
        device.does(
            "item", "add", "dev-day", "--name", "Development", "--price", "450", "--unit", "day",
            "--rate", "20")
        device.fails(["item", "add", "Dev-Day"], exit: 1, says: "there is an item")
        #expect(device.json("item", "list")[0]["price"] == "450.00")
        let draft = device.json(
            "invoice", "new", "Blum", "--line", "@dev-day; 3; discount=10%: loyal; ref=L-1",
            "--discount", "5%", "--currency", "USD", "--exchange", "0.9", "--po", "4711",
            "--from-day", "2026-02-01", "--to-day", "2026-02-28")
        #expect(draft["lines"][0]["item"] == "dev-day")
        #expect(draft["lines"][0]["reference"] == "L-1")
        #expect(draft["totals"]["net"] == "1154.25")
        #expect(draft["vatInEuros"] == "207.77")
        #expect(draft["po"] == "4711")
        let id = draft["id"].text
        let page = device.does("invoice", "show", id)
        #expect(page.contains("Development (L-1)"))
        #expect(page.contains("-10 % loyal"))
        #expect(page.contains("discount 5 %"))
        #expect(page.contains("VAT in EUR"))
        #expect(page.contains("purchase order"))
        #expect(
            device.json("invoice", "edit", id, "--remove-discounts", "--po", "")["totals"]["net"]
                == "1215.00")
        let near = device.fails(
            ["invoice", "new", "Blum", "--line", "@dev-dya; 3"], exit: 65,
            says: "no item is called “dev-dya”")
        #expect(near.err.contains("“dev-day”"))
        device.fails(
            ["invoice", "edit", id, "--link", "http://x.example"], exit: 65, says: "link")
        device.fails(
            [
                "invoice", "new", "Blum", "--line", "A; 1; 1; 20", "--line", "B; 1; 1; 10",
                "--discount", "1.00",
            ], exit: 65, says: "does not say which VAT")
    }

    @Test
    func `deposit, final invoice, credit note, corrective and repeat, each checked and printed`() {
        let device = Self.device()
        func issue(_ id: String, _ day: String) -> String {
            device.json("invoice", "issue", id, "--on", day)["number"].text
        }
        let deposit = device.json(
            "invoice", "new", "Blum", "--deposit", "--line", "Deposit 30 %; 1; 300; 20")
        #expect(deposit["kind"] == "deposit invoice")
        #expect(issue(deposit["id"].text, "2026-03-01") == "F-0001")
        let final = device.json(
            "invoice", "new", "Blum", "--line", "Site; 1; 1000; 20", "--deduct", "F-0001")
        #expect(final["totals"]["prepaid"] == "360.00")
        #expect(final["totals"]["due"] == "840.00")
        let check = device.run([
            "invoice", "check", final["id"].text, "--on", "2026-03-05", "--json",
        ])
        // These books say nothing of their owner yet: that is missing, and found.
        #expect(check.exit == 2)
        #expect(Tree(check.out)["warnings"][0]["kind"] == "supply undated")
        #expect(issue(final["id"].text, "2026-03-05") == "F-0002")
        let printed = device.does("invoice", "print", "F-0002", "--language", "fr")
        #expect(printed.hasPrefix("Facture de solde F-0002\n"))
        #expect(printed.contains("Acomptes déduits"))
        let credit = device.json("invoice", "credit", "F-0002", "--net", "100", "--reason", "late")
        #expect(credit["totals"]["due"] == "-120.00")
        #expect(issue(credit["id"].text, "2026-03-06") == "F-0003")
        #expect(device.json("invoice", "show", "F-0003")["corrects"] == "F-0002")
        #expect(device.json("invoice", "show", "F-0002")["balance"] == "720.00")
        device.fails(
            ["invoice", "credit", "F-0002", "--net", "5000"], exit: 1, says: "more than is left")
        let again = device.json("invoice", "repeat", "--client", "Blum")
        #expect(again["totals"]["due"] == "1200.00")
        #expect(issue(again["id"].text, "2026-03-07") == "F-0004")
        let corrective = device.json("invoice", "correct", "F-0004")
        device.does("invoice", "edit", corrective["id"].text, "--set-line", "1=Site; 1; 900; 20")
        #expect(issue(corrective["id"].text, "2026-03-08") == "F-0005")
        #expect(
            device.json("invoice", "show", "F-0004", "--as-of", "2026-03-08")["status"]
                == "credited")
        // The deposit, what is left of the final invoice, and the corrective.
        let owed = device.json("owed", "--as-of", "2026-03-08")["clients"][0]["owed"]
        #expect(owed == "2160.00")
        let list = device.does("invoice", "list", "--as-of", "2026-03-08")
        #expect(list.contains("credit note") && list.contains("corrective invoice"))
    }

    @Test func `a template of one's own takes the place of ours`() {
        let device = Self.device()
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 20")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-01")
        let folder = device.home + "/.config/jalon/templates"
        Files.shell("mkdir -p '\(folder)'")
        Files.write("{{number}} of {{date}}\n", to: folder + "/document.en.txt")
        #expect(device.does("invoice", "print", "F-0001") == "F-0001 of 1 March 2026\n")
        #expect(device.does("invoice", "print", "F-0001", "--language", "fr").contains("Facture"))
        let file = device.home + "/F-0001.md"
        device.does("invoice", "print", "F-0001", "--format", "markdown", "--output", file)
        #expect(Files.read(file).hasPrefix("# Invoice F-0001\n"))
        Files.write("{{nubmer}}", to: folder + "/document.en.txt")
        let run = device.fails(["invoice", "print", "F-0001"], exit: 65, says: "{{nubmer}}")
        #expect(run.err.contains("did you mean {{number}}?"))
        Files.write("{{number}}", to: folder + "/document.en.txt")
        #expect(device.does("template", "show", "text").contains("{{totals}}"))
        device.fails(
            ["invoice", "print", "F-0001", "--output", file + "/a"], exit: 73,
            says: "cannot be written")
    }

    @Test func `the code of an invoice that is dated ahead is of what is open of it`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        device.does("me", "account", "add", "FR14 2004 1010 0505 0001 3M02 606")
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 20")["id"].text
        device.does("invoice", "issue", id, "--on", "2099-01-01")
        device.does("pay", "F-0001", "20", "--on", "2026-03-02")
        #expect(device.json("invoice", "qr", "F-0001")["amount"] == "100.00")
    }

    @Test func `an invoice shows a code that a bank's app reads, of what is still open`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        func issue(_ currency: String = "EUR") -> String {
            let id = device.json(
                "invoice", "new", "Blum", "--line", "A; 1; 100; 20", "--currency", currency)["id"]
                .text
            return device.json("invoice", "issue", id, "--on", "2026-03-01")["number"].text
        }
        let before = issue()
        device.fails(["invoice", "qr", before], exit: 1, says: "no code to be paid by")
        device.does("me", "account", "add", "FR14 2004 1010 0505 0001 3M02 606")
        let number = issue()
        device.does("pay", number, "20", "--on", "2026-03-02")
        let answer = device.json("invoice", "qr", number)
        #expect(answer["amount"] == "100.00")
        #expect(
            answer["text"].text == "BCD\n002\n1\nSCT\n\nAtelier Nord\nFR1420041010050500013M02606\n"
                + "EUR100.00\n\n\nF-0002")
        #expect(device.does("invoice", "qr", number).contains("█▀▀▀▀▀█"))
        let printed = device.does("invoice", "print", number, "--language", "en")
        #expect(printed.contains("Transfer to be scanned\n\n    █▀▀▀▀▀█"))
        let file = device.home + "/code.svg"
        device.does("invoice", "qr", number, "--output", file)
        #expect(Files.read(file).hasPrefix("<svg xmlns="))
        device.does("pay", number, "100", "--on", "2026-03-03")
        device.fails(["invoice", "qr", number], exit: 1, says: "no code to be paid by")
        let franc = device.fails(["invoice", "qr", issue("CHF")], exit: 1, says: "no code")
        #expect(franc.err.contains("only transfers in euros"))
    }

    /// A camera reads dark on light: where there are colours both are set, elsewhere neither is.
    @Test func `the code is in colours on a terminal that has them, and nowhere else`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        device.does("me", "account", "add", "FR14 2004 1010 0505 0001 3M02 606")
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 20")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-01")
        for command in [["invoice", "qr", "F-0001"], ["invoice", "print", "F-0001"]] {
            #expect(!device.does(command).contains("\u{1B}"))
            func onTerminal(_ more: [String] = []) -> String {
                let words = ([Program.jalon] + command + more).map { "'\($0)'" }
                return device.run(program: [
                    "/usr/bin/script", "-qec", words.joined(separator: " "), "/dev/null",
                ]).out
            }
            device.variables["TERM"] = "xterm"
            #expect(onTerminal().contains("\u{1B}[30;107m"), "\(command)")
            #expect(!onTerminal(["--no-color"]).contains("\u{1B}"), "\(command)")
            device.variables["NO_COLOR"] = "1"
            #expect(!onTerminal().contains("\u{1B}"), "\(command)")
            device.variables["NO_COLOR"] = nil
        }
    }

    /// A slow typist makes 200 strokes in a minute (40 words of five letters): that must do for a new
    /// client, its invoice, the number and the message, in books that know who they belong to.
    @Test func `a new client has an invoice after four commands and less than a minute of typing`()
    {
        let device = Device()
        device.does("init", "--name", "Atelier Nord", "--country", "FR")
        device.does(
            "me", "set", "--legal-form", "EI", "--address", "1 rue Nord\\n75002 Paris", "--siren",
            "404833048", "--registration", "RCS Paris 404 833 048", "--vat-id", "FR83404833048",
            "--penalty", "12 % par an", "--discount", "none", "--nature", "services")
        let typed: [[String]] = [
            [
                "client", "add", "Maison Blum", "--siren", "732829320", "--address",
                "2 rue Sud, Lyon",
            ],
            ["invoice", "new", "Blum", "--line", "Design; 3; 450; 20"],
            ["invoice", "issue", "Blum"],
            ["invoice", "send", "F-0001"],
        ]
        var strokes = 0
        for words in typed {
            let line = words.map { $0.contains(" ") ? "\"\($0)\"" : $0 }.joined(separator: " ")
            // With the name of the program, a blank and the return key.
            strokes += line.count + "jalon ".count + 1
            device.does(words)
        }
        #expect(strokes < 200)
        #expect(device.json("invoice", "show", "F-0001")["totals"]["gross"] == "1620.00")
    }

    @Test func `an account that waits for two paid invoices is nowhere before, and another way is`()
    {
        let device = Device.withBooks()
        device.does("me", "account", "add", "FR14 2004 1010 0505 0001 3M02 606")
        device.does(
            "me", "set", "--show-iban", "after:2", "--payee", "Anne Nord", "--link",
            "https://pay.example/nord")
        device.does("client", "add", "Blum")
        func print(_ day: String, _ more: String...) -> String {
            let draft = Tree(
                device.run(
                    ["invoice", "new", "Blum", "--line", "A; 1; 100; 20", "--json"] + more
                ).out)["id"].text
            let number = device.json("invoice", "issue", draft, "--on", day)["number"].text
            return device.does("invoice", "print", number)
        }
        let withheld = [
            print("2026-03-01"), print("2026-03-02", "--link", "https://pay.example/F-0002"),
        ]
        for (page, link) in zip(withheld, ["nord", "F-0002"]) {
            #expect(page.contains("Cheque payable to  Anne Nord\n"), "\(page)")
            #expect(page.contains("Online             https://pay.example/\(link)\n"), "\(page)")
            for absent in ["IBAN", "FR14", "Account of", "scanned", "█"] {
                #expect(!page.contains(absent), "\(absent) in \(page)")
            }
        }
        #expect(!withheld[1].contains("pay.example/nord"))
        for number in ["F-0001", "F-0002"] {
            let refused = device.fails(
                ["invoice", "qr", number], exit: 1, says: "no code to be paid by")
            #expect(
                refused.err.contains(
                    "the account was withheld from Blum by the rule after:2 of the books"))
            #expect(refused.err.contains("try: jalon me set --show-iban always"))
            device.does("pay", number, "120", "--on", "2026-03-03")
        }
        let trusted = print("2026-03-04")
        #expect(trusted.contains("FR14 2004 1010 0505 0001 3M02 606"), "\(trusted)")
        #expect(trusted.contains("Transfer to be scanned"))
        #expect(device.json("invoice", "qr", "F-0003")["amount"] == "120.00")
    }

    @Test func `charges and discounts on the whole are typed, and stand on the print`() {
        let device = Self.device()
        let draft = device.json(
            "invoice", "new", "Blum", "--line", "A; 1; 1000; 20", "--discount", "10%: loyal",
            "--charge", "9.00: postage")
        // 1000 - 100 + 9 are 909; 20 % of it are 181.80.
        #expect(draft["totals"]["charges"] == "9.00")
        #expect(draft["totals"]["due"] == "1090.80")
        let number = device.json(
            "invoice", "issue", draft["id"].text, "--on", "2026-03-01")["number"].text
        let page = device.does("invoice", "print", number, "--language", "en")
        #expect(
            page.contains(
                """


                loyal 10 %          -100.00 €
                postage                9.00 €
                Total without VAT    909.00 €
                Total VAT            181.80 €
                Total with VAT     1,090.80 €
                To pay             1,090.80 €

                """), "\(page)")
    }
}
