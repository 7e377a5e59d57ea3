import Foundation
import Testing

struct `Lists` {
    /// Books with three clients, four invoices, two payments and a draft.
    private static func device() -> Device {
        let device = Device.withBooks()
        device.does("client", "add", "Blum", "--folder", "Agencies/Paris")
        device.does("client", "add", "Barnes and Noble", "--folder", "Agencies")
        device.does("client", "add", "=cmd|' /C calc'!A0")
        device.does("client", "label", "Barnes and Noble", "vip", "slow")
        for (client, price, day) in [
            ("Blum", "100", "2026-01-10"), ("Barnes and Noble", "250", "2026-02-01"),
            ("=cmd", "1000", "2026-03-10"), ("Blum", "50", "2026-03-12"),
        ] {
            let id = device.json("invoice", "new", client, "--line", "A; 1; \(price); 0")["id"].text
            device.does("invoice", "issue", id, "--on", day)
        }
        device.does("invoice", "new", "Blum", "--line", "A; 1; 7; 0")
        device.does("pay", "F-0001", "40", "--on", "2026-02-20", "--method", "transfer")
        device.does("pay", "F-0002", "250", "--on", "2026-03-01", "--method", "cheque")
        return device
    }

    private static func numbers(_ device: Device, _ words: String...) -> [String] {
        let run = device.run(
            ["invoice", "list", "--json", "--as-of", "2026-03-15"] + words)
        #expect(run.exit == 0, "\(run)")
        return Tree(run.out).values.map { $0["number"].text }
    }

