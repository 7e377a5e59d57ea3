/// Where a peer is, as its address says.
package enum PeerPlace: Hashable, Sendable {
    /// A relay over HTTP.
    case relay(PeerAddress)
    /// A folder, by its path from the root.
    case folder(String)

    /// Reads an address: `http://…` and `https://…`, or the path of a folder.
    package init(_ text: String) throws(PeerAddress.Fault) {
        self = text.hasPrefix("/") ? .folder(text) : .relay(try PeerAddress(text))
    }
}
