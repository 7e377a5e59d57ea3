/// A writer's place in a replica's list of writers: local, never on the wire, never in a digest.
///
/// Every branch of a writer has a place of its own.
package typealias WriterIndex = Int

/// What a change's writer had applied when it wrote it: for every writer the number of changes.
package struct Context: Hashable, Sendable {
    private var counts: [Int64]

    /// A context that has seen nothing.
    package init() { counts = [] }

    /// How many changes of `writer` it covers.
    package subscript(_ writer: WriterIndex) -> Int64 {
        get { writer < counts.count ? counts[writer] : 0 }
        set {
            if writer >= counts.count {
                guard newValue > 0 else { return }
                counts.append(
                    contentsOf: repeatElement(0, count: writer + 1 - counts.count))
            }
            counts[writer] = newValue
        }
    }

    /// Whether it covers the change with this dot.
    package func covers(_ dot: Dot) -> Bool {
        self[dot.writer] >= dot.number
    }

    /// The writers of which at least one change is covered, with the number of changes.
    package var entries: [(writer: WriterIndex, number: Int64)] {
        counts.enumerated().compactMap { $1 > 0 ? (writer: $0, number: $1) : nil }
    }

    package static func == (left: Context, right: Context) -> Bool {
        let count = max(left.counts.count, right.counts.count)
        return (0..<count).allSatisfy { left[$0] == right[$0] }
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
