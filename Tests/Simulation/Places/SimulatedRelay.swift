import Convergence
import GRDB
import RelayServer
import TestSupport
import Wire

/// A relay: the relay's half of a conversation over its SQLite mailbox, on a disk of its own.
final class SimulatedRelay {
    private(set) var disk = SimulatedDisk()
    private var mount: Int
    private var opened: DatabaseQueue?
    private var random: SeededRandom
    private let books: BooksID
    /// What it does to its answers; nothing when it is honest.
    var lies: Lies?

    init(books: BooksID, seed: UInt64) {
        self.books = books
        random = SeededRandom(seed: seed)
        mount = SimulatedFileSystem.mount(disk)
    }

    deinit { SimulatedFileSystem.unmount(mount) }

    private func queue() throws -> DatabaseQueue {
        if let opened { return opened }
        var configuration = Configuration()
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 40;
                    """)
        }
        let queue = try DatabaseQueue(
            path: SimulatedFileSystem.address(of: "relay.sqlite", on: mount),
            configuration: configuration)
        let (books, random) = (books, self.random.bytes(Generation.byteCount))
        try queue.write { database in
            try Mailbox.prepare(database, path: "relay")
            guard try Mailbox(database, books: books) == nil else { return }
            _ = try Mailbox(
                creating: books, generation: Generation(checked: random), at: 0, in: database)
        }
        opened = queue
        return queue
    }

    /// Answers a request; a relay that is down, or whose disk fails, says so in the protocol's words
    /// or not at all.
    func answer(_ request: [UInt8]) throws -> [Line] {
        guard !disk.isDown else { throw Silence() }
        var conversation = RelayConversation(books: books)
        var splitter = LineSplitter()
        do {
            for line in try splitter.take(request) { try conversation.receive(line) }
            if !splitter.remainder.isEmpty { try conversation.receive(splitter.remainder) }
            guard conversation.isComplete else { throw WireFailure.cut }
        } catch is WireFailure {
            return [.refused(Refusal(.form))]
        }
        let segments = conversation.accepted
        let books = books
        do {
            let queue = try queue()
            if !segments.isEmpty {
                try queue.write { database in try Mailbox(database, books: books)?.append(segments)
                }
            }
        } catch {
            guard !disk.isDown else { throw Silence() }
            // The disk failed: a real relay ends here and starts again.
            opened = nil
            conversation.refuseAccepted(.storage)
        }
        do {
            let finished = conversation
            return try queue().read { database in
                guard let mailbox = try Mailbox(database, books: books) else {
                    return [.refused(Refusal(.storage))]
                }
                return try finished.answer(from: mailbox)
            }
        } catch {
            opened = nil
            throw Silence()
        }
    }

    /// Nobody answers.
    struct Silence: Error {}

    // MARK: - Faults

    func restart(after stop: SimulatedDisk.Stop, random: inout SeededRandom) {
        opened = nil
        disk.restart(after: stop, random: &random)
    }

    /// Everything is deleted.
    func wipe() { put(SimulatedDisk()) }

    /// Its files as they are now.
    var image: SimulatedDisk.Image { disk.image }

    /// An older copy of its files takes their place.
    func restore(_ image: SimulatedDisk.Image) { put(SimulatedDisk(image)) }

    private func put(_ disk: SimulatedDisk) {
        opened = nil
        SimulatedFileSystem.unmount(mount)
        self.disk = disk
        mount = SimulatedFileSystem.mount(disk)
    }

    /// The segments that it holds, read from a copy of its disk.
    func segments() throws -> [Segment] {
        let reader = SimulatedRelay(books: books, seed: 0)
        reader.restore(disk.image)
        let books = books
        return try reader.queue().read { database in
            guard let mailbox = try Mailbox(database, books: books) else { return [] }
            return try mailbox.segments(after: 0, bytesMax: .max).map(\.segment)
        }
    }
}
