import Foundation

/// The address of a relay: `http` or `https`, a host, perhaps a port and a path before the relay's.
package struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// Why a text is no address of a relay.
    package enum Fault: Error, Hashable, Sendable {
        /// It cannot be read as an address.
        case form
        /// It starts with something else than http or https; nil when nothing stands there.
        case scheme(String?)
        /// It holds a user's name or a password, which would be sent to whoever answers.
        case credentials
        /// It holds a query or a fragment, where a relay has none.
        case query
    }

    /// The address without a slash at its end.
    package let text: String
    /// The host, with the port when one is given, as messages name it.
    package let host: String

    /// Reads an address.
    package init(_ text: String) throws(Fault) {
        guard let parts = URLComponents(string: text) else { throw .form }
        let scheme = parts.scheme?.lowercased()
        guard text.contains("://"), let scheme else { throw .scheme(nil) }
        guard ["http", "https"].contains(scheme) else { throw .scheme(scheme) }
        guard let name = parts.host, !name.isEmpty else { throw .form }
        guard parts.user == nil, parts.password == nil else { throw .credentials }
        guard parts.query == nil, parts.fragment == nil else { throw .query }
        if let port = parts.port, !(1...65_535).contains(port) { throw .form }
        var path = parts.percentEncodedPath
        while path.hasSuffix("/") { path.removeLast() }
        host = name.lowercased() + (parts.port.map { ":\($0)" } ?? "")
        self.text = "\(scheme)://\(host)\(path)"
    }

    package var description: String { text }
}
