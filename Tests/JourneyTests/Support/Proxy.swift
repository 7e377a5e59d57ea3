import Foundation
import Glibc
import Synchronization

/// A proxy before a relay: it passes everything on, but for requests that it answers in its place.
final class Proxy {
    /// How many more conversations it answers itself.
    private final class Denials: Sendable {
        let left = Mutex(0)

        func take(_ part: ArraySlice<UInt8>) -> Bool {
            guard part.starts(with: Array("POST ".utf8)) else { return false }
            return left.withLock { left in
                guard left > 0 else { return false }
                left -= 1
                return true
            }
        }
    }

    let url: String
    private let listener: Int32
    private let denials = Denials()

    init(before relay: Relay) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let port = Self.withAddress(port: 0) { address, size in
            var size = size
            precondition(bind(listener, address, size) == 0, "a port is free")
            precondition(listen(listener, 64) == 0, "it can be listened on")
            _ = getsockname(listener, address, &size)
        }
        self.listener = listener
        url = "http://127.0.0.1:\(port)"
        let target = in_port_t(relay.url.split(separator: ":").last ?? "") ?? 0
        Thread.detachNewThread { [denials] in
            while true {
                let device = accept(listener, nil, nil)
                guard device >= 0 else { return }
                let connection = socket(
                    AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
                _ = Self.withAddress(port: target) { connect(connection, $0, $1) }
                Thread.detachNewThread { Self.pump(connection, device) { _ in false } }
                Thread.detachNewThread { Self.pump(device, connection, denials.take) }
            }
        }
    }

    deinit { shutdown(listener, Int32(SHUT_RDWR)) }

    /// Answers the next `count` conversations as it does for a relay that is down.
    func deny(_ count: Int) { denials.left.withLock { $0 = count } }

    private static let denial =
        "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

    /// Passes bytes on until they end, or a part of them is denied.
    private static func pump(
        _ source: Int32, _ target: Int32, _ denies: (ArraySlice<UInt8>) -> Bool
    ) {
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(source, &part, part.count, 0)
            guard count > 0 else { break }
            guard denies(part[..<count]) else {
                guard send(target, part, count, Int32(MSG_NOSIGNAL)) == count else { break }
                continue
            }
            let answer = Array(denial.utf8)
            _ = send(source, answer, answer.count, Int32(MSG_NOSIGNAL))
            shutdown(source, Int32(SHUT_WR))
            // A socket that is closed with something unread is reset, and the answer lost with it.
            while recv(source, &part, part.count, 0) > 0 {}
            break
        }
        // Both directions use both sockets: the last of them is closed by the process's end.
        shutdown(target, Int32(SHUT_RDWR))
        shutdown(source, Int32(SHUT_RDWR))
    }

    /// Lends an address of this machine; the port that it names afterwards.
    private static func withAddress(
        port: in_port_t, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Void
    ) -> in_port_t {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return in_port_t(bigEndian: address.sin_port)
    }
}
