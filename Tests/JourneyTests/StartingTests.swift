import Testing

struct `Starting` {
    @Test func `without books jalon says what to type, and makes none`() {
        let device = Device()
        let alone = device.run([])
        #expect(alone.exit == 0)
        #expect(alone.out.contains("jalon init --name"))
        #expect(alone.out.contains("jalon join -"))
        #expect(alone.out.contains("jalon --help"))
        let list = device.fails(["client", "list"], exit: 1, says: "there are no books in")
        #expect(list.err.contains("jalon init --name"))
        #expect(device.run(program: ["ls", device.home + "/data"]).exit != 0)
    }

    @Test func `a mistyped folder never becomes second books`() {
        let device = Device.withBooks()
        device.fails(
            ["client", "add", "Blum", "--books", device.home + "/boks"], exit: 1,
            says: "there are no books in \(device.home)/boks")
        #expect(device.run(program: ["ls", device.home + "/boks"]).exit != 0)
    }

    @Test func `new books say where they are and are empty`() {
        let device = Device()
        let made = device.json("init", "--name", "Atelier Nord", "--currency", "EUR")
        #expect(made["name"] == "Atelier Nord")
        #expect(made["folder"].text == device.books)
        #expect(device.json("client", "list") == [])
        #expect(device.json("invoice", "list") == [])
        #expect(device.json("payment", "list") == [])
        #expect(device.json("package", "list") == [])
        #expect(device.json("conflicts") == [])
    }

    @Test func `books are readable by their owner alone`() {
        let device = Device.withBooks()
        let open = device.run(program: [
            "find", device.home + "/data/jalon", device.home + "/state/jalon", "-perm", "/077",
        ])
        #expect(open.exit == 0)
        #expect(open.out == "")
    }

    @Test func `a join that was cut off before its relays were named is finished by another`() {
        let device = Device.withBooks()
        for name in ["team", "home"] { device.does("peer", "add", name, "http://\(name).example") }
        let invitation = device.run(["invite"]).lastLine
        let phone = Device("phone")
        phone.does("join", "-", input: invitation)
        // As it stood between two commits.
        phone.does("peer", "remove", "home")
        phone.does("join", "-", input: invitation)
        #expect(phone.json("peer", "list").values.map { $0["name"] } == ["home", "team"])
        phone.fails(["join", "-"], exit: 1, says: "there are books in", input: invitation)
    }

    @Test func `a second init and a join over books change nothing`() {
        let device = Device.withBooks()
        let before = device.json("status")["digest"]
        device.fails(["init", "--name", "Other"], exit: 1, says: "there are books in")
        let other = Device.withBooks("Other")
        let invitation = other.run(["invite"]).lastLine
        device.fails(["join", "-"], exit: 1, says: "there are books in", input: invitation)
        #expect(device.json("status")["digest"] == before)
    }

    @Test func `wrong words for new books leave no folder behind`() {
        let device = Device()
        device.fails(
            ["init", "--name", "A", "--currency", "EURO"], exit: 65, says: "is no currency")
        device.fails(["init", "--name", "A", "--country", "Q7"], exit: 65, says: "is no country")
        device.fails(["init", "--name", ""], exit: 65, says: "the name is empty")
        #expect(device.run(program: ["ls", device.books]).exit != 0)
    }

    @Test func `a dry run of init makes nothing`() {
        let device = Device()
        #expect(device.run(["init", "--name", "A", "--dry-run"]).exit == 0)
        #expect(device.run(program: ["ls", device.books]).exit != 0)
    }

    @Test func `JALON_BOOKS and --books name the folder, from anywhere`() {
        let device = Device()
        device.variables["JALON_BOOKS"] = device.home + "/one"
        device.does("init", "--name", "One")
        device.does("--books", device.home + "/two", "init", "--name", "Two")
        #expect(device.json("books", "show")["name"] == "One")
        #expect(device.json("--books=" + device.home + "/two", "books", "show")["name"] == "Two")
    }

    @Test func `the version is one line`() {
        let run = Device().run(["--version"])
        #expect(run.exit == 0)
        #expect(run.out.hasPrefix("jalon ") && run.out.hasSuffix("\n"))
    }

    @Test func `help names every command`() {
        let help = Device().run(["--help"])
        #expect(help.exit == 0)
        for word in [
            "init", "join", "client", "invoice", "pay", "payment", "package", "owed", "invite",
            "peer", "sync", "conflicts", "series", "recovery", "lost", "status", "log", "verify",
            "rebuild", "doctor",
        ] {
            #expect(help.out.contains("  \(word) "), "\(word)")
        }
    }

    @Test func `a hostile environment stops nothing`() {
        let device = Device.withBooks()
        device.does("client", "add", "Zoë")
        var bare = device.variables
        bare["LANG"] = "xx_YY.broken"
        bare["LC_ALL"] = "also broken"
        bare["TERM"] = nil
        bare["PATH"] = ""
        device.variables = bare
        #expect(device.does("client", "list").contains("Zoë"))
        device.variables = ["JALON_BOOKS": device.books]
        #expect(device.does("client", "list").contains("Zoë"))
    }

    @Test(arguments: ["<&-", ">&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
    func `a closed stream is no crash and harms no books`(streams: String) {
        let device = Device.withBooks()
        let line = "'\(Program.jalon)' client add Blum \(streams)"
        let run = device.run(program: ["sh", "-c", line])
        #expect(run.exit == (streams.contains(">&- ") || streams == ">&-" ? 73 : 0), "\(run)")
        #expect(device.json("client", "list").values.count == 1)
        #expect(device.run(["verify"]).exit == 0)
    }
}
