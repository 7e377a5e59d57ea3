import Testing

@testable import jalon

struct `The next try at a peer` {
    @Test func `comes after five seconds, then after twice as long, up to a minute`() {
        let failure = Failure("it is busy.", status: .unreachable)
        let now = ContinuousClock.now
        var retry: Retry?
        var pauses: [Duration] = []
        for _ in 0..<6 {
            let next = Retry(failure, after: retry, now: now)
            #expect(next.due == now + next.pause)
            pauses.append(next.pause)
            retry = next
        }
        #expect(pauses == [5, 10, 20, 40, 60, 60].map { .seconds($0) })
    }
}
