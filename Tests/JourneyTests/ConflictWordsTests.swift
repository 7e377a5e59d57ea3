import Testing

struct `A conflict about money` {
    @Test func `is told in the row's currency and by the numbers of its documents`() {
        let relay = Relay()
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        laptop.does("client", "add", "Blum")
        let id = laptop.json("invoice", "new", "Blum", "--line", "A; 1; 100; 0")["id"].text
        laptop.does("invoice", "issue", id, "--on", "2026-03-01")
        laptop.does("sync")
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        phone.does("sync")
        // The same line of the bank settles what was open on each: 30.00, and 20.00.
        for (device, paid, amount) in [(laptop, "70", "120"), (phone, "80", "1300")] {
            device.does("pay", "F-0001", paid, "--on", "2026-03-02")
            device.does(
                "payment", "confirm", "--reference", "VIR F-0001", "--on", "2026-03-09",
                "--amount", "100")
            device.does(
                "bill", "add", "Tokyo KK", amount, "--number", "17", "--on", "2026-03-01",
                "--currency", "JPY")
        }
        for device in [laptop, phone, laptop, phone] { device.does("sync") }
        let page = laptop.does("conflicts")
        #expect(page == phone.does("conflicts"))
        #expect(page.contains("part of a payment for “F-0001”, amount: two values"), "\(page)")
        #expect(page.contains("30.00 EUR") && page.contains("20.00 EUR"), "\(page)")
        #expect(page.contains("bill “17”, amount: two values"), "\(page)")
        #expect(page.contains("120 JPY") && page.contains("1300 JPY"), "\(page)")
        let shown = laptop.json("conflicts").values.map { $0["field"].text }
        #expect(shown == ["amount", "amount"])
    }

    @Test func `of a draft and what was issued of it is told in its currency`() {
        let relay = Relay()
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        laptop.does("client", "add", "Blum")
        let id = laptop.json("invoice", "new", "Blum", "--line", "A; 1; 100; 0")["id"].text
        laptop.does("sync")
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        phone.does("sync")
        laptop.does("invoice", "issue", id, "--on", "2026-03-05")
        phone.does("invoice", "edit", id, "--prepaid", "7")
        for device in [laptop, phone, laptop] { device.does("sync") }
        let page = laptop.does("conflicts")
        #expect(page.contains("invoice F-0001, prepaid: changed elsewhere"), "\(page)")
        #expect(page.contains("other 1   7.00 EUR"), "\(page)")
    }
}
