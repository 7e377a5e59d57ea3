package import Wire

/// Carries a conversation to a folder: the relay's half runs in this process, over the folder's
/// files.
package final class FolderCarrier: Transport {
    private let store: FolderStore
    private let books: BooksID

    /// What hindered writing; everything was fetched all the same.
    package private(set) var fault: FolderFailure?

    /// A carrier over an open folder.
    package init(_ store: FolderStore, books: BooksID) {
        self.store = store
        self.books = books
    }

    package func exchange(
        _ request: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
    ) async throws {
        var relay = RelayConversation(books: books)
        var splitter = LineSplitter()
        do {
            for line in try splitter.take(request) { try relay.receive(line) }
            guard relay.isComplete else { throw WireFailure.cut }
        } catch let failure as WireFailure {
            throw SyncFailure.broken(failure)
        }
        let kept = store.keep(relay.accepted)
        if let hindrance = kept.fault {
            fault = fault ?? hindrance
            relay.refuseAccepted(after: kept.count, .storage)
        }
        for line in try relay.answer(from: store) { try receive(line.encoded + [0x0a]) }
    }
}
