import GRDB
import ServiceLifecycle
import Wire

/// Listens for what another program did to the same data: devices that wait are told of new segments,
/// and a token that was ended waits no more.
struct BellWatch: Service {
    let store: RelayStore
    let hub: LiveHub

    func run() async throws {
        let folder = store.folder
        var last = folder.rungAt
        let seconds = AsyncStream<Void> {
            try? await Task.sleep(for: .seconds(1))
            return Task.isCancelled ? nil : ()
        }
        for await _ in seconds.cancelOnGracefulShutdown() {
            let rungAt = folder.rungAt
            guard rungAt != last else { continue }
            last = rungAt
            await tell()
        }
    }

    /// Tells all who wait where their mailbox stands; who knows that already is not told again.
    private func tell() async {
        let waiting = hub.books
        let found = try? await store.read { database in
            try waiting.compactMap { books in
                try Mailbox(database, books: books).map { mailbox in
                    (
                        books: books, position: try mailbox.state().position,
                        revoked: try DeviceTable(database).revokedTokens(of: mailbox)
                    )
                }
            }
        }
        for (books, position, revoked) in found ?? [] {
            hub.end(revoked, of: books)
            hub.publish(books, position: position)
        }
    }
}
