/// Where a peer is, as its address says.
package enum PeerPlace: Hashable, Sendable {
    /// A relay over HTTP.
    case relay(PeerAddress)
    /// A folder, by its path from the root.
    case folder(String)
    /// A relay's data on a machine that ssh reaches.
    case program(SSHAddress)

    /// Reads an address: `http://…`, `https://…` and `ssh://…`, or the path of a folder.
    package init(_ text: String) throws(PeerAddress.Fault) {
        if text.hasPrefix("/") {
            self = .folder(text)
        } else if text.lowercased().hasPrefix("ssh://") {
            self = .program(try SSHAddress(text))
        } else {
            self = .relay(try PeerAddress(text))
        }
    }

    /// The address as it is kept.
    package var text: String {
        switch self {
        case .relay(let address): address.text
        case .folder(let path): path
        case .program(let address): address.text
        }
    }
}
