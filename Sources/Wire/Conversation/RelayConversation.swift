import Convergence

/// The relay's half of one conversation: it takes the client's lines, checks them, and says what to
/// store and what to answer. It holds at most one request's segments and does no I/O of its own.
///
/// The caller feeds every line to ``receive(_:)``, stores ``accepted`` durably, and only then sends
/// what ``answer(from:bytesMax:)`` gives.
package struct RelayConversation: Sendable {
    /// Refusals of one request: who sends more lines that cannot be read is not heard any further.
    package static let refusalsMax = 1_000

    private enum Phase {
        case greeting
        case listening
        case ended
    }

    private let books: BooksID
    private var phase = Phase.greeting
    private var standing = Standing.nowhere
    private var wanted: [SegmentHash] = []
    private var refusals: [Refusal] = []

    /// The segments to store, checked, in the client's order.
    package private(set) var accepted: [Segment] = []

    /// A conversation about these books.
    package init(books: BooksID) { self.books = books }

    /// Whether the client said its last line.
    package var isComplete: Bool { phase == .ended }

    /// Takes one line's bytes.
    ///
    /// A line that cannot be read, or a segment that cannot be taken, is refused and the rest goes
    /// on. Throws when nothing that follows could mean anything.
    package mutating func receive(_ bytes: [UInt8]) throws(WireFailure) {
        let line: Line
        do {
            line = try Line(bytes)
        } catch {
            guard phase == .listening else { throw error }
            try refuse(Refusal(error == .limit ? .size : .form))
            return
        }
        try receive(line)
    }

    private mutating func receive(_ line: Line) throws(WireFailure) {
        switch (phase, line) {
        case (.greeting, .hello(let named, let standing)):
            guard named == books else { throw .books }
            self.standing = standing
            phase = .listening
        case (.listening, .segment(let segment)): try take(segment)
        case (.listening, .want(let hashes)):
            wanted.append(contentsOf: hashes)
            guard wanted.count <= Limits.hashesPerLineMax else { throw .limit }
        case (.listening, .done): phase = .ended
        default: throw .order
        }
    }

    private mutating func take(_ segment: Segment) throws(WireFailure) {
        if segment.header.books != books {
            try refuse(Refusal(.books, hash: segment.hash))
        } else if !segment.isSignedBySealer {
            try refuse(Refusal(.signature, hash: segment.hash))
        } else {
            accepted.append(segment)
        }
    }

    private mutating func refuse(_ refusal: Refusal) throws(WireFailure) {
        guard refusals.count < Self.refusalsMax else { throw .limit }
        refusals.append(refusal)
    }

    /// Refuses the segments of this request after the first `count`: the store cannot take them
    /// now. They come again in the same order, so what depends on a segment never overtakes it.
    package mutating func refuseAccepted(after count: Int = 0, _ code: Refusal.Code) {
        refusals.append(contentsOf: accepted.dropFirst(count).map { Refusal(code, hash: $0.hash) })
        accepted.removeSubrange(min(count, accepted.count)...)
    }

    /// Why lines of this request were not taken.
    package var refused: [Refusal] { refusals }

    /// The answer, once ``accepted`` is stored.
    ///
    /// A client whose standing is not one of this mailbox gets the inventory instead of segments:
    /// the next request asks for what it lacks.
    package func answer(
        from store: some SegmentStore, bytesMax: Int = Limits.requestBytesMax / 2
    ) throws -> [Line] {
        let state = try store.state()
        let matches = try standingMatches(state, store)
        return try answer(from: store, state, matches: matches, bytesMax: bytesMax)
    }

    /// The answer when all that the client lacks are the last `count` segments, which it sent in this
    /// request; nil otherwise. Of the store it reads the mailbox's end alone.
    package func answer(
        from store: some SegmentStore, ifOnlyNew count: Int
    ) throws -> [Line]? {
        let state = try store.state()
        guard wanted.isEmpty, standing.position == state.position - Int64(count),
            try standingMatches(state, store)
        else { return nil }
        return try answer(from: store, state, matches: true, bytesMax: .max)
    }

    private func answer(
        from store: some SegmentStore, _ state: MailboxState, matches: Bool, bytesMax: Int
    ) throws -> [Line] {
        var lines: [Line] = [.welcome(state.generation, matches: matches)]
        lines.append(contentsOf: refusals.map(Line.refused))
        guard matches else {
            let inventory = try store.inventory()
            for start in stride(from: 0, to: inventory.count, by: Limits.hashesPerLineMax) {
                let end = min(start + Limits.hashesPerLineMax, inventory.count)
                lines.append(.have(Array(inventory[start..<end])))
            }
            lines.append(.end(position: state.position, mark: state.mark, more: false))
            return lines
        }
        if !wanted.isEmpty {
            let segments = try store.segments(wanted, bytesMax: bytesMax)
            lines.append(contentsOf: segments.map(Line.segment))
        }
        return lines + (try news(from: store, state, bytesMax: bytesMax))
    }

    private func standingMatches(
        _ state: MailboxState, _ store: some SegmentStore
    ) throws -> Bool {
        // Who stands nowhere matches everything: it takes the mailbox from its start.
        guard let generation = standing.generation else { return true }
        guard generation == state.generation else { return false }
        return try store.mark(at: standing.position) == standing.mark
    }

    /// The mailbox after the client's position: its segments, of those that the client just sent the
    /// hashes alone, and the last line. So the client sees that nothing is left out.
    private func news(
        from store: some SegmentStore, _ state: MailboxState, bytesMax: Int
    ) throws -> [Line] {
        let own = Set(accepted.map(\.hash))
        var position = standing.position
        var lines: [Line] = []
        var isNews = false
        // What the client just sent fills no answer: it is walked over until something else comes.
        while !isNews, position < state.position {
            let fetched = try store.segments(after: position, bytesMax: bytesMax)
            guard let last = fetched.last else { break }
            position = last.position
            for (_, segment) in fetched {
                if own.contains(segment.hash) {
                    Self.append(segment.hash, to: &lines)
                } else {
                    lines.append(.segment(segment))
                    isNews = true
                }
            }
        }
        let mark = try store.mark(at: position) ?? state.mark
        lines.append(.end(position: position, mark: mark, more: position < state.position))
        return lines
    }

    /// Hashes that follow each other share a line, as long as it may grow.
    private static func append(_ hash: SegmentHash, to lines: inout [Line]) {
        if case .have(let hashes) = lines.last, hashes.count < Limits.hashesPerLineMax {
            lines[lines.count - 1] = .have(hashes + [hash])
        } else {
            lines.append(.have([hash]))
        }
    }
}
