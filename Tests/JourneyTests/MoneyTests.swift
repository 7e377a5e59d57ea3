import Foundation
import Testing

struct `Money` {
    /// Books with a client and three invoices of 100.00, issued from 1 March on.
    private static func device() -> Device {
        let device = Device.withBooks()
        device.does("client", "add", "Blum", "--email", "a@blum.example")
        for day in ["2026-03-01", "2026-03-02", "2026-03-03"] {
            let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 0")["id"].text
            device.does("invoice", "issue", id, "--on", day)
        }
        return device
    }

    @Test func `one payment goes over several invoices, is receipted, and taken back`() {
        let device = Self.device()
        let payment = device.json(
            "payment", "add", "Blum", "180", "--for", "F-0002", "--for", "F-0001=30", "--on",
            "2026-03-10", "--method", "transfer", "--reference", "VIR 77")
        #expect(payment["credit"] == "50.00")
        #expect(device.json("invoice", "show", "F-0001")["balance"] == "70.00")
        device.does("payment", "allocate", "VIR 77", "--for", "F-0003=20")
        #expect(device.json("owed", "--as-of", "2026-03-10")["clients"][0]["credit"] == "30.00")
        device.fails(
            ["payment", "allocate", "VIR 77", "--for", "F-0003=31"], exit: 65, says: "more than")
        let receipt = device.does("payment", "receipt", "VIR 77", "--language", "fr")
        #expect(receipt.hasPrefix("Reçu RF-0001\n"))
        #expect(device.json("payment", "receipt", "VIR 77")["number"] == "RF-0001")
        device.does("payment", "refund", "Blum", "10")
        device.fails(
            ["payment", "refund", "Blum", "21"], exit: 1, says: "more than the client has")
        let id = payment["id"].text
        device.does("payment", "reverse", id, "--because", "bounced", "--on", "2026-03-12")
        device.fails(["payment", "reverse", id], exit: 1, says: "was taken back")
        #expect(device.json("invoice", "show", "F-0001")["balance"] == "100.00")
        #expect(device.json("payment", "list").values.count == 3)
        let log = device.json("invoice", "log", "F-0001")
        #expect(log.values.map { $0["kind"].text } == ["issued", "payment", "reversal"])
    }

