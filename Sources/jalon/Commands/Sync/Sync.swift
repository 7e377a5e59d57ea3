import ArgumentParser
import Billing
import Replication
import SyncClient

struct Sync: NetworkCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync", abstract: "Meet your other devices over a relay or a folder.",
        discussion: """
            A folder on a stick, or one that another program keeps the same on your machines, carries \
            the books as a relay does: name it by a path with a / in it.
            """)

    @Argument(
        help: ArgumentHelp(
            "A peer's name, an address or a folder; all peers else.", valueName: "peer"))
    var peer: String?
    @Flag(help: "Stay, and send and fetch whatever is new until Ctrl-C.")
    var watch = false
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) async throws -> Answer {
        let replica = try session.replica(for: .writing)
        let known = try replica.peers()
        if let peer, let address = try PeerName.address(peer) {
            return try await meetStranger(replica, address, known, session)
        }
        let peers = peer.map { name in known.filter { $0.name == name } } ?? known
        guard !peers.isEmpty else {
            throw peer.map { Failure(ReplicationFailure.noPeer(name: $0)) } ?? Self.noPeers
        }
        return try await meet(replica, peers, session)
    }

    private func meet(
        _ replica: Replica, _ peers: [Peer], _ session: Session
    ) async throws -> Answer {
        let network = Network()
        do {
            if watch { try await Watch(replica, peers, network, session.output).run() }
            let round = try await Round.hold(replica, peers, network, session.output)
            try await network.close()
            return try round.answer(replica)
        } catch {
            try? await network.close()
            throw error
        }
    }

    /// An address that was never added is met once and not remembered.
    private func meetStranger(
        _ replica: Replica, _ address: String, _ known: [Peer], _ session: Session
    ) async throws -> Answer {
        if let peer = known.first(where: { $0.address == address }) {
            return try await meet(replica, [peer], session)
        }
        let guest = try replica.meetGuest(address)
        do {
            let answer = try await meet(replica, [guest], session)
            try replica.forgetGuests()
            session.output.notice("To keep this place: jalon peer add NAME \(address)")
            return answer
        } catch {
            try? replica.forgetGuests()
            throw error
        }
    }

    private static let noPeers = Failure(
        "there is nobody to sync with yet.", why: "no peer was added",
        tries: [Failure.addPeer], status: .failed)
}
