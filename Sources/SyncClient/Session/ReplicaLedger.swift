package import Replication
package import Wire

/// A replica as one peer's conversation sees it.
package struct ReplicaLedger: SyncLedger {
    private let replica: Replica
    private let peer: Peer
    private let keepsStanding: Bool
    private var offering: Offering?
    /// Where the replica stood with the peer when the score was last kept.
    private var known: Standing
    /// What came and what it changed.
    package private(set) var intake = IntakeReport()

    /// A ledger over a replica for one peer. `keepsStanding` is false for a peer whose mailbox has no
    /// life of its own, and with which both sides always compare what they hold.
    package init(_ replica: Replica, _ peer: Peer, keepsStanding: Bool = true) {
        self.replica = replica
        self.peer = peer
        self.keepsStanding = keepsStanding
        known = peer.standing
    }

    package var books: BooksID { replica.books }

    package mutating func begin() throws -> (
        standing: Standing, offers: [ClientConversation.Offer]
    ) {
        try replica.sealChanges()
        let offering = try replica.offering(to: peer)
        self.offering = offering
        // A rebuild may have asked for a comparison since the peer was looked up.
        known = try replica.standing(with: peer) ?? peer.standing
        return (known, offering.segments)
    }

    package func inventory() throws -> [ClientConversation.Offer] {
        try replica.inventory(for: peer)
    }

    package func setAside() throws -> Set<SegmentHash> { try replica.setAside() }

    package func segment(_ hash: SegmentHash) throws -> Segment? { try replica.segment(hash) }

    package mutating func accept(_ segments: [Segment]) throws -> Int {
        let report = try replica.accept(segments, from: peer)
        intake.add(report)
        return report.rejected
    }

    package mutating func setAside(unreadable line: [UInt8]) throws {
        try replica.setAside(unreadable: line, from: peer)
    }

    package mutating func settle(_ score: SyncScore) throws {
        guard let offering else { return }
        let standing = keepsStanding ? score.standing : .nowhere
        try replica.settle(
            peer, standing, since: known, offered: offering, settled: score.settled,
            refused: score.refusals, unread: score.unread,
            peerChanged: score.peerChanged && keepsStanding)
        known = standing
    }

    package mutating func finish() throws { try replica.noteSync(with: peer) }
}
