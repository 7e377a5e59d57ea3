import Convergence
import Replication
import Sealing
import Wire

/// A random history in which devices are copied, backed up, restored and rolled back, with or without
/// what their machines remember; the oracle learns of it from the segments alone.
package struct TwinHistory: Sendable {
    /// One step; devices are counted modulo those that there are.
    package enum Step: Sendable {
        /// A device writes one change, its clock standing at a time.
        case write(device: Int, clock: Int64, acts: [History.Act])
        /// A device seals and publishes what it has.
        case publish(device: Int)
        /// A device gets some of the published segments, shuffled, some of them twice.
        case deliver(device: Int, seed: UInt64)
        /// A folder is copied.
        case copy(device: Int, withState: Bool)
        /// A device is backed up.
        case backup(device: Int)
        /// The last backup of a device is put in its place.
        case restore(device: Int, withState: Bool)
    }

    /// The seed that all randomness of a run comes from.
    package let seed: UInt64
    /// What happens.
    package var steps: [Step]

    /// Draws a history.
    package init(seed: UInt64) {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        steps = (0..<random.pick(6...30)).map { _ in Self.step(&random) }
    }

    private static func step(_ random: inout SeededRandom) -> Step {
        let device = random.pick(0...5)
        switch random.pick(0...19) {
        case 0...7:
            let clock = random.pick([0, 5, 1_000_000, Int64(random.pick(0...100)), 1 << 60])
            return .write(
                device: device, clock: clock,
                acts: (0..<random.pick(1...2)).map { act($0, &random) })
        case 8...11: return .publish(device: device)
        case 12...15: return .deliver(device: device, seed: random.next())
        case 16: return .copy(device: device, withState: random.happens(50))
        case 17: return .backup(device: device)
        default: return .restore(device: device, withState: random.happens(60))
        }
    }

    private static func act(_ row: Int, _ random: inout SeededRandom) -> History.Act {
        switch random.pick(0...3) {
        case 0...1:
            .put(row: row, field: random.pick(["f", "g"]), value: Int64(random.pick(0...99)))
        case 2: .add(row: row, amount: Int64(random.pick(1...5)))
        default: .remove(row: row)
        }
    }

    /// Runs the history, lets all devices meet, and says what is not as the oracle says; nil when
    /// all is.
    package func fault() throws -> String? {
        let fleet = try Fleet(devices: 2, seed: seed)
        var backups: [Int: Fleet.Snapshot] = [:]
        for step in steps { try run(step, fleet, &backups) }
        var random = SeededRandom(seed: seed &+ 1)
        try fleet.converge { $0.shuffled(using: &random) }
        let digests = try fleet.digests
        guard Set(digests).count == 1 else { return "digests \(digests)" }
        let statuses = try fleet.devices.map { try $0.replica.status() }
        for status in statuses {
            guard status.waiting.isEmpty else { return "waiting \(status.waiting)" }
            guard status.rejected.isEmpty else { return "rejected \(status.rejected)" }
            guard status.diverged == 0 else { return "diverged" }
            guard status.unsealed == 0 else { return "unsealed \(status.unsealed)" }
        }
        let conflicts = try fleet.devices.indices.map { try fleet.conflicts($0) }
        guard conflicts.allSatisfy({ $0 == conflicts[0] }) else { return "conflicts differ" }
        let oracle = Oracle(try fleet.lineage.events)
        for row in History.rows {
            let expected = oracle.view("thing", row).comparable
            for device in fleet.devices.indices {
                let actual = try fleet.view(row, of: device).comparable
                guard actual == expected else {
                    return "device \(device) row \(row): \(actual), expected \(expected)"
                }
            }
        }
        guard seed % 4 == 0 else { return nil }
        let audit = try fleet.devices[0].replica.verify()
        return audit.findings.isEmpty ? nil : "audit \(audit.findings)"
    }

    func run(
        _ step: Step, _ fleet: Fleet, _ backups: inout [Int: Fleet.Snapshot]
    ) throws {
        let count = fleet.devices.count
        switch step {
        case .write(let device, let clock, let acts):
            fleet.devices[device % count].world.clock = clock
            try fleet.devices[device % count].replica.write { writing in
                for act in acts { try History.perform(act, writing) }
            }
        case .publish(let device): try fleet.publish(device % count)
        case .deliver(let device, let seed):
            var random = SeededRandom(seed: seed)
            var chosen = fleet.segments.filter { _ in random.happens(60) }
            chosen += chosen.filter { _ in random.happens(20) }
            try fleet.deliver(chosen.shuffled(using: &random), to: device % count)
        case .copy(let device, let withState):
            if count < 5 { try fleet.copy(device % count, withState: withState) }
        case .backup(let device): backups[device % count] = try fleet.backup(device % count)
        case .restore(let device, let withState):
            guard let backup = backups[device % count] else { return }
            try fleet.restore(device % count, to: backup, withState: withState)
        }
    }

    /// The shortest history that still has a fault, found by leaving steps out.
    package func shrunk() throws -> TwinHistory {
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

extension Oracle.View {
    /// A hidden row lists no values; a row nobody wrote to is like one that is not there.
    package var comparable: Oracle.View { isVisible ? self : Oracle.View() }
}

extension Fleet {
    /// The history that the published segments hold.
    package var lineage: Lineage {
        get throws { Lineage(segments, Seal(try some(BooksKey(secret: secret)))) }
    }

    /// A member of these books who is no device.
    package func scribe(_ seed: UInt64) throws -> Scribe { try Scribe(secret: secret, seed: seed) }
}
