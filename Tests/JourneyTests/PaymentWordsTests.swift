import Testing

struct `A payment of what was written off` {
    @Test func `tells the same as the invoice: nothing more is expected`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 103; 0")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-01")
        device.does("invoice", "write-off", "F-0001", "--on", "2026-03-02")
        let said = device.does("pay", "F-0001", "50", "--on", "2026-03-05")
        #expect(said.contains("It was written off: nothing more is expected of it."))
        #expect(!said.contains("still open"))
        #expect(device.json("pay", "F-0001", "3", "--on", "2026-03-05")["status"] == "written off")
        #expect(device.json("invoice", "show", "F-0001")["status"] == "written off")
    }
}
