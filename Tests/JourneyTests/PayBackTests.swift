import Testing

struct `What a business pays back` {
    @Test func `is not asked of the client, and never late`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum", "--email", "a@blum.example", "--terms", "30d")
        let deposit = device.json(
            "invoice", "new", "Blum", "--deposit", "--line", "Deposit; 1; 500; 20")["id"].text
        #expect(
            device.does("invoice", "issue", deposit, "--on", "2026-03-01").contains(
                "600.00 EUR, to be paid by 2026-03-31."))
        device.does("pay", "F-0001", "600", "--on", "2026-03-05")
        let final = device.json("invoice", "new", "Blum", "--line", "Site; 1; 400; 20")["id"].text
        device.does("invoice", "edit", final, "--deduct", "F-0001")
        let issued = device.does("invoice", "issue", final, "--on", "2026-03-10")
        #expect(issued.contains("Issued F-0002 for Blum, -120.00 EUR.\n"), "\(issued)")
        #expect(device.json("today", "--as-of", "2026-12-31")["late"] == [])
        let letter = device.json("invoice", "send", "F-0002", "--on", "2026-03-10", "--dry-run")
        #expect(!letter["message"].text.contains("to be paid by"), "\(letter)")
    }
}
