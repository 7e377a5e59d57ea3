import Testing

struct `Care` {
    private static func device() -> Device {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        device.does("client", "edit", "Blum", "--email", "a@b.example")
        return device
    }

    @Test func `the log tells every change, the latest first`() {
        let log = Self.device().json("log").values
        #expect(log.map { $0["number"].integer } == [3, 2, 1])
        #expect(log[0].keys == ["id", "writer", "device", "number", "at", "operations"])
        #expect(log[0]["operations"][0]["put"]["email"] == "a@b.example")
    }

    @Test func `verify, doctor and rebuild find sound books sound`() {
        let device = Self.device()
        let digest = device.json("status")["digest"]
        #expect(device.json("verify")["findings"] == [])
        #expect(device.json("doctor")["findings"] == [])
        #expect(device.json("rebuild")["digest"] == digest)
        #expect(device.json("status")["digest"] == digest)
    }

    @Test func `doctor names files that others may read, and mends them`() {
        let device = Self.device()
        Files.shell("chmod 644 '\(device.books)/key'")
        let run = device.run(["doctor", "--json"])
        #expect(run.exit == 2)
        #expect(Tree(run.out)["findings"][0]["code"] == "permissions")
        #expect(device.run(["doctor", "--fix"]).exit == 0)
        #expect(device.run(["doctor"]).exit == 0)
    }

    private static func codes(_ device: Device) -> [String] {
        Tree(device.run(["doctor", "--json"]).out)["findings"].values.map { $0["code"].text }
    }

    @Test
    func `doctor names an older copy that was put back, until others or a change make it new`() {
        let device = Self.device()
        let stick = device.home + "/stick"
        Files.shell("cp -a '\(device.books)' '\(device.home)/older'")
        device.does("client", "add", "Carver")
        device.does("sync", stick)
        let back = "rm -r '\(device.books)' && cp -a '\(device.home)/older' '\(device.books)'"
        Files.shell(back)
        #expect(Self.codes(device) == ["older"])
        device.does("sync", stick)
        #expect(Self.codes(device) == [])
        Files.shell(back)
        let said = "1 of the changes that this machine wrote in these books is not in them any more"
        #expect(device.run(["client", "add", "Dover"]).err.contains(said))
        #expect(Self.codes(device) == [])
        #expect(!device.run(["client", "add", "Elm"]).err.contains(said))
    }

    @Test func `doctor names a folder that is synchronised, and the copies that came of conflicts`()
    {
        let device = Self.device()
        Files.shell("mkdir '\(device.home)/.stfolder'")
        Files.shell("touch '\(device.books)/books.sqlite.bak'")
        #expect(Self.codes(device) == ["place"])
        for name in ["books (conflicted copy).sqlite", "books.sync-conflict-20261121.sqlite"] {
            Files.shell("cp '\(device.books)/books.sqlite' '\(device.books)/\(name)'")
        }
        #expect(Self.codes(device) == ["place", "copies", "copies"])
        #expect(device.run(["doctor"]).out.contains("books (conflicted copy).sqlite"))
    }

    @Test func `doctor leaves a folder that holds other things open to others`() {
        let device = Self.device()
        Files.shell("touch '\(device.books)/note' && chmod 755 '\(device.books)'")
        #expect(device.run(["doctor", "--fix"]).exit == 0)
        #expect(Files.shell("test $(stat -c %a '\(device.books)') = 755") == 0)
        Files.shell("rm '\(device.books)/note'")
        #expect(device.run(["doctor", "--fix"]).exit == 0)
        #expect(Files.shell("test $(stat -c %a '\(device.books)') = 700") == 0)
    }

    @Test func `a dry run of everything that writes changes nothing`() {
        let device = Self.device()
        let id = device.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
        device.does("package", "new", "Blum", "P", "--units", "1", "--price", "1")
        let before = device.json("status")
        for words in [
            ["client", "add", "X"], ["client", "edit", "Blum", "--email", "c@d.example"],
            ["invoice", "new", "Blum", "--line", "B; 1; 1; 20"],
            ["invoice", "edit", id, "--line", "B; 1; 1; 20"], ["invoice", "issue", id],
            ["invoice", "remove", id], ["package", "use", "P"],
            ["package", "new", "Blum", "Q", "--units", "1", "--price", "1"],
            ["series", "open", "F9", "--reason", "why"], ["peer", "add", "x", "http://x.example"],
            ["books", "edit", "--address", "here"], ["rebuild"],
        ] {
            let run = device.run(words + ["--dry-run"])
            #expect(run.exit == 0 && run.err.contains("dry run"), "\(words) \(run)")
        }
        #expect(device.json("status") == before)
    }
}
