import RelayServer
import Testing

@Suite struct `Paths of the relay` {
    @Test(arguments: [
        ("s", "."), ("a/s", "a"), ("/s", "/"), ("/srv/jalon/s", "/srv/jalon"), ("", "."),
    ])
    func `a path of any length has a folder`(path: String, folder: String) {
        #expect(DataFolder.parent(of: path) == folder)
    }
}
