/// Everything that merging knows of one row: its registers, tallies and removes.
///
/// Two replicas that applied the same changes hold the same state of every row, whatever the order
/// of arrival: each rule below depends only on what the operations had seen of each other.
package struct RowState: Hashable, Sendable {
    /// One value of a register, written by one put, that no other put on the register has seen.
    package struct Entry: Hashable, Sendable {
        /// The field, by its integer in the replica's names.
        package var field: Int
        /// The put's change.
        package var dot: Dot
        /// The stamp of that change: only for the choice of the shown value.
        package var stamp: Int64
        /// The value.
        package var value: Value
        /// Whether this is a value of the put that created a frozen row.
        package var isOriginal: Bool

        /// Makes an entry.
        package init(field: Int, dot: Dot, stamp: Int64, value: Value, isOriginal: Bool = false) {
            self.field = field
            self.dot = dot
            self.stamp = stamp
            self.value = value
            self.isOriginal = isOriginal
        }
    }

    /// One writer's part of a counter.
    package struct Tally: Hashable, Sendable {
        /// The field, by its integer in the replica's names.
        package var field: Int
        /// The last change of the writer that added to it.
        package var dot: Dot
        /// The sum of the writer's deltas, wrapping.
        package var sum: Int64

        /// Makes a tally.
        package init(field: Int, dot: Dot, sum: Int64) {
            self.field = field
            self.dot = dot
            self.sum = sum
        }
    }

    /// A remove that no operation on the row has seen.
    package struct Removal: Hashable, Sendable {
        /// The remove's change.
        package var dot: Dot
        /// The stamp of that change: only to tell when.
        package var stamp: Int64
        /// Whether it had seen every operation standing on the row, and none has come since that it
        /// had not seen.
        package var hides: Bool

        /// Makes a remove.
        package init(dot: Dot, stamp: Int64, hides: Bool) {
            self.dot = dot
            self.stamp = stamp
            self.hides = hides
        }
    }

    /// The values of the registers.
    package var entries: [Entry] = []
    /// The parts of the counters.
    package var tallies: [Tally] = []
    /// The unsettled removes.
    package var removals: [Removal] = []

    /// A row that nothing was written to.
    package init() {}

    /// Whether a remove hides the row.
    package var isHidden: Bool { removals.contains(where: \.hides) }

    /// Whether nothing was written to the row.
    package var isEmpty: Bool { entries.isEmpty && tallies.isEmpty && removals.isEmpty }

    /// Whether every field and writer it names is one of that many: damaged storage may name others.
    package func names(fieldsBelow fields: Int, writersBelow writers: Int) -> Bool {
        entries.allSatisfy { $0.field < fields && $0.dot.writer < writers }
            && tallies.allSatisfy { $0.field < fields && $0.dot.writer < writers }
            && removals.allSatisfy { $0.dot.writer < writers }
    }
}
