package import Wire

/// What one conversation did.
package struct SyncReport: Hashable, Sendable {
    /// Segments that were sent and taken.
    package var sent = 0
    /// Segments that came.
    package var received = 0
    /// Of those, segments that were set aside as bad.
    package var setAside = 0
    /// Lines that could not be read at all.
    package var unreadable = 0
    /// Segments and changes that are damaged on this side and could not be sent: a rebuild mends them.
    package var unsendable = 0
    /// What the peer did not take.
    package var refusals: [Refusal] = []
    /// Whether the peer had lost its mailbox, or has another: both sides were compared.
    package var peerChanged = false
    /// Requests that it took.
    package var requests = 0
    /// Where the replica stands in the peer's mailbox now.
    package var position: Int64 = 0

    /// A report of nothing.
    package init() {}
}
