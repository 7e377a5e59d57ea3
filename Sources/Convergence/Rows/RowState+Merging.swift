/// One change as the merge rules see it: its dot, its stamp and what it had seen.
package struct Origin: Sendable {
    /// The change's dot.
    package let dot: Dot
    /// The change's stamp.
    package let stamp: Int64
    /// What its writer had applied before it, its own earlier changes included.
    package let context: Context

    /// Makes an origin.
    package init(dot: Dot, stamp: Int64, context: Context) {
        self.dot = dot
        self.stamp = stamp
        self.context = context
    }
}

extension RowState {
    /// Applies a put of one register: it replaces every value that it has seen.
    ///
    /// `isFrozen` says that the row's id is a frozen one, `isOriginal` that this is the put whose
    /// content gave that id. The original's values are never replaced.
    package mutating func put(
        _ field: Int, _ value: Value, from origin: borrowing Origin,
        isFrozen: Bool = false, isOriginal: Bool = false
    ) {
        let entry = Entry(
            field: field, dot: origin.dot, stamp: origin.stamp, value: value, isOriginal: isOriginal
        )
        // Almost always one value is replaced by one: its place is taken.
        if let place = entries.firstIndex(where: { $0.isReplaced(in: field, by: origin) }) {
            entries[place] = entry
            var next = place + 1
            while next < entries.count {
                if entries[next].isReplaced(in: field, by: origin) {
                    entries.remove(at: next)
                } else {
                    next += 1
                }
            }
        } else {
            entries.append(entry)
        }
        settle(origin)
    }

    /// Applies an add: the writer's part of the counter grows.
    package mutating func add(_ field: Int, _ amount: Int64, from origin: borrowing Origin) {
        let writer = origin.dot.writer
        if let position = tallies.firstIndex(where: { $0.field == field && $0.dot.writer == writer }
        ) {
            tallies[position].dot = origin.dot
            tallies[position].sum &+= amount
        } else {
            tallies.append(Tally(field: field, dot: origin.dot, sum: amount))
        }
        settle(origin)
    }

    /// Applies a remove: it hides the row if it had seen all that stands on it.
    package mutating func remove(from origin: borrowing Origin, isFrozen: Bool = false) {
        var hides = !isFrozen
        for entry in entries where !origin.context.covers(entry.dot) { hides = false }
        for tally in tallies where !origin.context.covers(tally.dot) { hides = false }
        var kept: [Removal] = []
        for removal in removals where !origin.context.covers(removal.dot) { kept.append(removal) }
        kept.append(Removal(dot: origin.dot, stamp: origin.stamp, hides: hides))
        removals = kept
    }

    /// An operation settles the removes it has seen, and shows the row again against the others.
    private mutating func settle(_ origin: borrowing Origin) {
        guard !removals.isEmpty else { return }
        var kept: [Removal] = []
        for removal in removals where !origin.context.covers(removal.dot) {
            kept.append(Removal(dot: removal.dot, stamp: removal.stamp, hides: false))
        }
        removals = kept
    }
}

extension RowState.Entry {
    /// Whether a put of this origin had seen the entry, or is the put that wrote it.
    fileprivate func isReplaced(in other: Int, by origin: borrowing Origin) -> Bool {
        field == other && !isOriginal && (dot == origin.dot || origin.context.covers(dot))
    }
}
