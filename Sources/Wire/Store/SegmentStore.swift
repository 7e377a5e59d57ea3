/// One books' mailbox: segments in the order in which they were taken, each once.
///
/// The seam between a conversation and where segments lie. Every implementation passes the same
/// contract suite. A method that throws has changed nothing.
package protocol SegmentStore {
    /// The mailbox's generation, and the position and mark after its last segment.
    func state() throws -> MailboxState

    /// Appends those of the segments that the mailbox does not hold, in their order, durably before
    /// it returns. Segments are told apart by their hash alone.
    func append(_ segments: [Segment]) throws

    /// The mark at a position, or nil when the mailbox does not reach that far.
    func mark(at position: Int64) throws -> Mark?

    /// Segments after a position in their order, as many as fit into `bytesMax` but at least one,
    /// with the position of each.
    func segments(after position: Int64, bytesMax: Int) throws -> [(
        position: Int64, segment: Segment
    )]

    /// The hashes of all segments, in their order.
    func inventory() throws -> [SegmentHash]

    /// The segments of these hashes that the mailbox holds, as many as fit into `bytesMax` but at
    /// least one.
    func segments(_ hashes: [SegmentHash], bytesMax: Int) throws -> [Segment]
}

/// Where a mailbox stands.
package struct MailboxState: Hashable, Sendable {
    /// The name of this life of the mailbox.
    package let generation: Generation
    /// The number of segments.
    package let position: Int64
    /// The running hash after the last of them.
    package let mark: Mark

    /// Makes a state.
    package init(generation: Generation, position: Int64, mark: Mark) {
        self.generation = generation
        self.position = position
        self.mark = mark
    }
}
