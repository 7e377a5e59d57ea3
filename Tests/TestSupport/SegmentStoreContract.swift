import Convergence
package import Wire

/// What every ``SegmentStore`` keeps to. Each clause gets a store that is new and empty.
package struct SegmentStoreContract: Sendable, CustomStringConvertible {
    /// The clause, as a sentence.
    package let description: String
    private let body: @Sendable (any SegmentStore, SegmentForge) throws -> Void

    /// A store that breaks a clause.
    package struct Broken: Error, CustomStringConvertible {
        /// Where.
        package let description: String
    }

    /// Throws ``Broken`` when a new, empty store does not keep to the clause.
    package func check(_ store: any SegmentStore, _ forge: SegmentForge) throws {
        try body(store, forge)
    }

    private init(
        _ description: String,
        _ body: @escaping @Sendable (any SegmentStore, SegmentForge) throws -> Void
    ) {
        self.description = description
        self.body = body
    }

    private static func hold(
        _ condition: Bool, line: Int = #line
    ) throws {
        guard condition else { throw Broken(description: "line \(line)") }
    }

    /// All clauses.
    package static let clauses: [SegmentStoreContract] = [
        SegmentStoreContract("an empty store stands at its origin") { store, _ in
            let state = try store.state()
            try hold(state.position == 0)
            try hold(state.mark == .origin)
            try hold(try store.mark(at: 0) == .origin)
            try hold(try store.mark(at: 1) == nil)
            try hold(try store.mark(at: -1) == nil)
            try hold(try store.inventory().isEmpty)
            try hold(try store.segments(after: 0, bytesMax: 1_000).isEmpty)
        },
        SegmentStoreContract("segments come back in their order, whole") { store, forge in
            let segments = try forge.segments(5)
            try store.append(Array(segments[..<2]))
            try store.append(Array(segments[2...]))
            let fetched = try store.segments(after: 0, bytesMax: .max)
            try hold(fetched.map(\.position) == [1, 2, 3, 4, 5])
            try hold(fetched.map(\.segment) == segments)
            try hold(try store.inventory() == segments.map(\.hash))
            try hold(
                try store.segments(after: 3, bytesMax: .max).map(\.segment) == Array(segments[3...])
            )
            try hold(try store.segments(after: 5, bytesMax: .max).isEmpty)
        },
        SegmentStoreContract("a segment is kept once, whichever request brings it") {
            store, forge in
            let segments = try forge.segments(3)
            try store.append([segments[0], segments[0], segments[1]])
            try store.append(segments)
            try hold(try store.inventory() == segments.map(\.hash))
            try hold(try store.state().position == 3)
        },
        SegmentStoreContract("another segment of the same numbers is kept beside it") {
            store, forge in
            let twin = try forge.segment(1, variant: 9)
            let first = try forge.segment(1)
            try store.append([first])
            try store.append([twin])
            try hold(try store.inventory() == [first.hash, twin.hash])
        },
        SegmentStoreContract("the mark runs over every hash in order") { store, forge in
            let segments = try forge.segments(3)
            try store.append(segments)
            var mark = Mark.origin
            for (number, segment) in segments.enumerated() {
                mark = mark.following(segment.hash)
                try hold(try store.mark(at: Int64(number + 1)) == mark)
            }
            try hold(try store.state().mark == mark)
            try hold(try store.mark(at: 4) == nil)
        },
        SegmentStoreContract("the generation stays") { store, forge in
            let before = try store.state().generation
            try store.append(try forge.segments(2))
            try hold(try store.state().generation == before)
        },
        SegmentStoreContract("a bound of bytes gives as many as fit, and at least one") {
            store, forge in
            try store.append(try forge.segments(4, bodyBytes: 300))
            let share = SegmentBudget.lineBytes(bodyBytes: 300)
            for (bytesMax, count) in [
                (0, 1), (share, 1), (2 * share - 1, 1), (2 * share, 2), (2 * share + 1, 2),
                (4 * share, 4), (9 * share, 4),
            ] {
                try hold(try store.segments(after: 0, bytesMax: bytesMax).count == count)
                let all = try store.inventory()
                try hold(try store.segments(all, bytesMax: bytesMax).count == count)
            }
        },
        SegmentStoreContract("segments are found by their hashes; unknown ones are passed over") {
            store, forge in
            let segments = try forge.segments(4)
            try store.append(Array(segments[..<3]))
            let asked = [segments[2].hash, segments[3].hash, segments[0].hash]
            let found = try store.segments(asked, bytesMax: .max)
            try hold(Set(found.map(\.hash)) == [segments[0].hash, segments[2].hash])
            try hold(try store.segments([], bytesMax: .max).isEmpty)
        },
        SegmentStoreContract("appending nothing changes nothing") { store, forge in
            try store.append([try forge.segment(1)])
            let before = try store.state()
            try store.append([])
            try hold(try store.state() == before)
        },
        SegmentStoreContract("the largest segment is kept and given") { store, forge in
            let segment = try forge.segment(1, bodyBytes: Limits.bodyBytesMax)
            try store.append([segment])
            try hold(try store.segments(after: 0, bytesMax: 1).map(\.segment) == [segment])
        },
    ]
}