    @Test func `the oldest invoices are paid first, and the statement adds up`() {
        let device = Self.device()
        device.does("payment", "add", "Blum", "150", "--oldest", "--on", "2026-03-10")
        #expect(device.json("invoice", "show", "F-0002")["balance"] == "50.00")
        let statement = device.json(
            "statement", "Blum", "--from", "2026-03-02", "--to", "2026-03-31")[0]
        #expect(statement["opening"] == "100.00")
        #expect(statement["closing"] == "150.00")
        #expect(
            device.does("statement", "Blum", "--to", "2026-03-31").contains(
                "Owed on 2026-03-31: 150.00 EUR."))
    }

    @Test func `an invoice is sent, disputed, extended and written off, and its status follows`() {
        let device = Self.device()
        device.does("client", "edit", "Blum", "--billing-email", "compta@blum.example")
        let file = device.home + "/F-0001.txt"
        device.does("invoice", "send", "F-0001", "--dry-run", "--output", file)
        #expect(!FileManager.default.fileExists(atPath: file))
        let failed = device.run(["invoice", "send", "F-0001", "--output", file + "/no/folder"])
        #expect(failed.exit != 0)
        let untouched = device.json("invoice", "log", "F-0001").values.map { $0["kind"].text }
        #expect(untouched == ["issued"])
        let sent = device.json(
            "invoice", "send", "F-0001", "--on", "2026-03-02", "--output", file)
        #expect(sent["to"] == "compta@blum.example")
        #expect(sent["message"].text.contains("F-0001"))
        #expect(Files.read(file).contains("F-0001"))
        let warned = device.run(["invoice", "send", "F-0002"])
        #expect(warned.err.contains("on this machine alone"))
        func status(_ day: String) -> Tree {
            device.json("invoice", "show", "F-0001", "--as-of", day)["status"]
        }
        #expect(status("2026-03-01") == "issued")
        #expect(status("2026-03-02") == "sent")
        #expect(status("2026-03-24") == "due")
        #expect(status("2026-04-01") == "overdue")
        device.does("invoice", "dispute", "F-0001", "--on", "2026-04-02", "--because", "late")
        device.does("invoice", "extend", "F-0001", "--to", "2026-05-01", "--on", "2026-04-03")
        device.does(
            "invoice", "note", "F-0001", "pays soon", "--with", "Anne", "--on", "2026-04-04")
        let shown = device.json("invoice", "show", "F-0001", "--as-of", "2026-04-05")
        #expect(shown["status"] == "overdue")
        #expect(shown["flags"].values.count == 2)
        device.does("invoice", "settle", "F-0001", "--on", "2026-04-06")
        device.does("invoice", "write-off", "F-0001", "--on", "2026-06-01")
        #expect(status("2026-06-01") == "written off")
        #expect(device.does("invoice", "log", "F-0001").contains("pays soon"))
        #expect(device.does("invoice", "log", "F-0001").contains("extended until 2026-05-01"))
        device.fails(
            ["invoice", "dispute", "F-0001", "--on", "2026-01-01"], exit: 65, says: "lies before")
    }

    @Test func `interest needs a rate with a source, and says each step`() {
        let device = Self.device()
        device.does("client", "edit", "Blum", "--kind", "business", "--country", "FR")
        let missing = device.fails(
            ["invoice", "interest", "F-0001", "--on", "2026-05-01"], exit: 1,
            says: "lacks ecb-main-refinancing on 2026-01-01")
        #expect(missing.err.contains("jalon rate add ecb-main-refinancing"))
        device.does(
            "rate", "add", "ecb-main-refinancing", "2.15", "--from", "2026-01-01", "--to",
            "2026-06-30", "--source", "ECB")
        // Due on 31 March: 31 days at 12.15 % of 100.00 are 1.03.
        let interest = device.json("invoice", "interest", "F-0001", "--on", "2026-05-01")
        #expect(interest["interest"] == "1.03")
        #expect(interest["fee"] == "40.00")
        #expect(device.json("rate", "list").values.count == 20)
    }

    @Test
    func `what was issued is audited, and a closed year archived to be checked without jalon`() {
        let device = Self.device()
        let audit = device.json("verify", "--documents")
        #expect(audit["issued"]["series"][0]["first"] == "F-0001")
        #expect(audit["issued"]["series"][0]["last"] == "F-0003")
        #expect(audit["issued"]["documents"].values.count == 3)
        #expect(audit["issued"]["findings"] == [])
        #expect(device.does("verify", "--documents").contains("is what its device signed for"))
        let totals = device.json("totals", "--from", "2026-03-02", "--to", "2026-12-31")[0]
        #expect(totals["documents"] == 2)
        #expect(totals["net"] == "200.00")
        #expect(totals["perpetual"]["net"] == "300.00")
        device.fails(["archive", "2026", "--as-of", "2026-12-31"], exit: 1, says: "is not over")
        let folder = device.home + "/archive"
        let archive = device.json("archive", "2026", "--as-of", "2027-01-02", "--output", folder)
        #expect(archive["documents"] == 3)
        let check = device.run(
            program: ["/bin/sh", "-c", "cd '\(folder)' && sha256sum -c manifest.sha256"])
        #expect(check.exit == 0, "\(check)")
        let again = device.fails(
            ["archive", "2026", "--as-of", "2027-01-02", "--output", folder], exit: 73,
            says: "cannot be made")
        #expect(again.err.contains("never written over another"))
    }

    @Test func `payments as of a day, and days of supply that are none`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 20")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-01")
        device.does("pay", "F-0001", "20", "--on", "2026-03-05")
        device.does("pay", "F-0001", "30", "--on", "2026-03-15")
        #expect(device.json("payment", "list", "--as-of", "2026-03-14").values.count == 1)
        #expect(device.json("payment", "list").values.count == 2)
        let line = "B; 1; 1; 20; from=2026-03-10; to=2026-03-01"
        let refused = device.fails(
            ["invoice", "new", "Blum", "--line", line], exit: 65,
            says: "line 1 ends on 2026-03-01, before it begins on 2026-03-10")
        #expect(refused.err.contains("from=2026-03-01; to=2026-03-10"))
        device.fails(
            [
                "invoice", "new", "Blum", "--line", "B; 1; 1; 20", "--from-day", "2026-03-10",
                "--to-day", "2026-03-01",
            ], exit: 65, says: "the supply ends on 2026-03-01")
    }

    @Test
    func `a bank's line is entered by its reference, day and amount, asked for where one sits`() {
        let device = Self.device()
        let said = device.does(
            "payment", "confirm", "--reference", "VIR BLUM F-0002", "--on", "2026-03-09",
            "--amount",
            "100")
        #expect(said.contains("100.00 EUR entered for F-0002 of Blum"))
        #expect(device.json("invoice", "show", "F-0002")["status"] == "paid")
        device.fails(
            [
                "payment", "confirm", "--reference", "VIR BLUM F-0002", "--on", "2026-03-09",
                "--amount", "100.00",
            ], exit: 1, says: "entered before")
        let unmatched = device.fails(
            ["payment", "confirm", "--reference", "BLUM", "--on", "2026-03-09", "--amount", "100"],
            exit: 65, says: "does not say which invoice")
        #expect(unmatched.err.contains("F-0001 of Blum, F-0003 of Blum"), "\(unmatched)")
        device.fails(
            ["payment", "confirm", "--amount", "1"], exit: 64, says: "--reference, --on must")
        let asked = device.run(
            program: [
                "/usr/bin/script", "-qec", "'\(Program.jalon)' payment confirm", "/dev/null",
            ], input: "VIR F-0003\n2026-03-10\n40\n")
        #expect(asked.out.contains("60.00 EUR still open"), "\(asked)")
    }

    @Test func `expected and received money stand in columns of their own`() {
        let device = Self.device()
        device.does("pay", "F-0001", "30", "--on", "2026-03-20")
        let income = device.json("income", "--as-of", "2026-04-10")
        #expect(income["months"][0]["month"] == "2026-03")
        #expect(income["months"][0]["received"] == "30.00")
        // Due on 31 March, 1 and 2 April.
        #expect(income["months"][0]["expected"] == "70.00")
        #expect(income["months"][1]["expected"] == "200.00")
        #expect(income["totals"][0]["expected"] == "270.00")
        let csv = device.does("income", "--as-of", "2026-04-10", "--csv")
        #expect(
            csv == "month,currency,expected,received\n2026-03,EUR,70.00,30.00\n"
                + "2026-04,EUR,200.00,0.00\n")
        let page = device.does("income", "--as-of", "2026-04-10")
        #expect(page.contains("EXPECTED  RECEIVED"))
    }

    @Test func `a payment in dollars says what it gained or lost in euros`() {
        let device = Device.withBooks()
        device.does("client", "add", "Smith")
        let id = device.json(
            "invoice", "new", "Smith", "--line", "A; 1; 1000; 0", "--currency", "USD", "--exchange",
            "0.9217")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-01")
        device.does("pay", "F-0001", "1000", "--euros", "905.10", "--on", "2026-03-05")
        let gains = device.json("exchange", "--from", "2026-03-01", "--to", "2026-03-31")
        #expect(gains["gain"] == "-16.60")
        #expect(
            device.does("exchange", "--from", "2026-03-01", "--to", "2026-03-31").contains(
                "Lost 16.60 EUR."))
    }

    @Test func `invoices are collected by a file for the bank`() {
        let device = Self.device()
        let file = device.home + "/debits.xml"
        let command = [
            "invoice", "debit", "F-0001", "F-0003", "--on", "2026-04-05", "--output", file,
            "--as-of",
            "2026-03-20",
        ]
        let bare = device.fails(command, exit: 1, says: "lacks a creditor identifier")
        #expect(bare.err.contains("jalon me set --creditor"))
        device.does("me", "set", "--creditor", "FR72ZZZ123456")
        device.does("me", "account", "add", "FR14 2004 1010 0505 0001 3M02 606")
        let mandate = device.fails(command, exit: 1, says: "Blum lacks a mandate")
        #expect(mandate.err.contains(#"jalon client edit "Blum" --mandate REFERENCE"#))
        #expect(Files.read(file).isEmpty)
        device.does(
            "client", "edit", "Blum", "--mandate", "M-17", "--mandate-date", "2026-01-15", "--iban",
            "DE89 3704 0044 0532 0130 00")
        #expect(device.run(command + ["--dry-run"]).exit == 0)
        #expect(Files.read(file).isEmpty)
        let answer = Tree(device.run(command + ["--json"]).out)
        #expect(answer["count"].integer == 2)
        #expect(answer["sum"] == "200.00")
        #expect(Files.read(file).contains("<CtrlSum>200.00</CtrlSum>"))
        let log = device.json("invoice", "log", "F-0001")[1]
        #expect(log["kind"] == "debited")
        #expect(log["text"].text.contains(answer["hash"].text))
        #expect(log["text"].text.contains("debits.xml"))
        device.fails(command, exit: 1, says: "asked for F-0001 already")
    }

    @Test func `a payment's amount, method, reference, day and receipt are read back together`() {
        let device = Self.device()
        device.does(
            "pay", "F-0001", "60", "--on", "2026-03-10", "--method", "transfer", "--reference",
            "VIR 77", "--note", "first half")
        func row() -> Tree { device.json("payment", "list")[0] }
        let told = [
            "date": "2026-03-10", "clientName": "Blum", "invoice": "F-0001", "amount": "60.00",
            "currency": "EUR", "method": "transfer", "reference": "VIR 77", "note": "first half",
        ]
        for (key, value) in told { #expect(row()[key].text == value, "\(key) in \(row())") }
        #expect(row()["receipt"] == .null)
        #expect(device.json("payment", "receipt", "VIR 77")["number"] == "RF-0001")
        #expect(row()["receipt"] == "RF-0001")
        let page = device.does("payment", "list").split(separator: "\n")
        let parts = page[1].split(separator: "  ").map {
            $0.trimmingCharacters(in: .whitespaces)
        }.filter { !$0.isEmpty }
        #expect(
            parts.dropLast() == [
                "2026-03-10", "Blum", "F-0001", "60.00 EUR", "transfer", "VIR 77", "RF-0001",
            ], "\(page)")
        #expect(device.json("payment", "list", "--where", "receipt=RF-0001").values.count == 1)
        #expect(device.json("payment", "list", "--where", "receipt=RF-0002").values.isEmpty)
        let entry = device.json("invoice", "log", "F-0001")[1]
        let logged = [
            "date": "2026-03-10", "kind": "payment", "amount": "60.00", "balance": "40.00",
            "with": "transfer", "reference": "VIR 77", "text": "first half", "receipt": "RF-0001",
        ]
        for (key, value) in logged { #expect(entry[key].text == value, "\(key) in \(entry)") }
        #expect(
            device.does("invoice", "log", "F-0001").contains(
                "transfer  VIR 77, first half, receipt RF-0001"))
    }

    @Test func `why an invoice is disputed and why it was given more time stand in its log`() {
        let device = Self.device()
        device.does(
            "invoice", "dispute", "F-0001", "--on", "2026-03-05", "--because",
            "two hours too many", "--with", "Zoé")
        device.does(
            "invoice", "extend", "F-0001", "--to", "2026-05-01", "--on", "2026-03-06", "--because",
            "until the fair is over")
        device.does(
            "invoice", "settle", "F-0001", "--on", "2026-03-07", "--because", "one hour less")
        let log = device.json("invoice", "log", "F-0001").values.dropFirst()
        #expect(log.map { $0["kind"].text } == ["disputed", "extended", "settled"])
        #expect(
            log.map { $0["text"].text } == [
                "two hours too many", "until the fair is over", "one hour less",
            ])
        #expect(log.map { $0["with"].text } == ["Zoé", "", ""])
        #expect(log.map { $0["until"].text } == ["", "2026-05-01", ""])
        let page = device.does("invoice", "log", "F-0001")
        for text in ["Zoé   two hours too many", "until the fair is over", "one hour less"] {
            #expect(page.contains(text), "\(text) in \(page)")
        }
    }

    @Test func `a message goes to the billing address, else to the client's, else to who is named`()
    {
        let device = Self.device()
        func to(_ more: String...) -> Tree {
            let run = device.run(["invoice", "send", "F-0001", "--json"] + more)
            #expect(run.exit == 0, "\(run)")
            return Tree(run.out)["to"]
        }
        #expect(to() == "a@blum.example")
        device.does("client", "edit", "Blum", "--billing-email", "compta@blum.example")
        #expect(to() == "compta@blum.example")
        #expect(to("--to", "zoe@blum.example") == "zoe@blum.example")
        device.does("client", "edit", "Blum", "--billing-email", "", "--email", "")
        #expect(to() == .null)
        #expect(device.does("invoice", "send", "F-0001").contains("nobody yet: --to ADDRESS"))
        #expect(
            device.json("invoice", "log", "F-0001").values.map { $0["with"].text } == [
                "", "a@blum.example", "compta@blum.example", "zoe@blum.example", "", "",
            ])
    }

    @Test func `what was sent stays on the first page until it is paid, credited or written off`() {
        let device = Self.device()
        func today(_ day: String) -> [String] {
            let page = device.json("today", "--as-of", day)
            return (page["late"].values + page["next"].values).map { $0["number"].text }.sorted()
        }
        let all = ["F-0001", "F-0002", "F-0003"]
        for number in all { device.does("invoice", "send", number, "--on", "2026-03-04") }
        // Issued on 1, 2 and 3 March: due on 31 March, 1 and 2 April.
        for day in ["2026-03-05", "2026-03-31", "2026-04-02", "2026-12-31"] {
            #expect(today(day) == all, "\(day)")
        }
        device.does("pay", "F-0001", "99.99", "--on", "2026-04-10")
        device.does("invoice", "dispute", "F-0002", "--on", "2026-04-10")
        device.does("invoice", "extend", "F-0003", "--to", "2026-05-01", "--on", "2026-04-10")
        #expect(today("2026-04-10") == all)
        device.does("pay", "F-0001", "0.01", "--on", "2026-04-11")
        #expect(today("2026-04-10") == all)
        #expect(today("2026-04-11") == ["F-0002", "F-0003"])
        let note = device.json("invoice", "credit", "F-0002")["id"].text
        device.does("invoice", "issue", note, "--on", "2026-04-12")
        #expect(!today("2026-04-12").contains("F-0002"))
        #expect(today("2026-04-12").contains("F-0003"))
        device.does("invoice", "write-off", "F-0003", "--on", "2026-04-13")
        #expect(today("2026-04-13") == [])
    }
}
