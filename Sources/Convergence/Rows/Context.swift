/// A writer's place in a replica's list of writers: local, never on the wire, never in a digest.
///
/// Every branch of a writer has a place of its own.
package typealias WriterIndex = Int

/// What a change's writer had applied when it wrote it: for every writer the number of changes.
package struct Context: Hashable, Sendable {
    private var counts: [Int64]
    /// The writer whose count is `countApart` and not the one in `counts`; -1 for none.
    private var apart: WriterIndex = -1
    private var countApart: Int64 = 0

    /// A context that has seen nothing.
    package init() { counts = [] }

    /// How many changes of `writer` it covers.
    package subscript(_ writer: WriterIndex) -> Int64 {
        get {
            if writer == apart { return countApart }
            return writer < counts.count ? counts[writer] : 0
        }
        set {
            if writer == apart {
                countApart = newValue
                return
            }
            // What is there already must not make a copy.
            guard self[writer] != newValue else { return }
            if writer >= counts.count {
                counts.append(
                    contentsOf: repeatElement(0, count: writer + 1 - counts.count))
            }
            counts[writer] = newValue
        }
    }

    /// Keeps one writer's count beside the others: the contexts of its changes, which mostly differ in
    /// it alone, then share the memory of all others.
    package mutating func keepApart(_ writer: WriterIndex) {
        guard writer != apart else { return }
        if apart >= 0 {
            let former = apart
            apart = -1
            self[former] = countApart
        }
        countApart = self[writer]
        apart = writer
    }

    /// One more than the last writer that it can cover.
    private var end: WriterIndex { max(counts.count, apart + 1) }

    /// About how much memory a copy of its own takes, in bytes.
    package var byteCount: Int { counts.count * MemoryLayout<Int64>.stride + 32 }

    /// Whether it covers the change with this dot.
    package func covers(_ dot: Dot) -> Bool {
        self[dot.writer] >= dot.number
    }

    /// The writers of which at least one change is covered, with the number of changes.
    package var entries: [(writer: WriterIndex, number: Int64)] {
        (0..<end).compactMap { self[$0] > 0 ? (writer: $0, number: self[$0]) : nil }
    }

    package static func == (left: Context, right: Context) -> Bool {
        (0..<max(left.end, right.end)).allSatisfy { left[$0] == right[$0] }
    }

    package func hash(into hasher: inout Hasher) {
        for entry in entries {
            hasher.combine(entry.writer)
            hasher.combine(entry.number)
        }
    }
}

/// Where an operation came from: the change with this number of this writer.
package struct Dot: Hashable, Sendable {
    /// The writer's local place.
    package let writer: WriterIndex
    /// The change's number.
    package let number: Int64

    /// Makes a dot.
    package init(_ writer: WriterIndex, _ number: Int64) {
        self.writer = writer
        self.number = number
    }
}
