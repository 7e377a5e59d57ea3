extension RowState {
    /// The entry that is shown of a register: the greatest stamp, then the greatest writer.
    ///
    /// Of a frozen row only the original's entries can be shown.
    package func shown(_ field: Int, isFrozen: Bool, writers: Names) -> Entry? {
        var best: Entry?
        for entry in entries where entry.field == field && (!isFrozen || entry.isOriginal) {
            guard let standing = best else {
                best = entry
                continue
            }
            if Self.precedes(standing, entry, writers) { best = entry }
        }
        return best
    }

    /// The sum of a counter over all writers, wrapping; nil when nothing was ever added.
    package func sum(_ field: Int) -> Int64? {
        var sum: Int64?
        for tally in tallies where tally.field == field { sum = (sum ?? 0) &+ tally.sum }
        return sum
    }

    /// Whether a row is to be seen at all: not hidden, and a frozen one only with its original.
    package func isVisible(isFrozen: Bool) -> Bool {
        !isHidden && (!isFrozen || entries.contains(where: \.isOriginal))
    }

    /// The fields in which another value than the shown one stands, in the order of their integers.
    ///
    /// The reserved field that restores a row is none of them: its values mean nothing.
    package func disputedFields(isFrozen: Bool, alive: Int, writers: Names) -> [Int] {
        guard !isHidden, hasRivals else { return [] }
        var fields: [Int] = []
        for field in Set(entries.lazy.map(\.field)) where field != alive {
            let shown = shown(field, isFrozen: isFrozen, writers: writers)
            if isFrozen, shown == nil, !entries.contains(where: \.isOriginal) { continue }
            let value = shown?.value ?? .null
            if entries.contains(where: { $0.field == field && $0.value != value }) {
                fields.append(field)
            }
        }
        return fields.sorted()
    }

    /// Whether two entries of one field have different values, or some stand beside a frozen row's
    /// original: only then can anything be disputed.
    package var hasRivals: Bool {
        for (position, entry) in entries.enumerated() {
            for other in entries[..<position] {
                if other.isOriginal != entry.isOriginal { return true }
                if other.field == entry.field, other.value != entry.value { return true }
            }
        }
        return false
    }

    /// Whether entries stand in this order, lesser first, by stamp, writer and number.
    package static func precedes(_ left: Entry, _ right: Entry, _ writers: Names) -> Bool {
        if left.stamp != right.stamp { return left.stamp < right.stamp }
        if left.dot.writer != right.dot.writer {
            return writers.precedes(left.dot.writer, right.dot.writer)
        }
        return left.dot.number < right.dot.number
    }
}
