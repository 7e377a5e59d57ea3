package import Convergence

/// The merge rules said once more, from their text and not from the engine: a set of known changes
/// in, the state out. Slow, whole, without any bookkeeping between changes.
///
/// It decides everything from two questions: which changes has a change seen, and which operations
/// stand on a row. So it cannot share a fault with code that keeps running state.
package struct Oracle {
    /// A change as the oracle sees it: who, which, when, what it had seen, what it does.
    package struct Event {
        /// The writer's name.
        package let writer: String
        /// The number.
        package let number: Int64
        /// The stamp.
        package let stamp: Int64
        /// For every writer, how many changes it had seen, its own earlier ones included.
        package let seen: [String: Int64]
        /// What it does.
        package let operations: [Operation]

        /// Makes an event.
        package init(
            writer: String, number: Int64, stamp: Int64, seen: [String: Int64],
            operations: [Operation]
        ) {
            self.writer = writer
            self.number = number
            self.stamp = stamp
            self.seen = seen
            self.operations = operations
        }

        func saw(_ other: Event) -> Bool { (seen[other.writer] ?? 0) >= other.number }
    }

    /// What is seen of a row.
    package struct View: Equatable, CustomStringConvertible {
        /// Whether the row is shown.
        package var isVisible = false
        /// The shown value of each register.
        package var shown: [String: Value] = [:]
        /// All distinct standing values of each register, as text, sorted.
        package var values: [String: [String]] = [:]
        /// The sums of the counters.
        package var sums: [String: Int64] = [:]
        /// How many removes stand against the row without hiding it.
        package var pendingRemoves = 0

        /// An empty view.
        package init() {}

        package var description: String {
            "visible \(isVisible) shown \(shown) values \(values) sums \(sums) removes \(pendingRemoves)"
        }
    }

    private let events: [Event]

    /// The oracle of a set of changes that is closed under what its members had seen.
    package init(_ events: [Event]) { self.events = events }

    /// The rows that any change touches.
    package var rows: [(table: String, row: RowID)] {
        var found: [String: (String, RowID)] = [:]
        for event in events {
            for operation in event.operations {
                found[operation.table + operation.row.text] = (operation.table, operation.row)
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.value.0, $0.value.1) }
    }

    /// The view of a row.
    package func view(_ table: String, _ row: RowID) -> View {
        let touching = events.compactMap { event -> (Event, [Operation])? in
            let operations = event.operations.filter { $0.table == table && $0.row == row }
            return operations.isEmpty ? nil : (event, operations)
        }
        var view = View()
        showRegisters(touching, &view)
        for (_, operations) in touching {
            for case .add(_, _, let deltas) in operations {
                for delta in deltas { view.sums[delta.field, default: 0] &+= delta.amount }
            }
        }
        judgeRemoves(touching, &view)
        return view
    }

    /// The state of a field is the set of values written by puts that no other put on it has seen.
    private func showRegisters(_ touching: [(Event, [Operation])], _ view: inout View) {
        var puts: [String: [(event: Event, value: Value)]] = [:]
        for (event, operations) in touching {
            for case .put(_, _, let fields) in operations {
                for assignment in fields {
                    puts[assignment.field, default: []].append((event, assignment.value))
                }
            }
        }
        for (field, all) in puts {
            let standing = all.filter { put in
                !all.contains { $0.event.saw(put.event) }
            }
            let best = standing.max {
                ($0.event.stamp, $0.event.writer) < ($1.event.stamp, $1.event.writer)
            }
            view.shown[field] = best?.value
            view.values[field] = Set(standing.map { "\($0.value)" }).sorted()
        }
    }

    /// A remove counts while no operation on the row has seen it; it hides the row if it had seen
    /// every put and add on it. (One that it had not seen may have been replaced since, but only by
    /// another that it had not seen either.)
    private func judgeRemoves(_ touching: [(Event, [Operation])], _ view: inout View) {
        let removes = touching.filter { pair in
            pair.1.contains { if case .remove = $0 { true } else { false } }
        }.map(\.0)
        let others = touching.filter { pair in
            pair.1.contains { if case .remove = $0 { false } else { true } }
        }.map(\.0)
        let pending = removes.filter { remove in
            !touching.contains { $0.0.saw(remove) }
        }
        let hides = pending.contains { remove in
            others.allSatisfy { remove.saw($0) }
        }
        view.isVisible = !hides && !touching.isEmpty
        view.pendingRemoves = hides ? 0 : pending.count
    }
}
