import Convergence
import TestSupport
import Testing
import Wire

@Suite struct RefusalTests {
    let forge: SegmentForge

    init() throws { forge = try SegmentForge() }

    @Test(arguments: Refusal.Code.allCases)
    func `a refused segment is sent again only when that may help`(_ code: Refusal.Code) throws {
        let store = MemorySegmentStore(life: 1)
        var laptop = Talker(forge.books, holding: try forge.segments(2))
        try laptop.talk(to: store, refusing: code)
        #expect(store.inventory().isEmpty)
        #expect(laptop.settled.isEmpty)
        try laptop.talk(to: store)
        #expect(store.inventory().count == (code.kind == .never ? 0 : 2))
    }

    @Test(arguments: Refusal.Code.allCases)
    func `a refused conversation ends, but for a segment that could not be read`(
        _ code: Refusal.Code
    ) throws {
        let offers = try forge.segments(1).map {
            ClientConversation.Offer(hash: $0.hash, lineBytes: 1_000)
        }
        for outgoing in [[], offers] {
            var conversation = ClientConversation(
                books: forge.books, standing: .nowhere, outgoing: outgoing)
            _ = conversation.nextRequest()
            if code.kind == .never, !outgoing.isEmpty {
                // Which segment it means is found out next.
                #expect(try conversation.receive(.refused(Refusal(code))) == .none)
            } else {
                #expect(throws: WireFailure.refused(Refusal(code))) {
                    try conversation.receive(.refused(Refusal(code)))
                }
            }
        }
    }

    /// How a peer answers that cannot read some lines: it names none of them.
    private func talk(
        _ segments: [Segment], unreadable: Set<SegmentHash>, to store: MemorySegmentStore,
        from standing: Standing = .nowhere
    ) throws -> (conversation: ClientConversation, requests: [[SegmentHash]]) {
        let byHash = Dictionary(uniqueKeysWithValues: segments.map { ($0.hash, $0) })
        let offers = segments.map {
            ClientConversation.Offer(
                hash: $0.hash, lineBytes: SegmentBudget.lineBytes(bodyBytes: $0.body.count))
        }
        var conversation = ClientConversation(
            books: forge.books, standing: standing, outgoing: offers)
        var requests: [[SegmentHash]] = []
        while let request = conversation.nextRequest(), requests.count < 100 {
            requests.append(request.segments)
            var relay = RelayConversation(books: forge.books)
            try relay.receive(request.hello.encoded)
            for hash in request.segments {
                let line = try some(byHash[hash]).line
                try relay.receive(unreadable.contains(hash) ? Array(line.dropLast()) : line)
            }
            for line in request.closing { try relay.receive(line.encoded) }
            store.append(relay.accepted)
            for line in try relay.answer(from: store) { _ = try conversation.receive(line) }
            try conversation.finishAnswer()
            if conversation.needsInventory { conversation.compare(with: offers) }
        }
        return (conversation, requests)
    }

    @Test func `a segment that a peer cannot read is found out and set aside, the rest arrives`()
        throws
    {
        let segments = try forge.segments(6)
        let (bad, hashes) = (segments[3].hash, segments.map(\.hash))
        let store = MemorySegmentStore(life: 1)
        let (conversation, requests) = try talk(segments, unreadable: [bad], to: store)
        #expect(Set(store.inventory()) == Set(hashes).subtracting([bad]))
        #expect(conversation.settled == Set(hashes).subtracting([bad]))
        #expect(conversation.unread == [Refusal(.form, hash: bad)])
        // All, each of the first four alone, and the others together.
        let alone = hashes[...3].map { [$0] }
        #expect(requests == [hashes] + alone + [Array(hashes[4...])])
        #expect(conversation.standing.generation == store.state().generation)
    }

    @Test func `a comparison ends in spite of segments that the peer cannot read`() throws {
        let segments = try forge.segments(4)
        let store = MemorySegmentStore(life: 2)
        let before = Standing(
            generation: Generation(checked: [UInt8](repeating: 1, count: 16)), position: 9,
            mark: .origin)
        let (conversation, requests) = try talk(
            segments, unreadable: [segments[0].hash, segments[2].hash], to: store, from: before)
        #expect(requests.count < 9)
        #expect(store.inventory().count == 2)
        #expect(Set(conversation.unread.map(\.hash)) == [segments[0].hash, segments[2].hash])
        #expect(conversation.standing.generation == store.state().generation)
    }

    @Test func `a peer that is another one at every answer is not compared with for ever`() throws {
        var conversation = ClientConversation(
            books: forge.books,
            standing: Standing(
                generation: Generation(checked: [UInt8](repeating: 1, count: 16)), position: 5,
                mark: .origin), outgoing: [])
        let hash = try forge.segment(1).hash
        func answer(_ life: UInt8) throws {
            _ = try some(conversation.nextRequest())
            let generation = Generation(checked: [UInt8](repeating: life, count: 16))
            _ = try conversation.receive(.welcome(generation, matches: false))
            _ = try conversation.receive(.have([hash]))
            _ = try conversation.receive(.end(position: 1, mark: .origin, more: false))
        }
        try answer(2)
        try conversation.finishAnswer()
        conversation.compare(with: [])
        try answer(3)
        #expect(throws: WireFailure.restless) { try conversation.finishAnswer() }
    }

    @Test func `a relay that is full is not sent the rest`() throws {
        let store = MemorySegmentStore(life: 1)
        var laptop = Talker(forge.books, holding: try forge.segments(6, bodyBytes: 700_000))
        try laptop.talk(to: store, refusing: .quota)
        #expect(laptop.requests == 1)
    }

    @Test func `a full relay that was wiped is compared with again until it has everything`() throws
    {
        let store = MemorySegmentStore(life: 2)
        var laptop = Talker(forge.books, holding: try forge.segments(3))
        laptop.settled = laptop.hashes
        laptop.standing = Standing(
            generation: Generation(checked: [UInt8](repeating: 1, count: 16)), position: 3,
            mark: .origin)
        let before = laptop.standing
        try laptop.talk(to: store, refusing: .quota)
        #expect(laptop.standing == before)
        try laptop.talk(to: store)
        #expect(store.inventory().count == 3)
    }

    @Test func `a bad segment is refused alone`() throws {
        let good = try forge.segments(3)
        let foreign = try SegmentForge(books: BooksID(checked: [UInt8](repeating: 9, count: 16)))
            .segment(1)
        let forged = try some(
            Segment(
                header: good[0].header, commitment: good[0].commitment,
                signature: [UInt8](repeating: 1, count: 64), body: good[0].body))
        var relay = RelayConversation(books: forge.books)
        try relay.receive(Line.hello(books: forge.books, .nowhere).encoded)
        try relay.receive(good[0].line)
        try relay.receive(forged.line)
        try relay.receive(Array("{\"segment\":nonsense".utf8))
        try relay.receive(foreign.line)
        try relay.receive(good[1].line)
        try relay.receive(Line.done.encoded)
        #expect(relay.isComplete)
        #expect(relay.accepted == [good[0], good[1]])
        #expect(
            relay.refused == [
                Refusal(.signature, hash: forged.hash), Refusal(.form),
                Refusal(.books, hash: foreign.hash),
            ])
    }

    @Test func `a garbage copy does not keep the good one out`() throws {
        let good = try forge.segment(1)
        let twin = try forge.segment(1, variant: 3)
        let store = MemorySegmentStore(life: 1)
        store.append([twin])
        var laptop = Talker(forge.books, holding: [good])
        try laptop.talk(to: store)
        #expect(store.inventory().contains(good.hash))
    }

    @Test func `lines out of their order end the conversation`() throws {
        let hello = Line.hello(books: forge.books, .nowhere).encoded
        let segment = try forge.segment(1).line
        let done = Line.done.encoded
        for lines in [
            [segment], [done], [hello, hello], [hello, done, segment], [hello, done, done],
        ] {
            var relay = RelayConversation(books: forge.books)
            #expect(throws: WireFailure.order) {
                for line in lines { try relay.receive(line) }
            }
        }
        var relay = RelayConversation(books: BooksID(checked: [UInt8](repeating: 9, count: 16)))
        #expect(throws: WireFailure.books) { try relay.receive(hello) }
    }

    @Test func `who sends nothing but garbage is not heard for ever`() throws {
        var relay = RelayConversation(books: forge.books)
        try relay.receive(Line.hello(books: forge.books, .nowhere).encoded)
        for _ in 0..<RelayConversation.refusalsMax { try relay.receive([0x78]) }
        #expect(throws: WireFailure.limit) { try relay.receive([0x78]) }
    }

    @Test func `a request asks for as many segments as one list holds and not one more`() throws {
        let hash = try forge.segment(1).hash
        let want = Line.want(Array(repeating: hash, count: 1_000)).encoded
        var relay = RelayConversation(books: forge.books)
        try relay.receive(Line.hello(books: forge.books, .nowhere).encoded)
        try relay.receive(want)
        #expect(throws: WireFailure.limit) { try relay.receive(Line.want([hash]).encoded) }
    }

    @Test func `a peer that says more without going on is not asked for ever`() throws {
        var conversation = ClientConversation(
            books: forge.books, standing: .nowhere, outgoing: [])
        _ = conversation.nextRequest()
        let generation = Generation(checked: [UInt8](repeating: 1, count: 16))
        _ = try conversation.receive(.welcome(generation, matches: true))
        _ = try conversation.receive(.end(position: 0, mark: .origin, more: true))
        #expect(throws: WireFailure.order) { try conversation.finishAnswer() }
    }

    @Test func `a peer that goes back behind where it said it was is not believed`() throws {
        let generation = Generation(checked: [UInt8](repeating: 1, count: 16))
        var conversation = ClientConversation(
            books: forge.books,
            standing: Standing(generation: generation, position: 5, mark: .origin), outgoing: [])
        _ = conversation.nextRequest()
        _ = try conversation.receive(.welcome(generation, matches: true))
        _ = try conversation.receive(.end(position: 4, mark: .origin, more: false))
        #expect(throws: WireFailure.order) { try conversation.finishAnswer() }
    }
}
