import Testing

struct `A list in which nothing is like what was asked for` {
    @Test func `counts the invoices only where it read all of them`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        for number in ["F-0001", "F-0002"] {
            let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 0")["id"].text
            device.does("invoice", "issue", id, "--on", "2026-03-01")
            device.does("pay", number, "100", "--on", "2026-03-02")
        }
        #expect(device.does("invoice", "list", "--where", "open>0") == "None is like that.\n")
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 100; 0")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-03")
        #expect(device.does("invoice", "list", "--where", "open>100") == "None is like that.\n")
        #expect(
            device.does("invoice", "list", "--where", "amount>100") == "None of 3 is like that.\n")
    }
}
