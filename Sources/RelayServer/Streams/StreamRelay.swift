import Convergence
import GRDB
import Wire

/// A relay's half of conversations over a pair of streams: `Protocol/transports.md`.
///
/// Whoever may start it owns the data, so nobody is asked for a token, and books that are not known
/// here are taken. It may run beside a relay that serves the same data.
package struct StreamRelay {
    private let store: RelayStore
    private let quotaBytes: Int64
    private let now: () -> Int64

    /// A relay over a store; `now` gives milliseconds since 1970.
    package init(store: RelayStore, quotaBytes: Int64, now: @escaping () -> Int64) {
        self.store = store
        self.quotaBytes = quotaBytes
        self.now = now
    }

    /// Answers requests until the input ends, or until one cannot be understood.
    ///
    /// `read` gives the next bytes, none at the end of the input; `write` writes all of its bytes.
    package func serve(
        read: () throws -> [UInt8], write: ([UInt8]) throws -> Void
    ) throws {
        var request = Request()
        do {
            while true {
                let part = try read()
                if part.isEmpty {
                    guard request.isBegun else { return }
                    throw WireFailure.cut
                }
                // Counted before they are kept, and per request: one greater than that is refused.
                for line in try request.lines(of: part) {
                    try request.take(line)
                    guard request.conversation?.isComplete == true else { continue }
                    try write(try answer(&request))
                    request.begin()
                }
            }
        } catch let failure as WireFailure {
            try write(Self.refusal(Refused(of: failure).code))
        } catch let failure as StoreFailure {
            try write(Self.refusal(Refused(of: failure).code))
        }
    }

    /// One request while it comes in.
    private struct Request {
        private(set) var conversation: RelayConversation?
        private(set) var books: BooksID?
        private var splitter = LineSplitter()
        private var bytes = 0

        var isBegun: Bool { conversation != nil || !splitter.remainder.isEmpty }

        mutating func lines(of part: [UInt8]) throws(WireFailure) -> [[UInt8]] {
            try splitter.take(part)
        }

        mutating func take(_ line: [UInt8]) throws(WireFailure) {
            bytes += line.count + 1
            guard bytes <= Limits.requestBytesMax else { throw .limit }
            if conversation == nil {
                guard case .hello(let named, _) = try Line(line) else { throw .order }
                books = named
                conversation = RelayConversation(books: named)
            }
            try conversation?.receive(line)
        }

        mutating func begin() {
            conversation = nil
            bytes = 0
        }

        mutating func refuse(after count: Int, _ code: Refusal.Code) {
            conversation?.refuseAccepted(after: count, code)
        }
    }

    private func answer(_ request: inout Request) throws -> [UInt8] {
        guard let books = request.books, let segments = request.conversation?.accepted else {
            throw WireFailure.order
        }
        do {
            let stored = try keep(segments, books)
            if stored.segments > 0 { store.folder.ring() }
            if stored.taken < segments.count { request.refuse(after: stored.taken, .quota) }
        } catch let failure as StoreFailure {
            request.refuse(after: 0, Refused(of: failure).code)
        }
        guard let conversation = request.conversation else { throw WireFailure.order }
        let lines = try store.readNow { database in
            guard let mailbox = try Mailbox(database, books: books) else {
                throw StoreFailure.full
            }
            return try conversation.answer(from: mailbox)
        }
        return lines.flatMap { $0.encoded + [0x0a] } + [0x0a]
    }

    private func keep(_ segments: [Segment], _ books: BooksID) throws -> Mailbox.Stored {
        let isKnown = try store.readNow { try Mailbox($0, books: books) != nil }
        if isKnown, segments.isEmpty {
            return Mailbox.Stored(taken: 0, segments: 0, bytes: 0, position: 0)
        }
        return try store.commitNow { database in
            let generation = Generation(checked: store.random(Generation.byteCount))
            let mailbox =
                try Mailbox(database, books: books)
                ?? Mailbox(creating: books, generation: generation, at: now(), in: database)
            return try mailbox.append(segments, quotaBytes: quotaBytes)
        }
    }

    private static func refusal(_ code: Refusal.Code) -> [UInt8] {
        Line.refused(Refusal(code)).encoded + [0x0a, 0x0a]
    }
}
