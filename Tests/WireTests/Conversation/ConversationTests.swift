import Convergence
import TestSupport
import Testing
import Wire

@Suite struct ConversationTests {
    let forge: SegmentForge
    let other: SegmentForge

    init() throws {
        forge = try SegmentForge(writer: 1)
        other = try SegmentForge(writer: 2)
    }

    @Test func `two devices meet in a mailbox and hold the same`() throws {
        let store = MemorySegmentStore(life: 1)
        var laptop = Talker(forge.books, holding: try forge.segments(3))
        var phone = Talker(forge.books, holding: try other.segments(2))
        try laptop.talk(to: store)
        try phone.talk(to: store)
        try laptop.talk(to: store)
        #expect(laptop.hashes == phone.hashes)
        #expect(laptop.hashes.count == 5)
        #expect(laptop.received == 2)
        #expect(phone.received == 3)
    }

    @Test func `without news a conversation is one request of a few bytes and fetches nothing`()
        throws
    {
        let store = MemorySegmentStore(life: 1)
        var laptop = Talker(forge.books, holding: try forge.segments(300))
        try laptop.talk(to: store)
        laptop.requests = 0
        laptop.largestRequest = 0
        try laptop.talk(to: store)
        #expect(laptop.requests == 1)
        #expect(laptop.received == 0)
        #expect(laptop.largestRequest < 250)
    }

    @Test func `what a device sent itself does not come back to it`() throws {
        let store = MemorySegmentStore(life: 1)
        var laptop = Talker(forge.books, holding: try forge.segments(4))
        try laptop.talk(to: store)
        try laptop.talk(to: store)
        #expect(laptop.received == 0)
    }

    @Test func `a push is answered from the mailbox's end, unless there is more to say`() throws {
        let store = MemorySegmentStore(life: 1)
        var laptop = Talker(forge.books, holding: try forge.segments(2))
        var phone = Talker(forge.books, holding: try other.segments(2))
        try laptop.talk(to: store)
        #expect(laptop.shortAnswers == 1)
        try phone.talk(to: store)
        #expect(phone.shortAnswers == 0)
        #expect(phone.received == 2)
        // A stranger tells first what it holds; what it then lacks is a push like any other.
        try laptop.talk(to: MemorySegmentStore(life: 2))
        #expect(laptop.requests - laptop.shortAnswers == 1)
    }

    @Test func `a wiped mailbox is filled again by the first device, without a loss`() throws {
        let store = MemorySegmentStore(life: 1)
        var laptop = Talker(forge.books, holding: try forge.segments(3))
        var phone = Talker(forge.books, holding: try other.segments(2))
        try laptop.talk(to: store)
        try phone.talk(to: store)
        let wiped = MemorySegmentStore(life: 2)
        try phone.talk(to: wiped)
        #expect(Set(wiped.inventory()) == phone.hashes)
        try laptop.talk(to: wiped)
        #expect(laptop.hashes == phone.hashes)
        #expect(wiped.inventory().count == 5)
        laptop.requests = 0
        try laptop.talk(to: wiped)
        #expect(laptop.requests == 1)
    }

    @Test func `a mailbox restored from an old backup is healed from both sides`() throws {
        for position in 0...4 {
            let store = MemorySegmentStore(life: 1)
            var laptop = Talker(forge.books, holding: try forge.segments(5))
            try laptop.talk(to: store)
            let old = store.restored(at: position)
            // Somebody else was faster after the restore.
            old.append(try other.segments(3))
            try laptop.talk(to: old)
            #expect(laptop.hashes.count == 8)
            #expect(Set(old.inventory()) == laptop.hashes)
            #expect(laptop.standing.mark == old.state().mark)
        }
    }

    @Test func `two relays are used in turn`() throws {
        let first = MemorySegmentStore(life: 1)
        let second = MemorySegmentStore(life: 2)
        var laptop = Talker(forge.books, holding: try forge.segments(3))
        for store in [first, second, first, second] { try laptop.talk(to: store) }
        #expect(Set(first.inventory()) == laptop.hashes)
        #expect(Set(second.inventory()) == laptop.hashes)
    }

    @Test func `an answer cut after any byte loses nothing and repeats nothing for ever`() throws {
        let (mine, theirs) = (try forge.segments(1), try other.segments(3))
        var probe = Talker(forge.books, holding: mine)
        let whole = MemorySegmentStore(life: 1)
        whole.append(theirs)
        try probe.talk(to: whole)
        for cut in 0..<4_000 {
            let store = MemorySegmentStore(life: 1)
            store.append(theirs)
            var laptop = Talker(forge.books, holding: mine)
            do {
                try laptop.talk(to: store, cutAfter: cut)
                // The whole answer came: there is nothing more to cut.
                #expect(cut > 1_500)
                return
            } catch is Talker.Cut {}
            try laptop.talk(to: store)
            #expect(laptop.hashes == probe.hashes, "cut after \(cut) bytes")
            #expect(store.inventory().count == 4)
            laptop.requests = 0
            try laptop.talk(to: store)
            #expect(laptop.requests == 1)
        }
        Issue.record("the answer never ended")
    }

    @Test func `a comparison cut after any byte is taken up again and ends complete`() throws {
        let (mine, theirs) = (try forge.segments(2), try other.segments(3))
        for cut in stride(from: 0, to: 8_000, by: 7) {
            let store = MemorySegmentStore(life: 2)
            store.append(theirs)
            var laptop = Talker(forge.books, holding: mine)
            laptop.standing = Standing(
                generation: Generation(checked: [UInt8](repeating: 1, count: 16)), position: 2,
                mark: .origin)
            // It believes that its own segments are there: they went to the mailbox of before.
            laptop.settled = laptop.hashes
            do {
                try laptop.talk(to: store, cutAfter: cut)
                #expect(cut > 2_000)
                return
            } catch is Talker.Cut {}
            try laptop.talk(to: store)
            #expect(laptop.hashes.count == 5, "cut after \(cut) bytes")
            #expect(Set(store.inventory()) == laptop.hashes, "cut after \(cut) bytes")
        }
        Issue.record("the answer never ended")
    }

    @Test func `more than one body is sent and fetched in several, each within the limit`() throws {
        let store = MemorySegmentStore(life: 1)
        var laptop = Talker(forge.books, holding: try forge.segments(6, bodyBytes: 700_000))
        try laptop.talk(to: store)
        #expect(laptop.requests == 2)
        #expect(laptop.largestRequest <= Limits.requestBytesMax)
        var phone = Talker(forge.books)
        try phone.talk(to: store)
        #expect(phone.hashes == laptop.hashes)
        #expect(phone.received == 6)
        #expect(phone.requests == 3)
    }

    @Test func `what a comparison asks for comes even when it is more than one body`() throws {
        let store = MemorySegmentStore(life: 2)
        store.append(try other.segments(1_203))
        var laptop = Talker(forge.books, holding: try forge.segments(1))
        laptop.standing = Standing(
            generation: Generation(checked: [UInt8](repeating: 1, count: 16)), position: 0,
            mark: .origin)
        try laptop.talk(to: store, bytesMax: 200_000)
        #expect(laptop.hashes.count == 1_204)
        #expect(laptop.received == 1_203)
        #expect(laptop.requests > 3)
    }
}
