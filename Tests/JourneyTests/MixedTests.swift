import Testing

/// Relays and folders side by side.
struct `Several ways at once` {
    private static func team(_ names: String...) -> [Device] {
        let laptop = Device.withBooks()
        laptop.does("client", "add", "Blum", "--email", "old@blum.example")
        return [laptop]
            + names.map { name in
                let device = Device(name)
                device.join(laptop, as: name)
                return device
            }
    }

    @Test func `two relays and a folder carry the same books to devices that share one of them`() {
        let (first, second) = (Relay(), Relay())
        let folder = Files.temporary() + "/jalon"
        let devices = Self.team("phone", "partner")
        let (laptop, phone, partner) = (devices[0], devices[1], devices[2])
        laptop.does("peer", "add", "first", first.url)
        laptop.does("peer", "add", "folder", folder)
        phone.does("peer", "add", "first", first.url)
        phone.does("peer", "add", "second", second.url)
        partner.does("peer", "add", "second", second.url)
        partner.does("peer", "add", "folder", folder)
        for (round, device) in [laptop, phone, partner, laptop, phone, partner].enumerated() {
            if round > 2 {
                device.does("client", "add", "Client \(round)")
                device.does("client", "edit", "Blum", "--email", "mail\(round)@blum.example")
            }
            device.does("sync")
        }
        for device in devices + devices { device.does("sync") }
        expectSameBooks(devices)
        #expect(laptop.json("client", "list").values.count == 4)
        for device in devices {
            let answer = device.json("sync")
            #expect(answer["unsent"] == 0)
            #expect(answer["peers"].values.allSatisfy { $0["sent"] == 0 && $0["changes"] == 0 })
        }
        Files.shell("rm -rf \"$(dirname '\(folder)')\"")
    }

    @Test func `while a relay is down the folder goes on, and the relay gets everything later`() {
        let relay = Relay()
        let folder = Files.temporary() + "/jalon"
        let devices = Self.team("phone")
        let (laptop, phone) = (devices[0], devices[1])
        for device in devices {
            device.does("peer", "add", "relay", relay.url)
            device.does("peer", "add", "shared", folder)
            device.does("sync")
        }
        relay.stop()
        laptop.does("client", "add", "From the laptop")
        phone.does("client", "add", "From the phone")
        for device in [laptop, phone, laptop] {
            let run = device.run(["sync"])
            // The folder's share is done and told, and so is the relay's failure.
            #expect(run.exit == 69 && run.err.contains("cannot be reached"), "\(run)")
            #expect(run.out.contains("shared: "), "\(run)")
        }
        expectSameBooks(devices, areSent: false)
        relay.start()
        laptop.does("sync")
        let fresh = Device("fresh")
        fresh.join(laptop, as: "fresh")
        fresh.does("sync", "relay")
        expectSameBooks([laptop, phone, fresh])
        Files.shell("rm -rf \"$(dirname '\(folder)')\"")
    }

    @Test func `a folder brings a relay back what only a lost device had sent it`() {
        let relay = Relay()
        let folder = Files.temporary() + "/jalon"
        let devices = Self.team("phone", "lost")
        let (laptop, phone, lost) = (devices[0], devices[1], devices[2])
        for device in [laptop, lost] {
            device.does("peer", "add", "relay", relay.url)
            device.does("sync")
        }
        lost.does("client", "add", "Noted on the lost device")
        lost.does("sync")
        laptop.does("sync")
        laptop.does("sync", folder)
        // The lost device never comes again, the relay loses everything, the laptop is away.
        relay.wipe()
        phone.does("sync", folder)
        phone.does("peer", "add", "relay", relay.url)
        phone.does("sync")
        let fresh = Device("fresh")
        fresh.join(phone, as: "fresh")
        fresh.does("sync")
        expectSameBooks([laptop, phone, fresh])
        #expect(
            fresh.json("client", "list").values
                .contains { $0["name"] == "Noted on the lost device" })
        Files.shell("rm -rf \"$(dirname '\(folder)')\"")
    }
}
