import AsyncHTTPClient
import Billing
import Replication
import SyncClient
import Wire

/// What meeting one peer came to.
struct Meeting {
    let peer: Peer
    let report: SyncReport
    /// Changes that came and are applied.
    let changes: Int

    /// Meets a peer: sends what it lacks, takes what it has, and mends what that asks for.
    static func hold(_ replica: Replica, _ peer: Peer, _ client: HTTPClient) async throws -> Meeting
    {
        let carrier = HTTPCarrier(
            try PeerAddress(peer.address), member: ReplicaMembership(replica, peer), client: client)
        var session = try SyncSession(ReplicaLedger(replica, peer), over: carrier)
        let report = try await session.run()
        try replica.mend()
        return Meeting(peer: peer, report: report, changes: session.ledger.intake.changes)
    }

    /// Whether anything went either way, or is worth a word.
    var hasNews: Bool {
        report.sent > 0 || changes > 0 || report.setAside + report.unreadable > 0
            || report.peerChanged || !report.refusals.isEmpty
    }

    /// `name url sent received changes setAside refused healed position`.
    var json: JSON {
        .members([
            "name": .string(peer.name), "url": .string(peer.address),
            "sent": .integer(report.sent), "received": .integer(report.received),
            "changes": .integer(changes), "setAside": .integer(report.setAside + report.unreadable),
            "refused": .texts(report.refusals.map(\.code.rawValue)),
            "healed": .bool(report.peerChanged), "position": .integer(report.position),
            "error": .null,
        ])
    }

    func write(on page: inout Page) {
        let name = peer.name
        if report.peerChanged {
            page.line(
                "\(name) had lost or changed its store: both sides compared, all is there again.")
        }
        if report.sent == 0, changes == 0, report.received == 0 {
            page.line("\(name): nothing new.")
        } else {
            page.line(
                "\(name): \(Self.count(report.sent, "parcel")) sent,"
                    + " \(Self.count(changes, "change")) taken in.")
        }
        let damaged = report.setAside + report.unreadable
        if damaged > 0 {
            page.line("\(Self.count(damaged, "damaged parcel")) set aside: jalon doctor", .warning)
        }
        for refusal in report.refusals {
            page.line("\(name) did not take a parcel: \(refusal.code.rawValue).", .warning)
        }
    }

    static func count(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
}
