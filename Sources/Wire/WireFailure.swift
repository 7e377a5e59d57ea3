/// Why something received cannot be taken as what it should be.
package enum WireFailure: Error, Hashable, Sendable {
    /// A line is not of the strict form; the offset of the first byte that does not fit.
    case form(offset: Int)
    /// A line or a part of it exceeds a bound of ``Limits``.
    case limit
    /// A line comes where the conversation does not allow it.
    case order
    /// The peer speaks another version of the protocol.
    case version(Int64)
    /// The line belongs to other books than the conversation.
    case books
    /// The peer's mailbox is another one at every answer.
    case restless
    /// The peer ended before its last line.
    case cut
    /// The peer refuses the whole conversation.
    case refused(Refusal)
}
