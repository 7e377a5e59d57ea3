import Synchronization
import Testing

@testable import Replication

@Suite("Results computed ahead")
struct ReadaheadTests {
    @Test(
        "each result is computed once and taken in order, whatever helps",
        arguments: [1, 2, 3, 8], [1, 3, 8, 1000])
    func order(processors: Int, window: Int) {
        let computed = Mutex<[Int]>([])
        let ahead = Readahead(500, window: window, processors: processors) { index in
            computed.withLock { $0.append(index) }
            return index * index
        }
        for index in 0..<500 { #expect(ahead.next() == index * index) }
        #expect(ahead.next() == nil)
        #expect(ahead.next() == nil)
        #expect(computed.withLock { $0.sorted() } == Array(0..<500))
    }

    @Test("no more results are computed than fit into the window", arguments: [1, 4])
    func window(processors: Int) {
        let state = Mutex((begun: 0, taken: 0, most: 0))
        let ahead = Readahead(200, window: 5, processors: processors) { index in
            state.withLock { state in
                state.begun += 1
                state.most = max(state.most, state.begun - state.taken)
            }
            return index
        }
        while ahead.next() != nil { state.withLock { $0.taken += 1 } }
        // The one that was just taken is counted here a moment later than there.
        #expect(state.withLock { $0.most } <= 6)
    }

    @Test("nothing to compute is nothing to take, and what nobody takes stops nobody")
    func abandoned() {
        #expect(Readahead(0, processors: 4) { $0 }.next() == nil)
        let computed = Mutex(0)
        for _ in 0..<50 {
            let ahead = Readahead(100, window: 4, processors: 4) { index in
                computed.withLock { $0 += 1 }
                return index
            }
            #expect(ahead.next() == 0)
        }
        #expect(computed.withLock { $0 } <= 50 * 5)
    }
}
