import Billing
import Replication

/// Meeting several peers, one after the other: one that cannot be reached stops no other.
struct Round {
    private(set) var meetings: [Meeting] = []
    private(set) var failures: [(peer: Peer, failure: Failure)] = []
    /// What hindered meetings that were held all the same.
    private var hindrances: [Failure] = []

    /// Meets them all. What fails is said at once; if nothing else happened, it is thrown.
    static func hold(
        _ replica: Replica, _ peers: [Peer], _ network: Network, _ output: Output
    ) async throws -> Round {
        var round = Round()
        for peer in peers {
            do {
                output.progress("Meeting \(peer.name) …")
                let meeting = try await Meeting.hold(replica, peer, network)
                round.meetings.append(meeting)
                if let failure = meeting.failure { round.hindrances.append(failure) }
            } catch {
                round.failures.append((peer, Failure(error)))
            }
        }
        output.progress("")
        for failure in round.hindrances { output.report(failure) }
        guard let first = round.failures.first else { return round }
        if round.meetings.isEmpty, round.failures.count == 1 { throw first.failure }
        for (_, failure) in round.failures { output.report(failure) }
        return round
    }

    /// What came of it all, with where the books stand now.
    func answer(_ replica: Replica) throws -> Answer {
        let status = try replica.status()
        let peers =
            meetings.map(\.json)
            + failures.map { peer, failure in
                JSON.members([
                    "name": .string(peer.name), "url": .string(peer.address),
                    "error": .string(failure.what),
                ])
            }
        let json = JSON.members([
            "peers": .array(peers), "digest": .string(status.digest),
            "conflicts": .integer(status.conflicts), "waiting": .integer(status.waiting.count),
            "unsent": .integer(status.unsent),
        ])
        let failure = failures.first?.failure ?? hindrances.first
        return Answer(json: json, status: failure?.status ?? .done) { page in
            for meeting in meetings { meeting.write(on: &page) }
            if status.conflicts > 0 {
                page.line("\(status.conflicts) to decide: jalon conflicts", .warning)
            }
            if !status.waiting.isEmpty {
                page.line("Some changes wait for others that are not here yet: jalon status")
            }
        }
    }
}
