import ArgumentParser
import Foundation
import Glibc
import RelayServer

/// Speaks with one device over standard input and output.
struct Stdio: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Speak with one device over standard input and output.",
        discussion: """
            Devices start it over ssh: jalon peer add NAME ssh://HOST/FOLDER. Whoever may run it owns \
            the data, so no token and no enrolment is asked for. It may run while a relay serves the \
            same folder.
            """)

    @OptionGroup var place: Place

    @Option(
        help: ArgumentHelp(
            "How much one set of books may store, for example 500M or 2G.", valueName: "size"))
    var quota: ByteSize = ByteSize(bytes: 1 << 30)

    func run() throws {
        let store = try RelayStore(
            folder: place.folder, isServing: false, random: RelayRandom.bytes)
        defer { store.close() }
        let relay = StreamRelay(store: store, quotaBytes: quota.bytes) {
            Int64(Date().timeIntervalSince1970 * 1_000)
        }
        do {
            try relay.serve(read: Self.read, write: Self.write)
        } catch is Gone {
            // Whoever was asking is gone; what was answered is stored.
        }
    }

    private struct Gone: Error {}

    private static func read() -> [UInt8] {
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(STDIN_FILENO, &part, part.count)
            if count < 0, errno == EINTR { continue }
            return Array(part.prefix(max(0, count)))
        }
    }

    private static func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Gone() }
            rest = rest.dropFirst(count)
        }
    }
}
