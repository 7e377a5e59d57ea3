import Glibc
import Testing

struct `Issuing among several` {
    private static func pair() -> (laptop: Device, phone: Device, draft: String) {
        let laptop = Device.withBooks()
        laptop.does("client", "add", "Blum", "--email", "old@blum.example")
        let draft = laptop.json("invoice", "new", "Blum", "--line", "A; 1; 100; 20")["id"].text
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        return (laptop, phone, draft)
    }

    private static func isNew(_ device: Device, _ number: String) -> Bool {
        device.does("invoice", "print", number).contains("new street")
    }

    @Test(arguments: ["relay", "folder"])
    func `meets the peers first, unless told not to`(kind: String) {
        let relay = Relay()
        let folder = Files.temporary()
        defer { Files.shell("rm -rf '\(folder)'") }
        let (laptop, phone, draft) = Self.pair()
        for device in [laptop, phone] {
            device.does("peer", "add", "team", kind == "relay" ? relay.url : folder + "/jalon")
            device.does("sync")
        }
        let second = laptop.json("invoice", "new", "Blum", "--line", "A; 1; 50; 20")["id"].text
        phone.does("client", "edit", "Blum", "--address", "new street")
        phone.does("sync")
        laptop.does("invoice", "issue", draft, "--on", "2026-03-01", "--offline")
        #expect(!Self.isNew(laptop, "F-0001"))
        let before = laptop.json("status")["unsent"].integer ?? 0
        #expect(before > 0)
        laptop.does("invoice", "issue", second, "--on", "2026-03-02")
        #expect(Self.isNew(laptop, "F-0002"))
        // What was there before it was brought along; the new number itself waits for the next sync.
        #expect(laptop.json("status")["unsent"] == 1)
    }

    @Test func `goes on when nobody answers, and says who did not`() {
        let relay = Relay()
        let (laptop, _, draft) = Self.pair()
        laptop.does("peer", "add", "team", relay.url)
        laptop.does("sync")
        relay.stop()
        let run = laptop.run(["invoice", "issue", draft, "--on", "2026-03-01"])
        #expect(run.exit == 0, "\(run)")
        #expect(run.err.contains("team was not met"))
        #expect(run.out.contains("Issued F-0001"))
    }

    @Test func `sending warns of that invoice alone, until another place holds it`() {
        let folder = Files.temporary()
        defer { Files.shell("rm -rf '\(folder)'") }
        let (laptop, phone, draft) = Self.pair()
        laptop.does("invoice", "issue", draft, "--on", "2026-03-01")
        let alone = laptop.run(["invoice", "send", "F-0001", "--json"])
        #expect(alone.err.contains("F-0001 is on this machine alone"), "\(alone)")
        #expect(Tree(alone.out)["onlyHere"] == true)
        laptop.does("peer", "add", "stick", folder + "/jalon")
        laptop.does("sync")
        laptop.does("client", "add", "Somebody")
        // Something else is unsent, but not this.
        let sent = laptop.run(["invoice", "send", "F-0001", "--json"])
        #expect(!sent.err.contains("alone"), "\(sent)")
        #expect(Tree(sent.out)["onlyHere"] == false)
        let other = laptop.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
        laptop.does("invoice", "issue", other, "--on", "2026-03-02", "--offline")
        #expect(
            laptop.run(["invoice", "send", "F-0002"]).err.contains("F-0002 is on this machine"))
        // On the device that fetched it, it came from elsewhere.
        phone.does("peer", "add", "stick", folder + "/jalon")
        phone.does("sync")
        #expect(!phone.run(["invoice", "send", "F-0001"]).err.contains("alone"))
    }

    @Test func `a place that was met once holds what it was given`() {
        let folder = Files.temporary()
        defer { Files.shell("rm -rf '\(folder)'") }
        let (laptop, _, draft) = Self.pair()
        laptop.does("invoice", "issue", draft, "--on", "2026-03-01")
        laptop.does("sync", folder + "/jalon")
        let sent = laptop.run(["invoice", "send", "F-0001", "--json"])
        #expect(!sent.err.contains("alone"), "\(sent)")
        #expect(Tree(sent.out)["onlyHere"] == false)
        // What came after that meeting is not there.
        let other = laptop.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
        laptop.does("invoice", "issue", other, "--on", "2026-03-02", "--offline")
        let alone = laptop.run(["invoice", "send", "F-0002"])
        #expect(alone.err.contains("F-0002 is on this machine alone"), "\(alone)")
    }

    @Test func `every invoice has one owner, a person, whom a company names first`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        func draft(_ more: String...) -> String {
            let run = device.run(
                ["invoice", "new", "Blum", "--line", "A; 1; 100; 20", "--json"] + more)
            return Tree(run.out)["id"].text
        }
        device.does("invoice", "issue", draft(), "--on", "2026-03-01")
        #expect(device.does("invoice", "show", "F-0001").contains("owner   Atelier Nord"))
        device.does("me", "set", "--legal-form", "SARL", "--capital", "1000")
        let second = draft()
        let refused = device.fails(
            ["invoice", "issue", second, "--on", "2026-03-01"], exit: 1, says: "nobody sees to this"
        )
        #expect(refused.err.contains("jalon me set --owner NAME"))
        #expect(device.run(["invoice", "check", second]).out.contains("--owner NAME"))
        device.does("me", "set", "--owner", "Anna")
        device.does("invoice", "issue", second, "--on", "2026-03-01")
        #expect(device.json("invoice", "show", "F-0002")["owner"] == "Anna")
        let third = draft("--owner", "Marie")
        #expect(device.json("invoice", "show", third)["owner"] == "Marie")
        device.does("invoice", "issue", third, "--on", "2026-03-02")
        let said = device.does("invoice", "assign", "F-0001", "Marie", "--on", "2026-03-04")
        #expect(said == "Marie sees to F-0001 now.\n")
        #expect(device.does("invoice", "log", "F-0001").contains("assigned"))
        let list = device.json("invoice", "list", "--where", "owner=marie")
        #expect(list.values.count == 2)
        #expect(device.json("owed", "--owner", "Marie")["totals"][0]["owed"] == "240.00")
        #expect(device.does("owed", "--owner", "Zoé").contains("Zoé sees to nothing that is open"))
        device.fails(["invoice", "assign", "F-0001", ""], exit: 65, says: "the owner is empty")
    }
}
