package import Replication
package import Wire

/// A replica as one peer's conversation sees it.
package struct ReplicaLedger: SyncLedger {
    private let replica: Replica
    private let peer: Peer
    private var offering: Offering?
    /// What came and what it changed.
    package private(set) var intake = IntakeReport()

    /// A ledger over a replica for one peer.
    package init(_ replica: Replica, _ peer: Peer) {
        self.replica = replica
        self.peer = peer
    }

    package var books: BooksID { replica.books }

    package mutating func begin() throws -> (
        standing: Standing, offers: [ClientConversation.Offer]
    ) {
        try replica.sealChanges()
        let offering = try replica.offering(to: peer)
        self.offering = offering
        return (peer.standing, offering.segments)
    }

    package func inventory() throws -> [ClientConversation.Offer] {
        try replica.inventory(for: peer)
    }

    package func segment(_ hash: SegmentHash) throws -> Segment? { try replica.segment(hash) }

    package mutating func accept(_ segments: [Segment]) throws -> Int {
        let report = try replica.accept(segments, from: peer)
        intake.add(report)
        return report.rejected
    }

    package mutating func settle(_ score: SyncScore) throws {
        guard let offering else { return }
        try replica.settle(
            peer, score.standing, offered: offering, settled: score.settled,
            refused: score.refusals, peerChanged: score.peerChanged)
    }

    package mutating func finish() throws { try replica.noteSync(with: peer) }
}
