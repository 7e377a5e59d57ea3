import Glibc
import SyncClient
import TestSupport

/// Hands over the address of a port that nobody listens on, and that nobody else gets meanwhile.
func withDeafPort(_ body: (PeerAddress) async throws -> Void) async throws {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    var count = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, count) == 0 && getsockname(descriptor, $0, &count) == 0
        }
    }
    guard isBound else { throw Missing(what: "port") }
    try await body(PeerAddress("http://127.0.0.1:\(in_port_t(bigEndian: address.sin_port))"))
}
