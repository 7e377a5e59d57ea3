package import Convergence
import Replication

/// A random history over a fleet, as a list of steps that can be run again and made shorter.
package struct History: Sendable {
    /// What a device does to a row.
    package enum Act: Sendable, CustomStringConvertible {
        case put(row: Int, field: String, value: Int64)
        case add(row: Int, amount: Int64)
        case remove(row: Int)

        package var description: String {
            switch self {
            case .put(let row, let field, let value): "put \(row).\(field)=\(value)"
            case .add(let row, let amount): "add \(row)+\(amount)"
            case .remove(let row): "remove \(row)"
            }
        }
    }

    /// One step.
    package enum Step: Sendable, CustomStringConvertible {
        /// A device writes one change, its clock standing at a time.
        case write(device: Int, clock: Int64, acts: [Act])
        /// A device seals and publishes what it has.
        case publish(device: Int)
        /// A device gets some of the published segments, shuffled, some of them twice.
        case deliver(device: Int, seed: UInt64)

        package var description: String {
            switch self {
            case .write(let device, let clock, let acts):
                "device \(device) at \(clock) writes \(acts)"
            case .publish(let device): "device \(device) publishes"
            case .deliver(let device, let seed): "device \(device) receives (\(seed))"
            }
        }
    }

    /// The seed that all randomness of a run comes from.
    package let seed: UInt64
    /// How many devices there are.
    package let devices: Int
    /// What happens.
    package var steps: [Step]

    /// Draws a history.
    package init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        devices = random.pick(2...4)
        steps = []
        for _ in 0..<random.pick(4...28) { steps.append(Self.step(&random, devices)) }
    }

    private static func step(_ random: inout SeededRandom, _ devices: Int) -> Step {
        let device = random.pick(0...devices - 1)
        switch random.pick(0...9) {
        case 0...4:
            let clock = random.pick([0, 5, 1_000_000, Int64(random.pick(0...100)), 1 << 60])
            var acts: [Act] = []
            var touched: Set<Int> = []
            for _ in 0..<random.pick(1...3) {
                let row = random.pick(0...1)
                guard touched.insert(row).inserted else { continue }
                switch random.pick(0...3) {
                case 0...1:
                    acts.append(
                        .put(
                            row: row, field: random.pick(["f", "g"]),
                            value: Int64(random.pick(0...3))))
                case 2: acts.append(.add(row: row, amount: Int64(random.pick(-2...5))))
                default: acts.append(.remove(row: row))
                }
            }
            return .write(device: device, clock: clock, acts: acts)
        case 5...6: return .publish(device: device)
        default: return .deliver(device: device, seed: random.next())
        }
    }

    /// The rows that histories write to.
    package static let rows: [RowID] = (0...1).compactMap {
        RowIDs.derived("thing", keys: [.integer($0)])
    }

    /// Runs the history, lets all devices meet, and says what is not as the oracle says; nil when
    /// all is.
    package func fault() throws -> String? {
        let fleet = try Fleet(devices: devices, seed: seed)
        var events: [Oracle.Event] = []
        for step in steps { try run(step, fleet, &events) }
        var random = SeededRandom(seed: seed &+ 1)
        try fleet.settle { $0.shuffled(using: &random) }
        let digests = try fleet.digests
        guard Set(digests).count == 1 else { return "digests \(digests)" }
        let waiting = try fleet.devices[0].replica.status().waiting
        guard waiting.isEmpty else { return "waiting \(waiting)" }
        let conflicts = try fleet.devices.map { try $0.replica.read { try $0.conflicts() } }
        guard conflicts.allSatisfy({ $0 == conflicts[0] }) else { return "conflicts differ" }
        let oracle = Oracle(events)
        for row in Self.rows {
            let expected = oracle.view("thing", row).comparable
            let actual = try fleet.view(row, of: 0).comparable
            guard actual == expected else { return "row \(row): \(actual), expected \(expected)" }
        }
        guard seed % 4 == 0 else { return nil }
        let audit = try fleet.devices[devices - 1].replica.verify()
        guard audit.findings.isEmpty else { return "audit \(audit.findings)" }
        return nil
    }

    private func run(_ step: Step, _ fleet: Fleet, _ events: inout [Oracle.Event]) throws {
        switch step {
        case .write(let device, let clock, let acts):
            fleet.devices[device].world.clock = clock
            let version = try fleet.version(of: device)
            let seen = Dictionary(
                uniqueKeysWithValues: version.map { (Self.ordered($0.key), $0.value) })
            try fleet.devices[device].replica.write { writing in
                for act in acts { try Self.perform(act, writing) }
            }
            let entry = try fleet.devices[device].replica.status().writers.first(where: \.isOwn)
            guard let entry, !acts.isEmpty else { return }
            events.append(
                Oracle.Event(
                    writer: Self.ordered(entry.key), number: entry.number, stamp: entry.at,
                    seen: seen,
                    operations: acts.map(Self.operation)))
        case .publish(let device): try fleet.publish(device)
        case .deliver(let device, let seed):
            var random = SeededRandom(seed: seed)
            var chosen = fleet.segments.filter { _ in random.happens(50) }
            chosen += chosen.filter { _ in random.happens(20) }
            try fleet.deliver(chosen.shuffled(using: &random), to: device)
        }
    }

    /// A writer's name as text whose order is the order of the key's bytes: ties go by these.
    private static func ordered(_ key: String) -> String {
        (Base64URL.decode(key) ?? []).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }.joined()
    }

    static func perform(_ act: Act, _ writing: Writing) throws {
        switch act {
        case .put(let row, let field, let value):
            try writing.put("thing", rows[row], [field: .integer(value)])
        case .add(let row, let amount): try writing.add("thing", rows[row], "c", amount)
        case .remove(let row): try writing.remove("thing", rows[row])
        }
    }

    private static func operation(_ act: Act) -> Operation {
        switch act {
        case .put(let row, let field, let value):
            .put(table: "thing", row: rows[row], fields: [.init(field, .integer(value))])
        case .add(let row, let amount):
            .add(table: "thing", row: rows[row], deltas: [.init("c", amount)])
        case .remove(let row): .remove(table: "thing", row: rows[row])
        }
    }

    /// The shortest history that still has a fault, found by leaving steps out.
    package func shrunk() throws -> History {
        var best = self
        var width = max(best.steps.count / 2, 1)
        while true {
            var start = 0
            while start < best.steps.count {
                var shorter = best
                shorter.steps.removeSubrange(start..<min(start + width, shorter.steps.count))
                if try shorter.fault() != nil { best = shorter } else { start += width }
            }
            if width == 1 { return best }
            width = max(width / 2, 1)
        }
    }
}
