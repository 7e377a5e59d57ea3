import Convergence

extension FuzzTarget {
    /// What a replica keeps of a row.
    static let rows: [FuzzTarget] = [
        FuzzTarget("packed-row") { bytes throws(BrokenProperty) in
            // The values that columns show: any, as long as they are told from the others.
            let shown = { (field: Int) in Value.text("shown \(field)") }
            guard let state = RowState(packed: bytes, shown: shown) else { return false }
            let packed = state.packed { $0.value == shown($0.field) }
            let again = try made("a packed state is read") {
                RowState(packed: packed, shown: shown)
            }
            try require(again.entries.count == state.entries.count, "no entry is made or lost")
            try require(again.tallies == state.tallies, "tallies are kept")
            try require(again.removals == state.removals, "removes are kept")
            let twice = again.packed { $0.value == shown($0.field) }
            try require(twice == packed, "a state that was read is packed as it was")
            return true
        }
    ]
}
