package import Convergence
package import Wire

/// A segment's changes after opening: their exact lines, their ids and, if the sealer gave one, its
/// claim. Everything that every implementation decides alike has been checked.
package struct OpenedSegment: Sendable {
    /// One change: what it says, the place of its line, and its id.
    package struct Member: Sendable {
        /// The change.
        package let change: Change
        /// Where its line lies in ``OpenedSegment/text``.
        package let range: Range<Int>
        /// Its id.
        package let id: ChangeID
    }

    /// The segment's header.
    package let header: SegmentHeader
    /// The changes' lines, each with its end-of-line.
    package let text: [UInt8]
    /// The changes in their order.
    package let members: [Member]
    /// The sealer's claim, if it made one.
    package let claim: Claim?
}
