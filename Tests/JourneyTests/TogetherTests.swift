import Testing

/// Several machines over a real relay.
struct `Devices together` {
    /// A laptop with books, a client and an invoice, and other devices that joined and fetched all.
    private static func team(_ relay: Relay, _ names: String...) -> (
        laptop: Device, others: [Device]
    ) {
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        laptop.does("client", "add", "Blum", "--email", "old@blum.example")
        let draft = laptop.json("invoice", "new", "Blum", "--line", "Design; 1; 100.00; 20")["id"]
            .text
        laptop.does("invoice", "issue", draft, "--on", "2026-03-01")
        laptop.does("package", "new", "Blum", "Coaching", "--units", "10", "--price", "900")
        laptop.does("sync")
        let others = names.map { name in
            let device = Device(name)
            device.join(laptop, as: name)
            device.does("sync")
            return device
        }
        return (laptop, others)
    }

    /// Every device sends, then every device fetches.
    private static func meet(_ devices: [Device]) {
        for device in devices + devices { device.does("sync") }
    }

    @Test func `a relay that takes no more is a failure, and nothing is lost`() {
        let relay = Relay(quota: "1")
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        let run = laptop.run(["sync"])
        #expect(run.exit == 69, "\(run)")
        #expect(run.out.contains("team did not take 1 parcel: quota."), "\(run)")
        #expect(run.err.contains("full for these books"), "\(run)")
        #expect(laptop.json("status")["unsent"].integer ?? 0 > 0)
    }

    @Test func `status says what of ours has come where`() {
        let relay = Relay()
        let (laptop, others) = Self.team(relay, "phone", "partner")
        let phone = others[0]
        let written = laptop.json("status")["devices"][0]["changes"].integer ?? 0
        laptop.does("client", "add", "Lune")
        laptop.does("sync")
        let told = laptop.json("status")["unconfirmed"]
        #expect(told.values.map { $0["device"] } == ["partner", "phone"])
        #expect(told.values.map { $0["fetched"].integer } == [written, written])
        #expect(told.values.map { $0["peer"] } == ["team", "team"])
        // Who only reads writes no change: only the relay knows.
        phone.does("sync")
        laptop.does("sync")
        let later = laptop.json("status")["unconfirmed"].values.map { $0["fetched"].integer }
        #expect(later == [written, written + 1])
        let words = "“phone” fetched \(written + 1) of ours, says team (unconfirmed)."
        #expect(laptop.does("status").contains(words))
        // Its own change proves it.
        phone.does("client", "add", "Mars")
        phone.does("sync")
        laptop.does("sync")
        let proven = laptop.json("status")["devices"].values.first { $0["device"] == "phone" }
        #expect(proven?["seen"].integer == written + 1)
        #expect(!laptop.does("status").contains("“phone” fetched"))
    }

