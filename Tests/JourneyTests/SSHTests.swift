import Glibc
import Testing

/// Books on a machine that ssh reaches.
@Suite(.enabled(if: SSHServer.isPossible, "there is no sshd here"))
struct `Books over ssh` {
    private static func pair(_ server: SSHServer) -> (laptop: Device, phone: Device) {
        let laptop = Device.withBooks()
        laptop.does("client", "add", "Blum")
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        for device in [laptop, phone] { server.serve(device) }
        return (laptop, phone)
    }

    @Test func `two devices meet on a machine with an account and no server of its own`() {
        let server = SSHServer()
        let (laptop, phone) = Self.pair(server)
        let address = server.address(server.folder + "/it's a relay")
        laptop.does("peer", "add", "home", address.replacing(" ", with: "%20"))
        laptop.does("sync")
        phone.does("sync", address)
        phone.does("client", "add", "Carver")
        phone.does("sync", address)
        let answer = laptop.json("sync")
        #expect(answer["peers"][0]["changes"] == 1)
        #expect(laptop.json("status")["digest"] == phone.json("status")["digest"])
        #expect(Files.shell("test -f '\(server.folder)/it'\\''s a relay/relay.sqlite'") == 0)
        // From the home folder of the account, which is nothing to write into.
        let home =
            getpwuid(getuid()).flatMap { $0.pointee.pw_dir }.map { String(cString: $0) } ?? "/"
        let up = home.split(separator: "/").map { _ in "/.." }.joined()
        laptop.does("sync", server.address("/~\(up)\(server.folder)/relay"))
        #expect(Files.shell("test -f '\(server.folder)/relay/relay.sqlite'") == 0)
    }

    @Test func `the same data is served over HTTP meanwhile`() {
        let server = SSHServer()
        let relay = Relay()
        let (laptop, phone) = Self.pair(server)
        laptop.does("peer", "add", "web", relay.url)
        phone.does("peer", "add", "home", server.address(relay.data + "/relay"))
        laptop.does("sync")
        phone.does("sync")
        phone.does("client", "add", "Over ssh")
        laptop.does("client", "add", "Over HTTP")
        for device in [phone, laptop, phone] { device.does("sync") }
        #expect(laptop.json("status")["digest"] == phone.json("status")["digest"])
        #expect(phone.json("client", "list").values.count == 3)
        #expect(laptop.json("status")["unsent"] == 0)
        #expect(phone.json("status")["unsent"] == 0)
    }

    @Test func `a key may be let do nothing but this`() {
        let server = SSHServer()
        let (laptop, phone) = Self.pair(server)
        server.allow(only: "jalon-relay stdio --data \(server.folder)/only")
        laptop.does("sync", server.address("/somewhere/else"))
        phone.does("sync", server.address("/another"))
        #expect(laptop.json("status")["digest"] == phone.json("status")["digest"])
        #expect(Files.shell("test -f '\(server.folder)/only/relay.sqlite'") == 0)
    }

    @Test func `a machine that is not the known one, or does not let in, is said`() {
        let server = SSHServer()
        let (laptop, _) = Self.pair(server)
        laptop.does("peer", "add", "home", server.address(server.folder + "/relay"))
        server.use(key: "stranger")
        laptop.fails(["sync"], exit: 77, says: "does not let you in")
        server.use(hosts: "wrong")
        laptop.fails(["sync"], exit: 77, says: "is the machine that it should be")
        server.use(hosts: "nowhere")
        laptop.fails(["sync"], exit: 77, says: "is the machine that it should be")
        server.use()
        laptop.does("sync")
    }

    @Test func `nobody listening, an unknown machine and an unusable folder are told apart`() {
        let server = SSHServer()
        let (laptop, _) = Self.pair(server)
        laptop.fails(["sync", "ssh://127.0.0.1:1/r"], exit: 69, says: "nobody listens there")
        laptop.fails(
            ["sync", "ssh://nowhere.invalid/r"], exit: 69, says: "no machine of that name")
        Files.write("x", to: server.folder + "/file")
        let run = laptop.fails(
            ["sync", server.address(server.folder + "/file")], exit: 69, says: "over ssh")
        #expect(run.err.contains("jalon-relay: cannot use"))
        laptop.fails(["sync", server.address(server.folder)], exit: 69, says: "not a relay")
    }

    /// A device whose ssh is a script: it gets the words that ssh would get.
    private static func device(ssh script: String) -> Device {
        let device = Device.withBooks()
        let bin = device.home + "/bin"
        Files.makeFolder(bin)
        Files.write("#!/bin/sh\n\(script)\n", to: bin + "/ssh")
        chmod(bin + "/ssh", 0o755)
        device.variables["PATH"] = bin + ":/usr/bin:/bin"
        return device
    }

    @Test func `a login shell that talks, a missing relay and a missing ssh are said`() {
        let last = "for word; do :; done"
        let noisy = Self.device(ssh: "echo 'Welcome to \u{1B}[31mDebian'; \(last); sh -c \"$word\"")
        let run = noisy.fails(["sync", "ssh://box/r"], exit: 69, says: "says something before")
        #expect(run.err.contains("Welcome to ^[[31mDebian"))
        let bare = Self.device(ssh: "\(last); exec sh -c \"$word\"")
        bare.fails(["sync", "ssh://box/r"], exit: 69, says: "box has no jalon-relay")
        let none = Self.device(ssh: "")
        none.variables["PATH"] = none.home
        none.fails(["sync", "ssh://box/r"], exit: 69, says: "no ssh on this machine")
        let killed = Self.device(ssh: "kill -9 $$")
        killed.fails(["sync", "ssh://box/r"], exit: 69, says: "over ssh with box ended")
        let silent = Self.device(ssh: "exit 0")
        silent.fails(["sync", "ssh://box/r"], exit: 69, says: "over ssh with box ended")
    }

    @Test func `ssh gets exactly these words, whatever the address holds`() {
        let device = Self.device(ssh: "printf '%s\\n' \"$@\" > \"$HOME/words\"; exit 255")
        _ = device.run(["sync", "ssh://anna@Box.example:2222/srv/$(touch%20x);'`id`'"])
        let words = Files.read(device.home + "/words").split(separator: "\n").map(String.init)
        #expect(
            words == [
                "-T", "-a", "-x", "-o", "ConnectTimeout=10", "-o", "ServerAliveInterval=15", "-o",
                "ServerAliveCountMax=3", "-o", "ClearAllForwardings=yes", "-o", "BatchMode=yes",
                "-p", "2222", "-l", "anna", "--", "box.example",
                #"sh -c 'PATH="$PATH:$HOME/.local/bin:/usr/local/bin"; export PATH; "#
                    + #"exec jalon-relay stdio --data="$0"' '/srv/$(touch x);'\''`id`'\'''"#,
            ])
        for address in [
            "ssh://-oProxyCommand=x/r", "ssh://-l@box/r", "ssh://box", "ssh://box/", "ssh:///r",
            "ssh://a:b@box/r", "ssh://box;id/r", "ssh://box:0/r", "ssh://box:70000/r",
            "ssh://$(id)/r", "ssh://box/r%0a", "ssh://box/r?x", "ssh://a b@box/r",
        ] {
            let run = device.run(["sync", address])
            #expect(run.exit == 65, "\(address) \(run)")
        }
    }
}
