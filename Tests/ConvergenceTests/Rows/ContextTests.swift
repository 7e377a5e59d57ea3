import Convergence
import Testing

/// What a change had seen, writer by writer.
@Suite struct ContextTests {
    private func context(_ counts: [Int64]) -> Context {
        var context = Context()
        for (writer, count) in counts.enumerated() { context[writer] = count }
        return context
    }

    @Test(arguments: [0, 2, 3, 7])
    func `a count that is kept apart changes nothing of what a context says`(writer: WriterIndex) {
        let plain = context([4, 0, 9])
        var apart = plain
        apart.keepApart(writer)
        #expect(apart == plain && apart.hashValue == plain.hashValue)
        #expect(apart.entries.map(\.writer) == [0, 2])
        #expect(apart.entries.map(\.number) == [4, 9])
    }

    @Test func `the count that is kept apart grows, and goes back among the others`() {
        var first = context([4, 0, 9])
        first.keepApart(0)
        var second = first
        second[0] = 5
        second[3] = 2
        #expect(first == context([4, 0, 9]))
        #expect(second == context([5, 0, 9, 2]))
        second.keepApart(3)
        second[3] = 0
        #expect(second == context([5, 0, 9]))
        #expect(second.covers(Dot(0, 5)) && !second.covers(Dot(0, 6)) && !second.covers(Dot(3, 1)))
    }
}
