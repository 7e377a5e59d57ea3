import Testing

struct `Bad input` {
    private static func device() -> Device {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        let id = device.json("invoice", "new", "Blum", "--line", "Design; 1; 100.00; 20")["id"].text
        device.does("invoice", "issue", id, "--on", "2026-03-01")
        return device
    }

    /// Each line is refused with this code and these words, and changes nothing.
    @Test func `gets one clear error and changes nothing`() {
        let device = Self.device()
        let before = device.json("status")
        let number = device.json("invoice", "list")[0]["number"].text
        let rows: [(words: [String], exit: Int32, says: String)] = [
            (["pay", number, "10.123"], 65, "too many decimals"),
            (["pay", number, "ten"], 65, "is not a number"),
            (["pay", number, "1,234"], 65, "read in two ways"),
            (["pay", number, "0"], 65, "more than nothing"),
            (["pay", number, "10", "--on", "2026-03"], 65, "not a whole date"),
            (["pay", number, "10", "--on", "2026-02-30"], 65, "calendar does not have"),
            (["pay", number, "10", "--on", "05/12"], 65, "two ways"),
            (["pay", number, "10", "--on", "dec 5 9am"], 65, "“9am”"),
            (["pay", "F-9999", "10"], 65, "no invoice is called"),
            (["invoice", "new", "Blum", "--line", "Design; 3"], 65, "has 2 parts"),
            (["invoice", "new", "Blum", "--line", "Design; x; 1; 20"], 65, "is not a number"),
            (["invoice", "new", "Blum", "--line", "Design; 1; 1; 20; Q"], 65, "no VAT category"),
            (["invoice", "list", "--status", "payed"], 65, "did you mean paid?"),
            (["client", "add", ""], 65, "the name is empty"),
            (["client", "add", "X", "--email", "nobody"], 65, "no mail address"),
            (["client", "add", "X", "--siren", "404833049"], 65, "check digits"),
            (["client", "add", "X", "--terms", "soon"], 65, "no terms of payment"),
            (
                ["invoice", "extend", number, "--to", "2026-03-01", "--on", "2026-03-02"], 65,
                "is none"
            ),
            (["invoice", "write-off", number, "--on", "2026-02-01"], 65, "--on 2026-03-01"),
            (["invoice", "send", number, "--to", "nobody"], 65, "no mail address"),
            (["invoice", "print", number, "--output", device.home + "/none/x"], 73, "/none"),
            (
                ["totals", "--from", "2026-12-01", "--to", "2026-01-01"], 65,
                "end before they begin"
            ),
            (
                ["statement", "Blum", "--from", "2026-12-01", "--to", "2026-01-01"], 65,
                "before they"
            ),
            (["archive", "2999"], 1, "jalon archive 2998"),
            (["me", "set"], 64, "jalon me set --help"),
            (["client", "edit", "Blum"], 64, "jalon client edit --help"),
            (["conflicts", "keep", "aaaa"], 65, "there is no conflict"),
            (["lost", "nobody", "3"], 65, "no writer's name"),
            (["series", "continue", "Z"], 65, "no number series"),
            (["peer", "add", "x", "ftp://x"], 65, "no address of a relay"),
            (["invoice", "show", number, "--as-of", "soon"], 65, "not a whole date"),
            (["invoice", "new", "Blum", "--from", "/nowhere.json"], 65, "does not exist"),
        ]
        for row in rows { device.fails(row.words, exit: row.exit, says: row.says) }
        #expect(device.json("status") == before)
    }

    @Test func `a mistyped command or option is named with its neighbour`() {
        let device = Self.device()
        let command = device.fails(["clinet", "list"], exit: 64, says: "has no command “clinet”")
        #expect(command.err.contains("jalon client list"))
        let verb = device.fails(["invoice", "isue", "F1"], exit: 64, says: "no command “isue”")
        #expect(verb.err.contains("jalon invoice issue F1"))
        let option = device.fails(
            ["client", "add", "X", "--emial", "a@b.example"], exit: 64, says: "--emial")
        #expect(option.err.contains("--email"))
        device.fails(["invoice", "new"], exit: 64, says: "missing expected argument")
    }

    @Test func `a number below zero is told how it is typed, and then that there is none to pay`() {
        let device = Self.device()
        device.fails(["pay", "F1", "-5"], exit: 64, says: "“-5” was taken for an option")
        let run = device.fails(["pay", "F1", "--", "-5"], exit: 65, says: "jalon: ")
        #expect(!run.err.contains("option"))
    }

