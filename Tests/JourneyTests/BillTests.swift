import Testing

struct `Bills of suppliers` {
    @Test func `are entered with their file, paid in parts, aged and exported`() {
        let device = Device.withBooks()
        let file = device.home + "/bill.pdf"
        Files.write("%PDF-1.7", to: file)
        let bill = device.json(
            "bill", "add", "Papier SA", "120", "--vat", "20", "--number", "2026-17", "--on",
            "2026-01-10", "--due", "2026-02-09", "--file", file, "--note", "paper")
        #expect(bill["net"] == "100.00")
        #expect(bill["file"] == "bill.pdf")
        // What sha256sum says of these bytes.
        #expect(
            bill["hash"] == "86edbaa24831badfa0a8b04bb410141e2ee4182b6d0014493fe262a7a331c20b")
        device.does("bill", "add", "Hosting", "12", "--on", "2026-03-01")
        device.fails(
            ["bill", "add", "papier sa", "5", "--number", "2026-17"], exit: 1,
            says: "there is a bill “2026-17” already")
        func shown(_ day: String) -> Tree {
            device.json("bill", "list", "--as-of", day, "--where", "supplier~papier")[0]
        }
        #expect(shown("2026-02-09")["bucket"] == "not due")
        #expect(shown("2026-02-10")["status"] == "overdue")
        #expect(shown("2026-03-11")["bucket"] == "0-30")
        #expect(shown("2026-03-12")["bucket"] == "31-60")
        #expect(shown("2026-04-11")["bucket"] == "60+")
        #expect(shown("2026-04-11")["daysLate"] == 61)
        #expect(
            device.does("bill", "pay", "2026-17", "50", "--on", "2026-02-01", "--method", "card")
                .contains("70.00 EUR of the bill 2026-17 of Papier SA still open."))
        device.fails(
            ["bill", "pay", "2026-17", "70.01", "--on", "2026-02-02"], exit: 65, says: "more than")
        device.does("bill", "pay", "papier sa", "--on", "2026-02-03")
        #expect(shown("2026-02-03")["status"] == "paid")
        #expect(shown("2026-02-02")["paid"] == "50.00")
        #expect(shown("2026-02-03")["bucket"] == nil)
        device.does("bill", "reverse", "2026-17", "--on", "2026-02-05")
        #expect(shown("2026-02-05")["balance"] == "70.00")
        let csv = device.does("bill", "list", "--csv", "--as-of", "2026-03-02")
        #expect(csv.hasPrefix("supplier,number,date,due,month,status,late,bucket,currency,net,"))
        #expect(
            csv.contains("Papier SA,2026-17,2026-01-10,2026-02-09,2026-01,overdue,21,0-30,EUR,"))
        let groups = device.json("bill", "list", "--group", "status", "--as-of", "2026-03-02")
        #expect(groups.values.map { $0["group"].text } == ["open", "overdue"])
        #expect(groups[1]["sums"][0]["open"] == "70.00")
        device.does("bill", "remove", "2026-17")
        #expect(device.json("bill", "list").values.count == 1)
        // Money that is owed to suppliers stands nowhere among what comes in.
        #expect(device.json("owed")["clients"] == [])
        #expect(device.json("totals") == [])
    }

    @Test func `get one clear error and change nothing`() {
        let device = Device.withBooks()
        device.does("bill", "add", "Papier SA", "120", "--number", "17", "--on", "2026-01-10")
        let before = device.json("bill", "list")
        let rows: [(words: [String], exit: Int32, says: String)] = [
            (["add", "", "5"], 65, "the name is empty"),
            (["add", "X", "0"], 65, "cannot be entered"),
            (["add", "X", "ten"], 65, "is not a number"),
            (["add", "X", "1.234"], 65, "too many decimals"),
            (["add", "X", "10", "--vat", "11"], 65, "is too large"),
            (
                ["add", "X", "10", "--on", "2026-02-02", "--due", "2026-02-01"], 65,
                "a day from 2026-02-02 on"
            ),
            (["add", "X", "10", "--currency", "XYZ"], 65, "no currency"),
            (["add", "X", "10", "--file", "/nowhere.pdf"], 65, "cannot be read"),
            (["pay", "18"], 65, "no bill is called “18”"),
            (["pay", "17", "-5"], 64, "unknown option"),
            (["pay", "17", "5", "--on", "2026-01-09"], 65, "lies before"),
            (["reverse", "17"], 1, "nothing was paid"),
            (["remove", "18"], 65, "no bill is called “18”"),
        ]
        for row in rows { device.fails(["bill"] + row.words, exit: row.exit, says: row.says) }
        #expect(device.json("bill", "list") == before)
    }
}