    @Test func `invoices are filtered, sorted and grouped`() {
        let device = Self.device()
        #expect(Self.numbers(device, "--where", "status=overdue") == ["F-0001"])
        #expect(Self.numbers(device, "--where", "status=overdue or paid") == ["F-0001", "F-0002"])
        #expect(
            Self.numbers(device, "--where", "client=blum and open>55") == ["F-0001"])
        #expect(
            Self.numbers(device, "--where", "folder=agencies", "--sort", "-amount")
                == ["F-0002", "F-0001", "F-0004", ""])
        #expect(Self.numbers(device, "--where", "label=VIP") == ["F-0002"])
        #expect(Self.numbers(device, "--where", "late>=34") == ["F-0001"])
        #expect(Self.numbers(device, "--where", "number=none") == [""])
        let groups = device.json(
            "invoice", "list", "--as-of", "2026-03-15", "--where", "number!=none", "--group",
            "client")
        #expect(groups.values.map { $0["count"].integer } == [1, 1, 2])
        #expect(groups[2]["group"] == "Blum")
        #expect(groups[2]["sums"][0]["open"] == "110.00")
        #expect(groups[2]["rows"][0]["daysLate"] == 34)
        #expect(groups[2]["rows"][0]["bucket"] == "31-60")
        let page = device.does("invoice", "list", "--group", "month", "--as-of", "2026-03-15")
        #expect(page.contains("2: net 1050.00, amount 1050.00, open 1050.00 EUR"))
        #expect(
            device.does("invoice", "list", "--where", "client=nobody").contains(
                "None of 5 is like that."))
    }

    @Test func `payments, clients and bills are filtered the same way`() {
        let device = Self.device()
        let paid = device.json("payment", "list", "--where", "method=cheque and date<2026-04-01")
        #expect(paid.values.map { $0["amount"].text } == ["250.00"])
        #expect(device.json("payment", "list", "--where", "invoice=F-0001").values.count == 1)
        #expect(device.json("payment", "list", "--where", "label=vip").values.count == 1)
        let clients = device.json("client", "list", "--where", "label=vip and folder=agencies")
        #expect(clients.values.map { $0["name"].text } == ["Barnes and Noble"])
        #expect(clients[0]["labels"] == ["slow", "vip"])
        device.does("client", "label", "Barnes and Noble", "--remove", "slow")
        #expect(device.json("client", "show", "Barnes and Noble")["labels"] == ["vip"])
        device.fails(
            ["client", "label", "Blum", "--remove", "vip"], exit: 65, says: "“vip” is no label")
        device.fails(["client", "label", "Blum", "a,b"], exit: 65, says: "“a,b” cannot stand")
        device.fails(
            ["client", "edit", "Blum", "--folder", "a//b"], exit: 65, says: "“a//b” cannot stand")
    }

    @Test func `rows for a spreadsheet have all fields, and nothing that it would calculate`() {
        let device = Self.device()
        let csv = device.does("invoice", "list", "--csv", "--where", "issued>2026-03-01")
            .split(separator: "\n")
        #expect(csv[0].hasPrefix("number,client,kind,status,flags,issued,due,month,late,bucket,"))
        #expect(csv[1].hasPrefix("F-0003,'=cmd|' /C calc'!A0,invoice,"))
        #expect(csv[1].contains(",EUR,1000.00,0.00,1000.00,0.00,1000.00,"))
        let raw = device.does("client", "list", "--csv", "--raw")
        #expect(raw.contains("\n=cmd|"))
        let plain = device.does("invoice", "list", "--plain", "--sort", "number")
            .split(separator: "\n").map {
                $0.split(separator: "\t", omittingEmptySubsequences: false)
            }
        #expect(plain.map { $0[0] } == ["F-0001", "F-0002", "F-0003", "F-0004", ""])
        #expect(Set(plain.map(\.count)) == [csv[0].split(separator: ",").count])
        for list in [
            "client list", "payment list", "bill list", "item list", "package list", "owed",
            "series list", "rate list", "view list", "me account list", "invoice log F-0001",
            "statement Blum", "totals",
        ] {
            let words = list.split(separator: " ").map(String.init)
            let heading = device.run(words + ["--csv"])
            #expect(heading.exit == 0, "\(list) \(heading)")
            let width = heading.out.split(separator: "\n")[0].split(separator: ",").count
            #expect(width > 3, "\(list) \(heading)")
            let rows = device.run(words + ["--plain"])
            #expect(rows.exit == 0, "\(list) \(rows)")
            #expect(
                rows.out.split(separator: "\n").count + 1
                    == heading.out.split(separator: "\n").count, "\(list)")
        }
        device.fails(["client", "list", "--csv", "--plain"], exit: 64, says: "two forms")
        device.fails(["client", "list", "--csv", "--json"], exit: 64, says: "two forms")
        device.fails(["client", "list", "--raw"], exit: 64, says: "--raw belongs to --csv")
    }

    @Test func `a list is kept under a name, and pinned to the first page`() {
        let device = Self.device()
        device.does(
            "view", "save", "Client Blum", "--where", "client=blum", "--sort", "-due", "--pin")
        device.does("view", "save", "vip", "--of", "client", "--where", "label=vip")
        device.does("view", "save", "slow money", "--of", "payment", "--where", "method=cheque")
        #expect(device.json("view", "client blum").values.count == 3)
        #expect(device.json("view", "vip")[0]["name"] == "Barnes and Noble")
        #expect(device.json("view", "slow")[0]["amount"] == "250.00")
        #expect(device.does("view", "vip", "--csv").contains("Barnes and Noble"))
        #expect(
            device.does().contains("Client Blum  3, 110.00 EUR open: jalon view \"Client Blum\""))
        #expect(device.json("today")["pinned"][0]["count"] == 3)
        device.does("view", "pin", "vip")
        #expect(device.json("view", "list").values.map { $0["pinned"] } == [true, false, true])
        device.does("view", "unpin", "Client Blum")
        device.fails(["view", "unpin", "Client Blum"], exit: 64, says: "nothing was changed")
        device.does("view", "remove", "vip")
        device.fails(["view", "show", "vip"], exit: 65, says: "the view “vip” was removed")
        device.fails(
            ["view", "save", "x", "--of", "serie"], exit: 65, says: "“serie” cannot stand as of")
        device.fails(
            ["view", "save", "x", "--of", "client", "--where", "status=due"], exit: 65,
            says: "“status” is no field")
    }

    /// The number, client, days, amounts, status and owner of an invoice tracker, in each form.
    @Test func `a row of the list has all nine fields of a tracker, and the terms`() {
        let device = Self.device()
        device.does("invoice", "assign", "F-0002", "Marie", "--on", "2026-02-02")
        let words = ["invoice", "list", "--as-of", "2026-03-15"]
        let page = device.does(words).split(separator: "\n").map(Self.cells)
        #expect(
            page[0] == [
                "NUMBER", "CLIENT", "ISSUED", "DUE", "AMOUNT EUR", "PAID", "OPEN", "STATUS",
                "OWNER",
            ])
        // 30 days after 10 January is 9 February; 40.00 of 100.00 came.
        #expect(
            page[1] == [
                "F-0001", "Blum", "2026-01-10", "2026-02-09", "100.00", "40.00", "60.00",
                "overdue, part paid", "Atelier Nord",
            ])
        #expect(
            page[2] == [
                "F-0002", "Barnes and Noble", "2026-02-01", "2026-03-03", "250.00", "250.00",
                "0.00", "paid", "Marie",
            ])
        let row = Tree(device.run(words + ["--json"]).out)[0]
        let told = [
            "number": "F-0001", "clientName": "Blum", "issued": "2026-01-10", "due": "2026-02-09",
            "paid": "40.00", "balance": "60.00", "status": "overdue", "owner": "Atelier Nord",
            "terms": "30d",
        ]
        for (key, value) in told { #expect(row[key].text == value, "\(key) in \(row)") }
        #expect(row["totals"]["due"] == "100.00")
        let csv = device.does(words + ["--csv"]).split(separator: "\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        let values = Dictionary(zip(csv[0], csv[1]), uniquingKeysWith: { first, _ in first })
        let written = [
            "number": "F-0001", "client": "Blum", "issued": "2026-01-10", "due": "2026-02-09",
            "amount": "100.00", "paid": "40.00", "open": "60.00", "status": "overdue",
            "owner": "Atelier Nord", "terms": "30d",
        ]
        for (key, value) in written { #expect(values[key] == value, "\(key) in \(csv)") }
        #expect(Self.numbers(device, "--where", "terms=30d and paid>40").count == 1)
        #expect(Self.numbers(device, "--where", "terms=60d").isEmpty)
    }

    @Test func `what was paid makes room first where a window is narrow`() {
        let device = Self.device()
        device.variables["TERM"] = "dumb"
        func heading(_ columns: String) -> [String] {
            device.variables["COLUMNS"] = columns
            return Self.onTerminal(device, ["invoice", "list"]).split(
                separator: "\n", maxSplits: 1
            ).first.map(Self.cells) ?? []
        }
        #expect(heading("120").contains("PAID"))
        #expect(!heading("80").contains("PAID"))
        #expect(Set(heading("80")).isSuperset(of: ["NUMBER", "DUE", "AMOUNT EUR", "OPEN"]))
    }

    @Test func `each status has its colour on a terminal, and none with --no-color`() {
        let device = Self.device()
        device.variables["TERM"] = "xterm"
        device.variables["COLUMNS"] = "200"
        device.does("invoice", "send", "F-0004", "--on", "2026-03-13")
        // F-0003 falls due on 9 April and F-0004 on 11 April: the first is due from 2 April.
        let words = ["invoice", "list", "--as-of", "2026-04-03"]
        let page = Self.onTerminal(device, words)
        for painted in [
            "\u{1B}[31moverdue, part paid\u{1B}[0m", "\u{1B}[32mpaid\u{1B}[0m",
            "\u{1B}[33mdue\u{1B}[0m", "  sent", "\u{1B}[2mdraft\u{1B}[0m",
        ] {
            #expect(
                page.contains(painted), "\(painted.debugDescription) in \(page.debugDescription)")
        }
        let plain = Self.onTerminal(device, words + ["--no-color"])
        #expect(plain.contains("overdue, part paid"))
        #expect(!plain.contains("\u{1B}"), "\(plain.debugDescription)")
    }

    @Test func `what was sent and what only was issued are listed apart`() {
        let device = Self.device()
        device.does("invoice", "send", "F-0003", "--on", "2026-03-11")
        #expect(Self.numbers(device, "--status", "sent") == ["F-0003"])
        #expect(Self.numbers(device, "--status", "issued") == ["F-0004"])
        #expect(Self.numbers(device, "--where", "status=sent") == ["F-0003"])
        let before = device.json(
            "invoice", "list", "--status", "issued", "--as-of", "2026-03-10")
        #expect(before.values.map { $0["number"].text } == ["F-0003"])
        device.does("pay", "F-0003", "1000", "--on", "2026-03-14")
        #expect(Self.numbers(device, "--status", "sent") == [])
    }

    /// The texts of a line whose columns stand at least two blanks apart.
    private static func cells(_ line: some StringProtocol) -> [String] {
        String(line).split(separator: "  ").map {
            $0.trimmingCharacters(in: .whitespacesAndNewlines)
        }
        .filter { !$0.isEmpty }
    }

    /// What a person reads who sits before a terminal.
    private static func onTerminal(_ device: Device, _ words: [String]) -> String {
        let command = ([Program.jalon] + words).map { "'\($0)'" }.joined(separator: " ")
        return device.run(program: ["/usr/bin/script", "-qec", command, "/dev/null"]).out
            .replacingOccurrences(of: "\r\n", with: "\n")
    }

    /// Each is refused with these words, and nothing is answered.
    @Test func `what cannot be read is told, and shows no fewer rows`() {
        let device = Self.device()
        let rows: [(words: [String], says: String)] = [
            (["--where", "statuss=paid"], "did you mean status?"),
            (["--where", "status=overdu"], "did you mean overdue?"),
            (["--where", "status"], "“status” is no condition"),
            (["--where", "open>x"], "the amount “x” is not a number"),
            (["--where", "open>1,234"], "read in two ways"),
            (["--where", "due<soon"], "not a whole date"),
            (["--where", "due<05/12"], "two ways"),
            (["--where", "open~5"], "“~” says nothing about open"),
            (["--where", "status<paid"], "“<” says nothing about status"),
            (["--where", "status=due or client=x"], "cannot stand behind “or”"),
            (["--where", "client=\"x"], "is not closed"),
            (["--where", "open>1 and"], "nothing stands beside “and”"),
            (["--where", String(repeating: "x", count: 501)], "at most 500 characters"),
            (["--sort", "dues"], "did you mean due?"), (["--sort", ","], "beside “,”"),
            (["--group", "colour"], "“colour” is no field"),
        ]
        for row in rows {
            device.fails(["invoice", "list"] + row.words, exit: 65, says: row.says)
        }
    }
}