    @Test func `an argument that is no UTF-8 is refused with its place`() {
        let device = Self.device()
        let words = [Program.jalon, "client", "add"].map { Array($0.utf8) } + [[0x42, 0xFF, 0x41]]
        let run = device.run(bytes: words)
        #expect(run.exit == 65)
        #expect(run.err.contains("argument 3 is not UTF-8 from byte 2 on"))
        #expect(device.json("client", "list").values.count == 1)
    }

    @Test func `a NUL or broken text in a file is refused`() {
        let device = Self.device()
        let file = device.home + "/draft.json"
        Files.write([0x7B, 0x00, 0x7D], to: file)
        device.fails(["invoice", "new", "Blum", "--from", file], exit: 65, says: "NUL")
        Files.write([0x7B, 0xC3, 0x28, 0x7D], to: file)
        device.fails(["invoice", "new", "Blum", "--from", file], exit: 65, says: "not UTF-8")
        Files.write(
            #"{"lines": [{"name": "a\u0000b", "quantity": "1", "price": "1", "rate": "20"}]}"#,
            to: file)
        device.fails(["invoice", "new", "Blum", "--from", file], exit: 65, says: "draft file")
        Files.write(#"{"lines": [], "colour": "red"}"#, to: file)
        device.fails(["invoice", "new", "Blum", "--from", file], exit: 65, says: "“colour”")
        Files.write("{", to: file)
        device.fails(["invoice", "new", "Blum", "--from", file], exit: 65, says: "not JSON")
        #expect(device.json("invoice", "list").values.count == 1)
    }

    @Test func `a recovery sheet that is mistyped makes no books and is told its line`() {
        let sheet = Self.device().json("recovery")["lines"].values.map(\.text)
        let device = Device()
        for (number, change, words) in [
            (1, { $0.dropLast() + ($0.last == "a" ? "b" : "a") }, "mistyped"),
            (2, { $0.dropLast() + "0" }, "character"), (3, { $0.dropLast() + "" }, "not whole"),
            (4, { _ in "" }, "missing"), (1, { _ in "" }, "missing"),
        ] as [(Int, (String) -> String, String)] {
            var lines = sheet
            lines[number - 1] = change(lines[number - 1])
            let run = device.fails(
                ["join", "-", "--device", "phone"], exit: 65, says: words,
                input: lines.joined(separator: "\n"))
            #expect(run.err.contains("line \(number) of the recovery sheet"), "\(run)")
        }
        #expect(device.run(program: ["ls", device.books]).exit != 0)
    }

    @Test func `an invitation that is cut or mistyped makes no books`() {
        let invitation = Self.device().run(["invite"]).lastLine
        #expect(invitation.hasPrefix("jalon1-"))
        let device = Device()
        let last = invitation.last == "a" ? "b" : "a"
        for (text, words) in [
            (String(invitation.dropLast(5)), "cut"),
            (String(invitation.dropLast()) + last, "mistyped"),
            ("hello", "no invitation"), ("", "no invitation"),
            (invitation.replacing("jalon1-", with: "jalon9-"), "newer jalon"),
        ] {
            device.fails(["join", "-", "--device", "phone"], exit: 65, says: words, input: text)
        }
        #expect(device.run(program: ["ls", device.books]).exit != 0)
    }

    @Test func `a folder that cannot be written says so and changes nothing`() {
        let device = Device()
        Files.shell("mkdir -p '\(device.home)/locked'")
        // A file in the place of a folder stops even those who may write everywhere.
        Files.write("", to: device.home + "/locked/file")
        device.fails(
            ["init", "--name", "A", "--books", device.home + "/locked/file/books"], exit: 73,
            says: "cannot be used")
    }

    @Test func `books of a newer program are left alone`() {
        let device = Self.device()
        // The number of the form stands at byte 60 of an SQLite file.
        Files.shell(
            "printf '\\000\\000\\000\\143' | dd of='\(device.books)/books.sqlite' bs=1 seek=60"
                + " conv=notrunc")
        device.fails(["client", "list"], exit: 65, says: "made by a newer jalon")
        device.fails(["client", "add", "X"], exit: 65, says: "made by a newer jalon")
    }

    @Test func `a file that is no database is not taken for books`() {
        let device = Device()
        Files.shell("mkdir -p '\(device.books)' && echo hello > '\(device.books)/books.sqlite'")
        let run = device.run(["client", "list"])
        #expect(run.exit == 65, "\(run)")
        #expect(run.err.hasPrefix("jalon: "))
    }
}
