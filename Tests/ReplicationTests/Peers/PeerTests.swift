import Convergence
import Replication
import TestSupport
import Testing
import Wire

@Suite struct PeerTests {
    @Test func `a place that is met once is no peer, and a meeting cut off leaves none`() throws {
        let fleet = try Fleet(devices: 1, seed: 9)
        let replica = fleet.devices[0].replica
        try replica.addPeer("stick", "/media/stick")
        // The first one was cut off: nobody forgot it.
        for place in ["/media/a", "/media/b"] {
            let guest = try replica.meetGuest(place)
            #expect(guest.address == place)
            #expect(try replica.peer(place)?.id == guest.id)
            #expect(try replica.peers().map(\.name) == ["stick"])
        }
        #expect(try replica.peer("/media/a") == nil)
        try replica.forgetGuests()
        #expect(try replica.peer("/media/b") == nil)
        #expect(try replica.peers().map(\.name) == ["stick"])
    }

    @Test func `what a peer could not read is offered to it twice more, and then no longer`() throws
    {
        let fleet = try Fleet(devices: 1, seed: 5)
        try fleet.put(0, History.rows[0], ["f": .integer(1)])
        let replica = fleet.devices[0].replica
        try replica.sealChanges()
        let standing = Standing(
            generation: Generation(checked: [UInt8](repeating: 1, count: 16)), position: 1,
            mark: .origin)
        _ = try replica.addPeer("team", "https://relay.example/")
        var offered: [Int] = []
        for _ in 0..<4 {
            let peer = try some(replica.peer("team"))
            let offering = try replica.offering(to: peer)
            offered.append(offering.segments.count)
            #expect(try replica.inventory(for: peer).count == offering.segments.count)
            try replica.settle(
                peer, standing, offered: offering, settled: [], refused: [],
                unread: offering.segments.map { Refusal(.form, hash: $0.hash) },
                peerChanged: false)
        }
        #expect(offered == [1, 1, 1, 0])
    }

    @Test func `a comparison asked for during a conversation stays asked for`() throws {
        let fleet = try Fleet(devices: 1, seed: 6)
        try fleet.put(0, History.rows[0], ["f": 1])
        let replica = fleet.devices[0].replica
        try replica.sealChanges()
        let peer = try replica.addPeer("team", "https://relay.example/")
        let offered = try replica.offering(to: peer)
        let hashes = Set(offered.segments.map(\.hash))
        let reached = Standing(
            generation: Generation(checked: [UInt8](repeating: 1, count: 16)), position: 1,
            mark: .origin)
        // As another process's rebuild leaves it.
        try replica.settle(
            peer, .doubtful, offered: offered, settled: [], refused: [], peerChanged: false)
        try replica.settle(
            peer, reached, since: .nowhere, offered: offered, settled: hashes, refused: [],
            peerChanged: false)
        #expect(try replica.standing(with: peer) == .doubtful)
        try replica.settle(
            peer, reached, since: .doubtful, offered: offered, settled: hashes, refused: [],
            peerChanged: false)
        #expect(try replica.standing(with: peer) == reached)
        #expect(try replica.offering(to: peer).segments.isEmpty)
    }

    @Test func `what came from a peer that was forgotten is offered to the next one`() throws {
        let fleet = try Fleet(devices: 2, seed: 8)
        try fleet.put(0, History.rows[0], ["f": 1])
        try fleet.publish(0)
        let replica = fleet.devices[1].replica
        let guest = try replica.addPeer("guest", "/media/stick")
        let offered = try replica.offering(to: guest)
        _ = try replica.accept(fleet.segments, from: guest)
        try replica.settle(
            guest, .nowhere, offered: offered, settled: [], refused: [], peerChanged: false)
        #expect(try replica.offering(to: guest).segments.isEmpty)
        try replica.removePeer("guest")
        let relay = try replica.addPeer("relay", "https://relay.example.org")
        let hashes = try replica.offering(to: relay).segments.map(\.hash)
        #expect(hashes == fleet.segments.map(\.hash))
    }
}
