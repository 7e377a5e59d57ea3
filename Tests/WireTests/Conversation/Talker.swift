import Convergence
import TestSupport
import Testing
import Wire

/// A device that only keeps segments: it talks to mailboxes in memory and commits what a replica
/// would commit, so that a cut at any byte can be tried.
struct Talker {
    /// The connection was cut where the test said.
    struct Cut: Error {}

    let books: BooksID
    var held: [Segment] = []
    var standing = Standing.nowhere
    var settled: Set<SegmentHash> = []
    var refusedForEver: Set<SegmentHash> = []
    var received = 0
    var requests = 0
    var shortAnswers = 0
    var largestRequest = 0

    init(_ books: BooksID, holding segments: [Segment] = []) {
        self.books = books
        held = segments
    }

    var hashes: Set<SegmentHash> { Set(held.map(\.hash)) }

    /// One conversation. `cutAfter`: the answers end after so many bytes, all told.
    /// `bend` changes an answer on its way.
    mutating func talk(
        to store: MemorySegmentStore, cutAfter: Int = .max,
        bytesMax: Int = Limits.requestBytesMax / 2,
        refusing code: Refusal.Code? = nil, bend: ([UInt8]) -> [UInt8] = { $0 }
    ) throws {
        let news = held.filter { !settled.contains($0.hash) && !refusedForEver.contains($0.hash) }
        var conversation = ClientConversation(
            books: books, standing: standing, outgoing: news.map(Self.offer))
        var bytesLeft = cutAfter
        while let request = conversation.nextRequest() {
            requests += 1
            var answer = bend(try ask(request, store, bytesMax: bytesMax, refusing: code))
            if answer.count > bytesLeft { answer = Array(answer.prefix(bytesLeft)) }
            let isCut = answer.count == bytesLeft
            bytesLeft -= answer.count
            var splitter = LineSplitter()
            for line in try splitter.take(answer) { try take(try Line(line), &conversation) }
            if isCut { throw Cut() }
            try conversation.finishAnswer()
            if conversation.needsInventory { conversation.compare(with: held.map(Self.offer)) }
            if conversation.peerChanged { settled = [] }
            settled.formUnion(conversation.settled)
            standing = conversation.standing
        }
    }

    private static func offer(_ segment: Segment) -> ClientConversation.Offer {
        ClientConversation.Offer(
            hash: segment.hash,
            lineBytes: SegmentBudget.lineBytes(bodyBytes: segment.body.count))
    }

    private mutating func ask(
        _ request: ClientConversation.Request, _ store: MemorySegmentStore, bytesMax: Int,
        refusing code: Refusal.Code?
    ) throws -> [UInt8] {
        var relay = RelayConversation(books: books)
        var bytes = request.hello.encoded.count
        try relay.receive(request.hello.encoded)
        for hash in request.segments {
            let segment = try some(held.first { $0.hash == hash })
            bytes += segment.line.count + 1
            try relay.receive(segment.line)
        }
        for line in request.closing {
            bytes += line.encoded.count + 1
            try relay.receive(line.encoded)
        }
        largestRequest = max(largestRequest, bytes)
        if let code { relay.refuseAccepted(code) }
        let before = store.state().position
        store.append(relay.accepted)
        let lines = try relay.answer(from: store, bytesMax: bytesMax)
        let added = Int(store.state().position - before)
        if let short = try relay.answer(from: store, ifOnlyNew: added) {
            // What the relay says without looking further is what it would have said.
            #expect(short == lines)
            shortAnswers += 1
        }
        return lines.flatMap { $0.encoded + [0x0a] }
    }

    private mutating func take(_ line: Line, _ conversation: inout ClientConversation) throws {
        switch try conversation.receive(line) {
        case .none: break
        case .refused(let refusal):
            if let hash = refusal.hash, refusal.kind == .never { refusedForEver.insert(hash) }
        case .segment(let segment):
            received += 1
            if !hashes.contains(segment.hash) { held.append(segment) }
            settled.insert(segment.hash)
        }
    }
}

extension MemorySegmentStore {
    /// An empty mailbox whose generation is made of one byte.
    convenience init(life: UInt8) {
        self.init(generation: Generation(checked: [UInt8](repeating: life, count: 16)))
    }

    /// A mailbox as it was at a position: restored from a backup.
    func restored(at position: Int) -> MemorySegmentStore {
        let old = MemorySegmentStore(generation: state().generation)
        old.append(segments(after: 0, bytesMax: .max).prefix(position).map(\.segment))
        return old
    }
}
