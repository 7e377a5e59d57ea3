import SyncClient
import Testing

@Suite struct PeerAddressTests {
    @Test(arguments: [
        ("http://localhost:8787", "http://localhost:8787", "localhost:8787"),
        ("HTTP://Relay.Example/", "http://relay.example", "relay.example"),
        ("https://relay.example/jalon/", "https://relay.example/jalon", "relay.example"),
        ("http://[::1]:8787/", "http://[::1]:8787", "[::1]:8787"),
        ("http://192.0.2.1", "http://192.0.2.1", "192.0.2.1"),
    ])
    func `an address is read`(_ typed: String, _ text: String, _ host: String) throws {
        let address = try PeerAddress(typed)
        #expect(address.text == text)
        #expect(address.host == host)
    }

    @Test(arguments: [
        ("relay.example", PeerAddress.Fault.scheme(nil)), ("", .scheme(nil)),
        ("ftp://relay.example", .scheme("ftp")), ("file:///etc/passwd", .scheme("file")),
        ("ssh://host/path", .scheme("ssh")), ("http://", .form), ("http:///x", .form),
        ("http://host:0", .form), ("http://host:65536", .form), ("http://ho st", .form),
        ("http://user@host", .credentials), ("http://user:word@host", .credentials),
        ("http://host/?x=1", .query), ("http://host/#x", .query),
    ])
    func `what is none is told why`(_ typed: String, _ fault: PeerAddress.Fault) {
        #expect(throws: fault) { try PeerAddress(typed) }
    }
}
