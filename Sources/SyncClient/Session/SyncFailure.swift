package import Wire

/// Why a peer could not be met.
package enum SyncFailure: Error, Hashable, Sendable {
    /// Nothing answers there.
    case unreachable(host: String, Reason)
    /// Something answers that is not a relay: its status, 0 if it does not speak HTTP, and what its
    /// content claims to be.
    case notARelay(address: String, status: Int, content: String)
    /// The relay does not take the conversation.
    case refused(Refusal)
    /// The connection ended before the answer did. What came whole is kept.
    case cut(host: String)
    /// The answer came too slowly to be waited for, or said nothing. What came whole is kept.
    case slow
    /// The connection is not secure: the certificate or its names do not hold.
    case insecure(host: String, reason: String)
    /// The program that should carry the conversation did not.
    case program(host: String, ProgramFault)
    /// The peer breaks the protocol.
    case broken(WireFailure)

    /// Why nothing answers.
    package enum Reason: Hashable, Sendable {
        /// No such name.
        case unknownHost
        /// Nobody listens there.
        case notListening
        /// No answer in time.
        case silent
        /// A proxy answers for a relay that is down.
        case gateway(status: Int)
        /// Something else, in the system's words.
        case other(String)
    }
}
