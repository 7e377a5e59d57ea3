import GRDB
import ServiceLifecycle
import Wire

/// Listens for segments that another program put into the same data, and tells the devices that wait.
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
        let books = hub.books
        let positions = try? await store.read { database in
            try books.map { try Mailbox(database, books: $0)?.state().position }
        }
        for (books, position) in zip(books, positions ?? []) {
            if let position { hub.publish(books, position: position) }
        }
    }
}
