package import Convergence

/// A random history of a few writers over two rows, with row states alone: no files, no segments. So
/// tens of thousands of them can be delivered in other orders and compared.
package struct ModelHistory {
    /// A change as its writer made it.
    package struct Change {
        let writer: Int
        let number: Int64
        let stamp: Int64
        let seen: [Int64]
        let operations: [Operation]
    }

    /// The changes, in an order in which every one comes after what it had seen.
    package private(set) var changes: [Change] = []
    private let names: [[UInt8]]

    /// The rows that are written to.
    package static let rows: [RowID] = (0...1).compactMap {
        RowID(.random, bytes: [UInt8](repeating: UInt8($0), count: RowID.byteCount))
    }

    /// Draws a history.
    package init(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let count = random.pick(2...4)
        names = (0..<count).map { _ in random.bytes(3) }
        var versions = [[Int64]](repeating: [Int64](repeating: 0, count: count), count: count)
        var stamps = [Int64](repeating: -1, count: count)
        for _ in 0..<random.pick(3...25) {
            let writer = random.pick(0...count - 1)
            guard random.happens(50) else {
                // Meets another and takes everything that it knows.
                let other = random.pick(0...count - 1)
                for index in 0..<count {
                    versions[writer][index] = max(versions[writer][index], versions[other][index])
                }
                continue
            }
            let clock = random.pick([0, 5, 1_000_000, Int64(random.pick(0...100))])
            stamps[writer] = max(clock, stamps[writer] + 1)
            changes.append(
                Change(
                    writer: writer, number: versions[writer][writer] + 1, stamp: stamps[writer],
                    seen: versions[writer], operations: Self.operations(&random)))
            versions[writer][writer] += 1
        }
    }

    private static func operations(_ random: inout SeededRandom) -> [Operation] {
        var operations: [Operation] = []
        for row in rows where random.happens(70) {
            switch random.pick(0...4) {
            case 0...1:
                let value = Value.integer(Int64(random.pick(0...3)))
                var fields = [Operation.Assignment(random.pick(["f", "g"]), value)]
                if random.happens(20) { fields = [.init("f", value), .init("g", value)] }
                operations.append(.put(table: "thing", row: row, fields: fields))
                guard random.happens(20) else { continue }
                operations.append(.add(table: "thing", row: row, deltas: [.init("c", 1)]))
            case 2:
                let amount = Int64(random.pick(-2...5))
                operations.append(.add(table: "thing", row: row, deltas: [.init("c", amount)]))
            default: operations.append(.remove(table: "thing", row: row))
            }
        }
        return operations
    }

    /// What the oracle says of it.
    package var oracle: Oracle {
        let texts = names.map { name in
            name.map { String(UInt16($0) + 256, radix: 16) }.joined()
        }
        return Oracle(
            changes.map { change in
                Oracle.Event(
                    writer: texts[change.writer], number: change.number, stamp: change.stamp,
                    seen: Dictionary(
                        change.seen.enumerated().map { (texts[$0], $1) },
                        uniquingKeysWith: { max($0, $1) }),
                    operations: change.operations)
            })
    }

    /// Whether two writers drew one name: such a history says nothing.
    package var isVoid: Bool { Set(names).count < names.count }

    /// Delivers all changes in a random causal order to a replica that numbers writers and fields as
    /// it meets them, and packs its rows now and then.
    package func deliver(_ random: inout SeededRandom) throws -> ModelReplica {
        var replica = ModelReplica()
        var done = [Int64](repeating: 0, count: names.count)
        var left = changes.shuffled(using: &random)
        while !left.isEmpty {
            let next = left.firstIndex { change in
                change.seen.enumerated().allSatisfy { done[$0] >= $1 }
            }
            let change = left.remove(at: try some(next))
            let context = change.seen.enumerated().map { (names[$0], $1) }
            replica.apply(
                change.operations, by: names[change.writer], change.number, change.stamp, context)
            done[change.writer] = change.number
            if random.happens(30) { try replica.storeAndLoad() }
            if random.happens(20) { left.shuffle(using: &random) }
        }
        return replica
    }
}

/// Row states of a replica of its own, with its own numbers for writers and fields.
package struct ModelReplica {
    /// The writers' names.
    package private(set) var writers = Names()
    /// The fields' names.
    package private(set) var fields = Names()
    /// The rows.
    package private(set) var states: [RowID: RowState] = [:]

    mutating func apply(
        _ operations: [Operation], by name: [UInt8], _ number: Int64, _ stamp: Int64,
        _ context: [([UInt8], Int64)]
    ) {
        let writer = writers.insert(name)
        var seen = Context()
        for (other, number) in context where number > 0 { seen[writers.insert(other)] = number }
        let origin = Origin(dot: Dot(writer, number), stamp: stamp, context: seen)
        for operation in operations {
            var state = states[operation.row] ?? RowState()
            switch operation {
            case .put(_, _, let assignments):
                for assignment in assignments {
                    state.put(index(of: assignment.field), assignment.value, from: origin)
                }
            case .add(_, _, let deltas):
                for delta in deltas {
                    state.add(index(of: delta.field), delta.amount, from: origin)
                }
            case .remove: state.remove(from: origin)
            }
            states[operation.row] = state
        }
    }

    private mutating func index(of field: String) -> Int { fields.insert(Array(field.utf8)) }

    /// Packs every row and reads it back, as a database does.
    mutating func storeAndLoad() throws {
        for (row, state) in states {
            let shown = (0..<fields.count).map {
                state.shown($0, isFrozen: false, writers: writers)
            }
            let packed = state.packed { shown[$0.field] == $0 }
            states[row] = try some(
                RowState(packed: packed, shown: { shown[$0]?.value ?? .null }))
        }
    }

    /// The bytes of a row in the digest.
    package func canonical(_ row: RowID) -> [UInt8] {
        var bytes: [UInt8] = []
        states[row]?.appendCanonical(
            table: Array("thing".utf8), row: row, fields: fields, writers: writers, to: &bytes)
        return bytes
    }

    /// A row in the oracle's words.
    package func view(_ row: RowID) -> Oracle.View {
        var view = Oracle.View()
        guard let state = states[row], state.isVisible(isFrozen: false) else { return view }
        view.isVisible = true
        for (index, name) in fields.all.enumerated() {
            let field = String(decoding: name, as: UTF8.self)
            if let shown = state.shown(index, isFrozen: false, writers: writers) {
                view.shown[field] = shown.value
                let all = state.entries.filter { $0.field == index }.map { "\($0.value)" }
                view.values[field] = Set(all).sorted()
            }
            if let sum = state.sum(index) { view.sums[field] = sum }
        }
        view.pendingRemoves = state.removals.count
        return view
    }
}
