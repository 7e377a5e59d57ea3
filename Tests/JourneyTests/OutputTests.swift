import Testing

struct `Answers` {
    @Test func `a full disk under the output is noticed`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        for words in ["client list", "client list --json", "--version", "--help", "status"] {
            let run = device.run(program: ["sh", "-c", "'\(Program.jalon)' \(words) > /dev/full"])
            #expect(run.exit == 73, "\(words): \(run)")
            #expect(run.err.contains("no space is left"))
        }
    }

    @Test func `a reader that goes away is noticed`() {
        let device = Device.withBooks()
        for count in 1...3 { device.does("client", "add", "Client \(count)") }
        let line = "('\(Program.jalon)' client list; echo $? > '\(device.home)/code') | true"
        // The reader may or may not be gone already: a failure then, and never a crash.
        _ = device.run(program: ["bash", "-c", line])
        #expect(["0\n", "1\n"].contains(Files.read(device.home + "/code")))
        let gone = "exec 3> >(true); wait $!; '\(Program.jalon)' client list >&3"
        let run = device.run(program: ["bash", "-c", gone])
        #expect(run.exit == 1, "\(run)")
        #expect(run.err.contains("closed the pipe"))
    }

    @Test func `notices never stand in an answer`() {
        let device = Device.withBooks()
        device.does("client", "add", "Blum")
        let invoice = device.json("invoice", "new", "Blum", "--line", "A; 1; 1; 20")["id"].text
        let run = device.run(["invoice", "issue", invoice, "--on", "today", "--json"])
        #expect(run.exit == 0)
        #expect(run.err.contains("“today” is"))
        #expect(Tree(run.out)["id"].text == invoice)
        let invite = device.run(["invite"])
        #expect(invite.out.split(separator: "\n").count == 1)
        #expect(!invite.err.isEmpty)
    }

    @Test func `colours and cut columns are for terminals only`() {
        let device = Device.withBooks()
        device.variables["TERM"] = "xterm-256color"
        let name = String(repeating: "A long name ", count: 20)
        device.does("client", "add", name)
        let plain = device.does("client", "list")
        #expect(!plain.contains("\u{1B}") && !plain.contains("…"))
        let onTerminal = ["script", "-qec", "'\(Program.jalon)' client list", "/dev/null"]
        device.variables["COLUMNS"] = "60"
        #expect(device.run(program: onTerminal).out.contains("\u{1B}["))
        #expect(device.run(program: onTerminal).out.contains("…"))
        for (variable, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
            var changed = device.variables
            changed[variable] = value
            let old = device.variables
            device.variables = changed
            #expect(!device.run(program: onTerminal).out.contains("\u{1B}["))
            device.variables = old
        }
        let flag = ["script", "-qec", "'\(Program.jalon)' client list --no-color", "/dev/null"]
        #expect(!device.run(program: flag).out.contains("\u{1B}["))
    }
}
