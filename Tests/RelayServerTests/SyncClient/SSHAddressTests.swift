import SyncClient
import Testing

@Suite struct SSHAddressTests {
    @Test(arguments: [
        ("ssh://box/srv/relay", "ssh://box/srv/relay"), ("SSH://Box/r", "ssh://box/r"),
        ("ssh://anna@box:22/~/relay", "ssh://anna@box:22/~/relay"),
        ("ssh://[::1]:2222/r", "ssh://[::1]:2222/r"), ("ssh://box/a%20b", "ssh://box/a%20b"),
    ])
    func `an address is kept as it was typed, but for capitals of the machine`(
        _ typed: String, _ kept: String
    ) throws {
        #expect(try SSHAddress(typed).text == kept)
        #expect(try SSHAddress(kept).text == kept)
        #expect(try PeerPlace(typed) == .program(SSHAddress(kept)))
    }

    @Test func `a terminal may be asked, anything else is not`() throws {
        let address = try SSHAddress("ssh://box/r")
        #expect(!address.arguments(hasTerminal: true).contains("BatchMode=yes"))
        #expect(address.arguments(hasTerminal: false).contains("BatchMode=yes"))
    }

    @Test(arguments: [
        "ssh://box/r\n", "ssh://box/\u{7f}", "ssh://bö/r", "ssh://@box/r", "ssh://box:/r",
        "ssh://[::1/r", "ssh://[::1]x/r", "ssh://box:22x/r", "ssh://box:٢٢/r", "ssh://box/%zz",
        "ssh://box/~/", "http://box/r", "box:/r",
    ])
    func `what is none is refused`(_ text: String) {
        #expect(throws: PeerAddress.Fault.self) { try SSHAddress(text) }
    }
}
