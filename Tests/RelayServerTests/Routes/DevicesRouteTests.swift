import RelayServer
import SyncClient
import TestSupport
import Testing
import Wire

/// What a relay says of the other devices.
@Suite struct DevicesRouteTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static func ask(_ device: Device, _ relay: RunningRelay) async throws -> [DeviceLine] {
        try await HTTPCarrier(relay.address, member: device, client: relay.client).devices()
    }

    @Test func `each device learns how far the mailbox was handed to the others`() async throws {
        try await withRelay(folder) { relay in
            let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
            try laptop.write(3)
            try await laptop.sync(relay)
            #expect(try await Self.ask(laptop, relay) == [])
            try await phone.sync(relay)
            let name = "device \"1\"\u{FFFD}"
            #expect(try await Self.ask(laptop, relay) == [DeviceLine(name: name, position: 3)])
            // Nothing was handed to the laptop: all that lies there is its own.
            #expect(try await Self.ask(phone, relay) == [DeviceLine(name: name, position: 0)])
            try laptop.write(2)
            try await laptop.sync(relay)
            #expect(try await Self.ask(laptop, relay).map(\.position) == [3])
            try await phone.sync(relay)
            #expect(try await Self.ask(laptop, relay).map(\.position) == [5])
        }
    }

    @Test func `a device whose token was revoked is not named, and a stranger learns nothing`()
        async throws
    {
        try await withRelay(folder) { relay in
            let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
            try await laptop.sync(relay)
            try await phone.sync(relay)
            let store = try RelayStore(
                folder: DataFolder(folder.data), isServing: false, random: RelayRandom.bytes)
            let devices = try store.readNow { try DeviceTable($0).all() }
            _ = try store.commitNow { try DeviceTable($0).revoke(devices[1].id, at: 1) }
            store.close()
            #expect(try await Self.ask(laptop, relay) == [])
            await #expect(throws: SyncFailure.refused(Refusal(.revoked))) {
                try await Self.ask(phone, relay)
            }
            await #expect(throws: SyncFailure.refused(Refusal(.token))) {
                try await Self.ask(try Device(writer: 3), relay)
            }
        }
    }
}
