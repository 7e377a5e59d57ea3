/// A mailbox in memory: for tests, simulations and the contract suite's reference.
package final class MemorySegmentStore: SegmentStore {
    private let generation: Generation
    private var segments: [Segment] = []
    private var marks: [Mark] = [.origin]
    private var held: Set<SegmentHash> = []

    /// An empty mailbox.
    package init(generation: Generation) { self.generation = generation }

    package func state() -> MailboxState {
        MailboxState(
            generation: generation, position: Int64(segments.count), mark: marks[segments.count])
    }

    package func append(_ new: [Segment]) {
        for segment in new where held.insert(segment.hash).inserted {
            segments.append(segment)
            marks.append(marks[marks.count - 1].following(segment.hash))
        }
    }

    package func mark(at position: Int64) -> Mark? {
        (0...Int64(segments.count)).contains(position) ? marks[Int(position)] : nil
    }

    package func segments(
        after position: Int64, bytesMax: Int
    ) -> [(position: Int64, segment: Segment)] {
        var budget = SegmentBudget(bytesMax: bytesMax)
        var chosen: [(position: Int64, segment: Segment)] = []
        var next = max(position, 0)
        while next < Int64(segments.count), budget.takes(segments[Int(next)]) {
            chosen.append((next + 1, segments[Int(next)]))
            next += 1
        }
        return chosen
    }

    package func inventory() -> [SegmentHash] { segments.map(\.hash) }

    package func segments(_ hashes: [SegmentHash], bytesMax: Int) -> [Segment] {
        let wanted = Set(hashes)
        var budget = SegmentBudget(bytesMax: bytesMax)
        var chosen: [Segment] = []
        for segment in segments where wanted.contains(segment.hash) {
            guard budget.takes(segment) else { break }
            chosen.append(segment)
        }
        return chosen
    }
}

/// How many segments fit into one body: at least one, or a large one would never arrive.
package struct SegmentBudget {
    private var left: Int
    private var isUntouched = true

    /// A budget of `bytesMax` bytes of lines.
    package init(bytesMax: Int) { left = bytesMax }

    /// Takes a segment's share; false when it does not fit any more.
    package mutating func takes(_ segment: Segment) -> Bool {
        takes(lineBytes: Self.lineBytes(bodyBytes: segment.body.count))
    }

    /// Takes a line's share; false when it does not fit any more.
    package mutating func takes(lineBytes: Int) -> Bool {
        guard isUntouched || lineBytes <= left else { return false }
        isUntouched = false
        left -= lineBytes
        return true
    }

    /// The greatest number of bytes of a segment's line, by its body's size.
    package static func lineBytes(bodyBytes: Int) -> Int { 560 + (bodyBytes * 4 + 2) / 3 }
}
