import Testing

struct `Pay days` {
    /// Books with a client that pays on the 28th what came by the 20th, one invoice at a time, and that
    /// agreed to pay at once.
    private static func device() -> Device {
        let device = Device.withBooks()
        device.does(
            "client", "add", "Blum", "--pay-day", "28", "--cutoff", "20", "--per-cycle", "one",
            "--terms", "0d")
        return device
    }

    private static func draft(_ device: Device, _ price: String) -> String {
        device.json("invoice", "new", "Blum", "--line", "A; 1; \(price); 0")["id"].text
    }

    @Test func `the first page says by when to send, and when it is paid then`() {
        let device = Self.device()
        device.does("invoice", "issue", Self.draft(device, "100"), "--on", "2026-03-10")
        let draft = Self.draft(device, "50")
        let page = device.does("today", "--as-of", "2026-03-10")
        #expect(page.contains("To send in time\nSEND BY     NUMBER      CLIENT  TO BE PAID\n"))
        #expect(page.contains("2026-03-20  F-0001      Blum    2026-03-28\n"), "\(page)")
        #expect(
            page.contains(
                "Blum takes one invoice at a time: for 2026-03-28 there is already F-0001.\n"),
            "\(page)")
        let told = device.json("today", "--as-of", "2026-03-10")["toSend"]
        #expect(told.values.map { $0["sendBy"].text } == ["2026-03-20", "2026-03-20"])
        #expect(told.values.map { $0["paid"].text } == ["2026-03-28", "2026-03-28"])
        #expect(told.values.map { $0["number"].text } == ["F-0001", ""])
        #expect(told.values.map { $0["other"].text } == ["", "F-0001"])
        #expect(told[1]["id"].text == draft)
        device.does("invoice", "send", "F-0001", "--on", "2026-03-11")
        let later = device.json("today", "--as-of", "2026-03-21")["toSend"]
        #expect(later.values.map { $0["sendBy"].text } == ["2026-04-20"])
        #expect(later[0]["other"].text == "")
        device.does("invoice", "remove", draft)
        #expect(!device.does("today", "--as-of", "2026-03-11").contains("To send in time"))
    }

    @Test func `what is expected of such a client stands in the month of its pay day`() {
        let device = Self.device()
        device.does("invoice", "issue", Self.draft(device, "100"), "--on", "2026-03-10")
        device.does("invoice", "issue", Self.draft(device, "50"), "--on", "2026-03-21")
        let income = device.json("income", "--from", "2026-01-01", "--as-of", "2026-03-31")
        #expect(income["months"].values.map { $0["month"].text } == ["2026-03", "2026-04"])
        #expect(income["months"].values.map { $0["expected"].text } == ["100.00", "50.00"])
        let check = device.run(
            ["invoice", "check", Self.draft(device, "1"), "--on", "2026-03-21"])
        #expect(
            check.out.contains(
                "The client's cut-off is past: sent by 2026-04-20, it is paid on 2026-04-28."),
            "\(check)")
    }

    @Test func `a method is one of a list that help names, and a mistyped one is told`() {
        let device = Self.device()
        device.does("invoice", "issue", Self.draft(device, "100"), "--on", "2026-03-10")
        for command in [
            ["pay"], ["payment", "add"], ["payment", "refund"], ["payment", "confirm"],
            ["bill", "pay"], ["client", "add"], ["invoice", "new"],
        ] {
            let help = device.does(command + ["--help"]).split(separator: "\n").map {
                $0.trimmingPrefix { $0 == " " }
            }.joined(separator: " ")
            #expect(
                help.contains(
                    "transfer, cheque, card, direct debit, wallet, link, person to person, cash,"),
                "\(command) \(help)")
        }
        let refused = device.fails(
            ["pay", "F-0001", "10", "--method", "cheqe"], exit: 65,
            says: "“cheqe” cannot stand as method")
        #expect(refused.err.contains("why: did you mean cheque"))
        #expect(
            refused.err.contains(
                "try: write transfer, cheque, card, direct debit, wallet, link, person to person, "
                    + "cash, crypto, other"))
        #expect(device.json("payment", "list").values.isEmpty)
        device.does("pay", "F-0001", "10", "--method", "direct", "--on", "2026-03-11")
        #expect(device.json("payment", "list")[0]["method"] == "direct debit")
        #expect(
            device.json("payment", "list", "--where", "method=direct debit").values.count == 1)
    }

    @Test func `lists tell methods and notes where they are asked for`() {
        let device = Self.device()
        let draft = Self.draft(device, "100")
        device.does("invoice", "edit", draft, "--method", "cheque", "--note", "Half now")
        device.does("invoice", "issue", draft, "--on", "2026-03-10")
        device.does("invoice", "issue", Self.draft(device, "50"), "--on", "2026-03-10")
        let words = ["invoice", "list", "--as-of", "2026-03-11"]
        #expect(!device.does(words).contains("METHOD"))
        let asked = device.does(words + ["--where", "method=cheque"])
        #expect(asked.contains("METHOD"))
        #expect(asked.contains("cheque"))
        #expect(!asked.contains("F-0002"))
        #expect(device.does(words + ["--sort", "note"]).contains("Half now"))
        let rows = device.json("invoice", "list")
        #expect(rows.values.map { $0["method"].text } == ["cheque", ""])
        #expect(rows.values.map { $0["note"].text } == ["Half now", ""])
        let groups = device.json("invoice", "list", "--group", "method")
        #expect(groups.values.map { $0["group"].text } == ["cheque", "none"])
        let csv = device.does(words + ["--csv"]).split(separator: "\n")
        #expect(csv[0].contains(",terms,sent,method,note,"))
        #expect(csv[1].contains(",cheque,Half now,"))
        device.does("view", "save", "cheques", "--where", "method=cheque")
        #expect(device.json("view", "cheques").values.map { $0["number"].text } == ["F-0001"])
    }
}
