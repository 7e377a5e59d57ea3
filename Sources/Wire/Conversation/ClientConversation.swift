import Convergence

/// The client's half of a conversation with one peer: it says what to send next and what to do with
/// each line that comes back. It does no I/O: a carrier moves the lines, the replica keeps segments.
///
/// The caller repeats until ``nextRequest()`` gives nil: send the request, feed every line of the
/// answer to ``receive(_:)``, commit the segments it hands out, then call ``finishAnswer()`` and
/// commit ``standing`` and ``settled``. Cut off anywhere, the next conversation goes on from what
/// was committed.
package struct ClientConversation: Sendable {
    /// Hashes of one inventory: a peer that lists more is not believed.
    package static let inventoryMax = 1_000_000

    /// A segment that the replica can send: its hash and its share of a request.
    package struct Offer: Hashable, Sendable {
        /// The segment.
        package let hash: SegmentHash
        /// Bytes of its line at most.
        package let lineBytes: Int

        /// Makes an offer.
        package init(hash: SegmentHash, lineBytes: Int) {
            self.hash = hash
            self.lineBytes = lineBytes
        }
    }

    /// One request: its first line, the segments to send in their order, the ones to ask for.
    package struct Request: Hashable, Sendable {
        /// The greeting.
        package let hello: Line
        /// The segments to send after the greeting.
        package let segments: [SegmentHash]
        /// The lines to send after the segments, ``Line/done`` last.
        package let closing: [Line]
    }

    /// What a line of the answer asks of the caller.
    package enum Event: Hashable, Sendable {
        /// Nothing.
        case none
        /// To keep this segment.
        case segment(Segment)
        /// To remember that the peer does not take something.
        case refused(Refusal)
    }

    private enum Phase {
        case talking
        case answering
        case ended
    }

    private let books: BooksID
    private var phase = Phase.talking
    private var outgoing: ArraySlice<Offer>
    private var inFlight: [Offer] = []
    private var wanted: ArraySlice<SegmentHash> = []
    private var asked: Set<SegmentHash> = []
    private var arrived: Set<SegmentHash> = []
    private var inventory: [SegmentHash]?
    private var answered: (generation: Generation, matches: Bool)?
    private var last: (position: Int64, mark: Mark, more: Bool)?
    private var refused: Set<SegmentHash> = []
    /// What is not sent to this peer again.
    private var refusedForEver: Set<SegmentHash> = []
    private var stored: Set<SegmentHash> = []
    /// What cannot be sent in this conversation.
    private var withdrawn: Set<SegmentHash> = []
    /// Why the peer could not read a line of this request.
    private var lineRefusal: Refusal?
    /// Whether a segment that the peer cannot read is being looked for.
    private var isSingly = false
    private var isComparing = false
    private var isCutShort = false
    private var isFirst = true
    /// Whether an answer left something out: what the peer holds is then not known.
    private var isDoubtful = false
    /// Whether one did in this conversation.
    private var hasDoubted = false
    /// Whether the next request asks for the inventory, because of that.
    private var mustCompare = false
    /// The mark of what an answer showed of the mailbox so far.
    private var shown = Mark.origin
    private let start: Standing
    private var reached: Standing

    /// Where the client stands; to be committed after each answer whose segments are.
    ///
    /// Until both sides of a comparison have what they lacked, that is where it stood before: cut
    /// off there, the next conversation compares again rather than forgetting the rest. After an
    /// answer whose segments do not add up to its mark it is a standing that no mailbox has.
    package var standing: Standing {
        isDoubtful ? .doubtful : isComparing ? start : reached
    }
    /// Segments that the peer holds, as this conversation showed. When ``peerChanged``, what was
    /// known of the peer before counts no more.
    package private(set) var settled: Set<SegmentHash> = []
    /// How many segments the peer took.
    package private(set) var delivered = 0
    /// Segments that the peer could not read, found out one by one. It names none of them, so these
    /// refusals came on no line.
    package private(set) var unread: [Refusal] = []
    /// Whether the peer's mailbox turned out to be another than the one last met.
    package private(set) var peerChanged = false

    /// A conversation with a peer met at `standing`, to whom `outgoing` is new as far as known.
    package init(books: BooksID, standing: Standing, outgoing: [Offer]) {
        self.books = books
        start = standing
        reached = standing
        self.outgoing = outgoing[...]
    }

    /// Whether the caller has to give its inventory before the next request: ``compare(with:)``.
    package var needsInventory: Bool { inventory != nil }

    /// The next request, or nil when the conversation is over.
    package mutating func nextRequest() -> Request? {
        guard phase == .talking, inventory == nil else { return nil }
        let hasMore = last?.more ?? false
        guard isFirst || hasMore || mustCompare || !outgoing.isEmpty || !wanted.isEmpty else {
            phase = .ended
            return nil
        }
        isFirst = false
        if mustCompare { reached = .doubtful }
        mustCompare = false
        shown = reached.mark
        // One segment and nothing else, so that it is known what could not be read.
        let isAlone = isSingly && !outgoing.isEmpty
        inFlight = isAlone ? [outgoing.removeFirst()] : takeOffers()
        var closing: [Line] = []
        let asking = isAlone ? [] : Array(wanted.prefix(Limits.hashesPerLineMax))
        if !asking.isEmpty { closing.append(.want(asking)) }
        asked = Set(asking)
        arrived = []
        closing.append(.done)
        answered = nil
        last = nil
        lineRefusal = nil
        phase = .answering
        return Request(
            hello: .hello(books: books, reached), segments: inFlight.map(\.hash), closing: closing)
    }

    private mutating func takeOffers() -> [Offer] {
        var budget = SegmentBudget(bytesMax: Limits.requestBytesMax - 65_536)
        var taken: [Offer] = []
        while let offer = outgoing.first, budget.takes(lineBytes: offer.lineBytes) {
            taken.append(offer)
            outgoing.removeFirst()
        }
        return taken
    }

    /// Takes a segment of the request back before it is sent, because it cannot be: it counts neither
    /// as sent nor as settled.
    package mutating func withdraw(_ hash: SegmentHash) {
        inFlight.removeAll { $0.hash == hash }
        withdrawn.insert(hash)
    }

    /// Takes one line of the answer.
    package mutating func receive(_ line: Line) throws(WireFailure) -> Event {
        guard phase == .answering, last == nil else { throw .order }
        switch line {
        case .welcome(let generation, let matches):
            guard answered == nil else { throw .order }
            answered = (generation, matches)
            // An inventory begins at the mailbox's beginning.
            if !matches { shown = .origin }
            return .none
        case .refused(let refusal):
            try note(refusal)
            // Under a hash that was not sent it judges nothing that the caller has.
            let isNamed = refusal.hash.map(refused.contains) ?? false
            return isNamed ? .refused(refusal) : .none
        case .segment(let segment):
            guard answered?.matches == true else { throw .order }
            guard segment.header.books == books else { throw .books }
            // What was asked for comes first, and out of the mailbox's order.
            if !asked.contains(segment.hash) || !arrived.insert(segment.hash).inserted {
                shown = shown.following(segment.hash)
            }
            return .segment(segment)
        case .have(let hashes):
            guard let answered else { throw .order }
            // In the mailbox itself it stands for what was just sent, and for nothing else.
            let sent = Set(inFlight.map(\.hash))
            for hash in hashes where !answered.matches || sent.contains(hash) {
                shown = shown.following(hash)
            }
            guard !answered.matches else { return .none }
            inventory = (inventory ?? []) + hashes
            guard (inventory?.count ?? 0) <= Self.inventoryMax else { throw .limit }
            return .none
        case .end(let position, let mark, let more):
            guard answered != nil else { throw .order }
            last = (position, mark, more)
            return .none
        case .hello, .want, .done: throw .order
        }
    }

    private mutating func note(_ refusal: Refusal) throws(WireFailure) {
        if let hash = refusal.hash, inFlight.contains(where: { $0.hash == hash }) {
            refused.insert(hash)
            if refusal.kind == .never || refusal.kind == .identity { refusedForEver.insert(hash) }
        } else if refusal.kind == .never || refusal.hash != nil, !inFlight.isEmpty {
            // The peer could not read which segment it was, so none of this request is settled.
            lineRefusal = lineRefusal ?? refusal
        } else {
            throw .refused(refusal)
        }
        // What comes after it would be refused alike.
        if refusal.kind == .later {
            outgoing = []
            isCutShort = true
        }
    }

    /// Ends an answer whose last line came and whose segments are committed.
    ///
    /// Throws ``WireFailure/cut`` when the last line is missing.
    package mutating func finishAnswer() throws(WireFailure) {
        guard phase == .answering, let answered, let last else { throw .cut }
        phase = .talking
        settleFlight()
        // A mailbox rolled back to between where the client stands and where these lie would look
        // unchanged: they count only once the standing includes them.
        if !last.more {
            settled.formUnion(stored)
            stored = []
        }
        if answered.matches {
            // What did not fit is asked for again; when nothing came, the peer does not hand it out.
            let rest = wanted.dropFirst(asked.count)
            let missing = wanted.prefix(asked.count).filter { !arrived.contains($0) }
            if !asked.isEmpty, missing.count == asked.count {
                wanted = rest
                isDoubtful = true
            } else {
                wanted = (missing + rest)[...]
            }
            let isSame = reached.generation == answered.generation
            let from = isSame ? reached.position : 0
            // A peer that says "more" without going on would be asked for ever.
            guard last.position >= from, !last.more || last.position > from else { throw .order }
            updateComparison()
        } else {
            // A peer that is another one at every answer would be compared with for ever.
            guard !peerChanged else { throw .restless }
            peerChanged = true
            isComparing = true
            isDoubtful = false
            inventory = inventory ?? []
        }
        reached = Standing(
            generation: answered.generation, position: last.position, mark: last.mark)
        judge(last.mark)
    }

    /// What was shown must add up to the mark: otherwise something was left out, added or damaged on
    /// its way, and both sides are compared, once in a conversation.
    private mutating func judge(_ mark: Mark) {
        guard shown != mark else { return }
        mustCompare = !peerChanged && !hasDoubted
        isDoubtful = true
        hasDoubted = true
    }

    /// What was sent is stored; or it is under suspicion, if lines of it could not be read.
    private mutating func settleFlight() {
        let rest = inFlight.filter { !refused.contains($0.hash) }
        if lineRefusal != nil, inFlight.count > 1 || !asked.isEmpty {
            // Which line it was is not known; the one with the hashes asked for, perhaps.
            arrived = []
            asked = []
            guard !isCutShort else { return }
            outgoing = rest + outgoing
            isSingly = true
        } else if let lineRefusal {
            unread += rest.map { Refusal(lineRefusal.code, hash: $0.hash) }
            isSingly = false
        } else {
            stored.formUnion(rest.map(\.hash))
            delivered += rest.count
        }
    }

    /// Sets both inventories against each other: each side gets what it lacks.
    ///
    /// `own` is everything the replica holds and the peer has not refused for ever; `setAside` what
    /// the replica refused itself and need not get again. What was refused or withdrawn in this
    /// conversation is not sent again, and nothing is once sending has ended.
    package mutating func compare(with own: [Offer], without setAside: Set<SegmentHash> = []) {
        let theirs = inventory ?? []
        inventory = nil
        let theirSet = Set(theirs)
        let ownSet = Set(own.map(\.hash))
        let apart = theirSet.union(unread.compactMap(\.hash)).union(refusedForEver)
            .union(withdrawn)
        outgoing = isCutShort ? [] : own.filter { !apart.contains($0.hash) }[...]
        wanted = theirs.filter { !ownSet.contains($0) && !setAside.contains($0) }[...]
        settled.formUnion(ownSet.intersection(theirSet))
        updateComparison()
    }

    private mutating func updateComparison() {
        if wanted.isEmpty, outgoing.isEmpty, !isCutShort { isComparing = false }
    }
}
