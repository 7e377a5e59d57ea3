import AsyncHTTPClient
import Convergence
import Hummingbird
import NIOCore
import Replication
import SyncClient
import TestSupport
import Testing
import Wire

@Suite struct ReplicaLedgerTests {
    let folder: TemporaryFolder
    let fleet: Fleet
    let rows: [RowID]

    init() throws {
        folder = try TemporaryFolder()
        fleet = try Fleet(devices: 3, seed: 11)
        rows = try ["a", "b", "c"].map { letter in
            try some(RowID("r" + String(repeating: letter, count: 24)))
        }
    }

    private func sync(_ device: Int, _ relay: RunningRelay) async throws -> SyncReport {
        let replica = fleet.devices[device].replica
        let name = "home \(relay.address.host)"
        let peer = try replica.peer(name) ?? replica.addPeer(name, relay.address.text)
        let carrier = HTTPCarrier(
            relay.address, member: ReplicaMembership(replica, peer), client: relay.client)
        var session = try SyncSession(ReplicaLedger(replica, peer), over: carrier)
        let report = try await session.run()
        try replica.mend()
        return report
    }

    private func expectEqualBooks() throws {
        let standing = try fleet.devices.map { try $0.replica.status() }
        #expect(Set(standing.map(\.digest)).count == 1)
        #expect(standing.allSatisfy { $0.waiting.isEmpty && $0.rejected.isEmpty })
        let rows = try fleet.devices.indices.map { device in
            try fleet.ask(device, "SELECT id, f, g, c FROM thing ORDER BY id")
        }
        #expect(Set(rows).count == 1)
    }

    @Test func `three replicas that worked offline have the same books after they met`()
        async throws
    {
        try fleet.put(0, rows[0], ["f": .text("laptop"), "g": .integer(1)])
        try fleet.put(1, rows[0], ["f": .text("phone")])
        try fleet.add(1, rows[1], 5)
        try fleet.add(2, rows[1], -2)
        try fleet.put(2, rows[2], ["f": .text("desk")])
        try await withRelay(folder) { relay in
            for device in [0, 1, 2, 0, 1] { _ = try await sync(device, relay) }
            try expectEqualBooks()
            #expect(try fleet.conflicts(0).count == 1)
            #expect(try await sync(2, relay).requests == 1)
        }
    }

    @Test func `a line that cannot be read is set aside with its reason`() async throws {
        let generation = Generation(checked: [UInt8](repeating: 1, count: 16))
        let lines: [[UInt8]] = [
            Line.welcome(generation, matches: true).encoded, Array("{\"segment\":1,\"bo".utf8),
            Line.end(position: 1, mark: .origin, more: false).encoded,
        ]
        let page = Response(
            status: .ok, headers: [.contentType: "application/x-ndjson"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: lines.flatMap { $0 + [0x0a] })))
        try await withFakeServer({ page }) { address, client in
            let replica = fleet.devices[0].replica
            let peer = try replica.addPeer("home", address.text)
            let carrier = HTTPCarrier(
                address, member: ReplicaMembership(replica, peer), client: client)
            var session = try SyncSession(ReplicaLedger(replica, peer), over: carrier)
            #expect(try await session.run().unreadable == 1)
            #expect(try replica.status().rejected.map(\.reason) == ["form"])
        }
    }

    @Test func `a relay that lost everything is filled again by replicas that sent all before`()
        async throws
    {
        try fleet.put(0, rows[0], ["f": .text("a")])
        try fleet.put(1, rows[1], ["f": .text("b")])
        try await withRelay(folder) { relay in
            for device in [0, 1, 0] { _ = try await sync(device, relay) }
        }
        try folder.wipe()
        try await withRelay(folder) { relay in
            // Only the first device comes; what the second one wrote is its to bring back.
            let peer = try some(fleet.devices[0].replica.peers().first)
            let replica = fleet.devices[0].replica
            let member = ReplicaMembership(replica, peer)
            let carrier = HTTPCarrier(relay.address, member: member, client: relay.client)
            var session = try SyncSession(ReplicaLedger(replica, peer), over: carrier)
            let report = try await session.run()
            #expect(report.peerChanged)
            _ = try await sync(2, relay)
            _ = try await sync(1, relay)
            try expectEqualBooks()
            let again = try some(replica.peer(peer.name))
            var next = try SyncSession(ReplicaLedger(replica, again), over: carrier)
            let idle = try await next.run()
            #expect(idle.requests == 1)
            #expect(idle.sent + idle.received == 0)
        }
    }
}
