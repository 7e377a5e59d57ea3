package import Wire

/// A place where the books are met: a relay, a folder or a program.
package struct Peer: Hashable, Sendable {
    /// The local number.
    package let id: Int64
    /// The name that the user gave it.
    package let name: String
    /// Where it is.
    package let address: String
    /// When the last conversation ended well, in milliseconds since 1970.
    package let lastSync: Int64?
    /// How many changes of this machine's writer it is known to hold.
    package let reached: Int64
    /// Where the replica stood in its mailbox.
    package let standing: Standing
}