    @Test func `three of them work apart and end with the same books`() {
        let relay = Relay()
        let (laptop, others) = Self.team(relay, "phone", "partner")
        let (phone, partner) = (others[0], others[1])
        expectSameBooks([laptop, phone, partner])
        laptop.does("client", "edit", "Blum", "--email", "laptop@blum.example")
        phone.does("client", "edit", "Blum", "--email", "phone@blum.example")
        laptop.does("pay", "F-0001", "30", "--on", "2026-03-02")
        phone.does("pay", "F-0001", "40", "--on", "2026-03-02")
        partner.does("package", "use", "Coaching")
        phone.does("package", "use", "Coaching", "2")
        Self.meet([laptop, phone, partner])
        expectSameBooks([laptop, phone, partner])
        #expect(partner.json("invoice", "show", "F-0001")["paid"] == "70.00")
        #expect(laptop.json("package", "list")[0]["used"] == 3)

        let conflict = partner.json("conflicts")[0]
        #expect(
            conflict.keys == [
                "id", "kind", "table", "row", "field", "shown", "alternatives",
            ])
        #expect(conflict["kind"] == "value" && conflict["field"] == "email")
        #expect(conflict["alternatives"][0].keys == ["value", "writer", "device", "at"])
        #expect(partner.run(["conflicts", "--check"]).exit == 2)
        let other = conflict["alternatives"][0]["value"]
        partner.does("conflicts", "take", conflict["id"].text)
        Self.meet([partner, laptop, phone])
        expectSameBooks([laptop, phone, partner])
        #expect(laptop.json("client", "show", "Blum")["email"] == other)
        #expect(laptop.json("conflicts") == [])
        laptop.fails(["conflicts", "keep", conflict["id"].text], exit: 1, says: "has changed")
        #expect(laptop.run(["conflicts", "--check"]).exit == 0)
    }

    @Test func `joining and syncing write no change, and the answer says what arrived where`() {
        let relay = Relay()
        let (laptop, others) = Self.team(relay, "phone")
        let status = others[0].json("status")
        #expect(
            status.keys.isSuperset(of: [
                "books", "device", "writer", "version", "digest", "unsealed", "unsent",
                "conflicts", "waiting", "rejected", "peers",
            ]))
        #expect(status["writer"] == nil && status["device"] == "phone")
        #expect(status["version"].keys.count == 1)
        #expect(status["peers"][0]["name"] == "team")
        #expect(status["peers"][0].keys == ["name", "url", "lastSync", "reached"])
        #expect(laptop.json("status")["unsent"] == 0)
        others[0].does("client", "add", "Carver")
        Self.meet([others[0], laptop])
        let devices = laptop.json("status")["devices"].values
        #expect(devices.contains { $0["device"] == "phone" && ($0["seen"].integer ?? 0) > 0 })
    }

    @Test func `a copied folder goes on as a device of its own`() {
        let relay = Relay()
        let (laptop, _) = Self.team(relay)
        let copy = Device("copy")
        Files.shell("mkdir -p '\(copy.home)/data' && cp -a '\(laptop.books)' '\(copy.home)/data/'")
        laptop.does("client", "add", "From the laptop")
        copy.does("client", "add", "From the copy")
        Self.meet([laptop, copy])
        expectSameBooks([laptop, copy])
        #expect(laptop.json("status")["version"].keys.count == 2)
        #expect(laptop.json("client", "list").values.count == 3)
        let draft = copy.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
        let refused = copy.fails(["invoice", "issue", draft], exit: 1, says: "number series")
        #expect(refused.err.contains("jalon series continue F"))
        copy.does("series", "open", "F2", "--reason", "a second machine")
        #expect(copy.json("invoice", "issue", draft)["number"] == "F2-0001")
    }

    @Test func `a wiped relay is healed without a command`() {
        let relay = Relay()
        let (laptop, others) = Self.team(relay, "phone")
        let phone = others[0]
        relay.wipe()
        phone.does("client", "add", "After the loss")
        Self.meet([phone, laptop])
        expectSameBooks([laptop, phone])
        let fresh = Device("fresh")
        fresh.join(laptop, as: "fresh")
        fresh.does("sync")
        expectSameBooks([laptop, phone, fresh])
    }

    @Test func `a machine that is gone comes back from paper`() {
        let relay = Relay()
        let (laptop, _) = Self.team(relay)
        let sheet = laptop.does("recovery")
        let digest = laptop.json("status")["digest"]
        let fresh = Device("fresh")
        fresh.does("join", "-", "--device", "new laptop", input: sheet)
        fresh.does("peer", "add", "team", relay.url)
        fresh.does("sync")
        #expect(fresh.json("status")["digest"] == digest)
    }

    @Test func `the same draft issued and edited apart stays as it was issued`() {
        let relay = Relay()
        let (laptop, others) = Self.team(relay, "phone")
        let phone = others[0]
        let draft = laptop.json("invoice", "new", "Blum", "--line", "A; 1; 100; 20")["id"].text
        Self.meet([laptop, phone])
        laptop.does("invoice", "issue", draft, "--on", "2026-03-05")
        phone.does("invoice", "edit", draft, "--line", "B; 1; 50; 20")
        Self.meet([laptop, phone])
        expectSameBooks([laptop, phone])
        #expect(phone.json("invoice", "show", draft)["totals"]["net"] == "100.00")
        let conflict = phone.json("conflicts")[0]
        #expect(conflict["kind"] == "issued")
        phone.fails(
            ["conflicts", "take", conflict["id"].text], exit: 1, says: "never altered")
        phone.does("conflicts", "keep", conflict["id"].text)
        Self.meet([phone, laptop])
        #expect(laptop.json("conflicts") == [])
    }

    @Test func `an address that was never added is met once`() {
        let relay = Relay()
        let (laptop, _) = Self.team(relay)
        let other = Relay()
        laptop.does("sync", other.url)
        #expect(laptop.json("peer", "list").values.count == 1)
        laptop.fails(["sync", "nobody"], exit: 65, says: "no peer “nobody”")
    }

    @Test func `a relay that is away or is none is said in plain words`() {
        let relay = Relay()
        let (laptop, _) = Self.team(relay)
        relay.stop()
        laptop.does("client", "add", "Offline")
        let run = laptop.fails(["sync"], exit: 69, says: "cannot be reached")
        #expect(run.err.contains("kept here"))
        #expect(laptop.json("status")["unsent"] != 0)
        relay.start()
        laptop.does("sync")
        #expect(laptop.json("status")["unsent"] == 0)
    }
}
