package import Wire

/// What a conversation needs of a replica: what to send, and where to put what comes.
///
/// Every method is a step of its own, committed when it returns; none is called while another one's
/// transaction is open, and no transaction is open while the network is waited for.
package protocol SyncLedger {
    /// The books.
    var books: BooksID { get }

    /// Where the replica stands in the peer's mailbox, and what the peer does not have as far as
    /// known, in the order in which it should get it.
    mutating func begin() throws -> (standing: Standing, offers: [ClientConversation.Offer])

    /// Everything the replica holds that the peer has not refused for ever.
    func inventory() throws -> [ClientConversation.Offer]

    /// What the replica refused itself: it need not come again.
    func setAside() throws -> Set<SegmentHash>

    /// A held segment.
    func segment(_ hash: SegmentHash) throws -> Segment?

    /// Takes segments that came; gives how many of them were set aside as bad.
    mutating func accept(_ segments: [Segment]) throws -> Int

    /// Keeps a line of an answer that cannot be read, to be looked at.
    mutating func setAside(unreadable line: [UInt8]) throws

    /// Keeps score after an answer whose segments are accepted.
    mutating func settle(_ score: SyncScore) throws

    /// Notes that the conversation ended well.
    mutating func finish() throws
}

/// How a conversation stands after an answer.
package struct SyncScore: Hashable, Sendable {
    /// Where the next conversation starts.
    package let standing: Standing
    /// Segments that the peer holds, as the conversation showed so far.
    package let settled: Set<SegmentHash>
    /// What the peer did not take, so far.
    package let refusals: [Refusal]
    /// What the peer could not read, so far: perhaps only on this way.
    package let unread: [Refusal]
    /// Whether the peer's mailbox is another than before: what was known of it counts no more.
    package let peerChanged: Bool

    /// Makes a score.
    package init(
        standing: Standing, settled: Set<SegmentHash>, refusals: [Refusal],
        unread: [Refusal] = [], peerChanged: Bool
    ) {
        self.standing = standing
        self.settled = settled
        self.refusals = refusals
        self.unread = unread
        self.peerChanged = peerChanged
    }
}
