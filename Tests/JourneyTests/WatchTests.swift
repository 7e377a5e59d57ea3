import Glibc
import Testing

/// A device that stays connected.
struct `Watching` {
    @Test func `news comes by itself, past restarts of the relay and the loss of its data`() {
        let relay = Relay()
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        laptop.does("client", "add", "Blum")
        laptop.does("sync")
        let phone = Device("phone")
        phone.join(laptop, as: "phone")

        let watching = phone.follow(["sync", "--watch"])
        #expect(watching.reaches("2 changes taken in"))
        #expect(watching.reaches("Watching"))

        laptop.does("client", "add", "Lune")
        laptop.does("sync")
        #expect(watching.reaches("1 change taken in"))
        #expect(phone.json("client", "list").values.count == 2)

        relay.stop()
        #expect(watching.reaches("ended too early"))
        relay.start()
        laptop.does("client", "add", "Mars")
        laptop.does("sync")
        #expect(watching.reaches("1 change taken in"))

        relay.wipe()
        #expect(watching.reaches("compared whole"))
        // What is written here meanwhile goes out by itself.
        phone.does("client", "add", "Venus")
        #expect(watching.reaches("1 parcel sent"))
        laptop.does("sync")
        #expect(laptop.json("client", "list").values.count == 4)

        #expect(watching.end() == 0)
    }

    @Test func `a relay that is not there yet is waited for`() {
        let relay = Relay()
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        relay.stop()
        let watching = laptop.follow(["sync", "--watch"])
        #expect(watching.reaches("cannot be reached"))
        relay.start()
        #expect(watching.reaches("1 parcel sent"))
        #expect(watching.end() == 0)
    }

    @Test func `what a relay could not take for a moment is sent again by itself`() {
        let relay = Relay()
        let proxy = Proxy(before: relay)
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", proxy.url)
        laptop.does("sync")
        let watching = laptop.follow(["sync", "--watch"])
        #expect(watching.reaches("Watching"))
        // Two for what the live channel tells at its beginning, perhaps, and one for what is written;
        // it stays up all the while.
        proxy.deny(3)
        laptop.does("client", "add", "Blum")
        #expect(watching.reaches("a proxy answers 503"))
        #expect(watching.reaches("1 parcel sent"))
        #expect(watching.end() == 0)
        #expect(laptop.json("status")["unsent"] == 0)
    }

    @Test func `a relay that does not take these books ends no watch of the others`() {
        let closed = Relay(isOpen: false)
        let open = Relay()
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "closed", closed.url)
        laptop.does("peer", "add", "open", open.url)
        let watching = laptop.follow(["sync", "--watch"])
        #expect(watching.reaches("takes only books that are enrolled"))
        #expect(watching.reaches("Watching"))
        laptop.does("client", "add", "Blum")
        #expect(watching.reaches("1 parcel sent"))
        #expect(watching.end() == 0)
    }

    @Test func `books that another process writes for long are met once they are free`() {
        let relay = Relay()
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        laptop.does("sync")
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        let watching = phone.follow(["sync", "--watch"])
        #expect(watching.reaches("Watching"))
        phone.whileBooksAreHeld {
            laptop.does("client", "add", "Blum")
            laptop.does("sync")
            #expect(watching.reaches("are busy"))
        }
        #expect(watching.reaches("1 change taken in"))
        #expect(watching.end() == 0)
    }

    @Test func `a watch that cannot go on ends with the reason`() {
        let relay = Relay()
        let laptop = Device.withBooks()
        laptop.does("peer", "add", "team", relay.url)
        // Whoever reads the answers hears the first one alone.
        let reader = "\"$@\" | { head -n 1 >/dev/null; exec <&-; echo 'no more' >&2; }"
        let watching = laptop.follow(["sync", "--watch"], under: ["sh", "-c", reader, "sh"])
        #expect(watching.reaches("no more"))
        laptop.does("client", "add", "Blum")
        #expect(watching.reaches("the answer was not read to its end"))
    }

    @Test func `what is started to outlive its terminal goes on when that closes`() throws {
        let laptop = Device.withBooks()
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        let folder = laptop.home + "/shared"
        for device in [laptop, phone] {
            device.does("peer", "add", "shared", folder)
            device.does("sync")
        }
        let number = phone.home + "/number"
        let watching = phone.follow(
            ["sync", "--watch"],
            under: ["sh", "-c", "trap '' HUP; echo $$ >'\(number)'; exec \"$@\"", "sh"])
        #expect(watching.reaches("Watching"))
        let process = try #require(pid_t(Files.read(number).prefix(while: \.isNumber)))
        #expect(kill(process, SIGHUP) == 0)
        laptop.does("client", "add", "Blum")
        laptop.does("sync")
        #expect(watching.reaches("1 change taken in"))
        #expect(watching.end() == 0)
    }

    @Test func `a folder is looked into, and met again when it comes back`() {
        let laptop = Device.withBooks()
        laptop.does("client", "add", "Blum")
        let phone = Device("phone")
        phone.join(laptop, as: "phone")
        let folder = laptop.home + "/shared"
        for device in [laptop, phone] {
            device.does("peer", "add", "shared", folder)
            device.does("sync")
        }
        let watching = phone.follow(["sync", "--watch"])
        #expect(watching.reaches("Watching"))
        laptop.does("client", "add", "Seen")
        laptop.does("sync")
        #expect(watching.reaches("1 change taken in"))
        #expect(phone.json("client", "list").values.count == 2)
        Files.shell("mv '\(folder)' '\(folder)-away'")
        phone.does("client", "add", "Written meanwhile")
        #expect(watching.reaches("is not there"))
        Files.shell("mv '\(folder)-away' '\(folder)'")
        #expect(watching.reaches("1 parcel sent"))
        #expect(watching.end() == 0)
        laptop.does("sync")
        #expect(laptop.json("status")["digest"] == phone.json("status")["digest"])
    }
}
