import Convergence
import Replication
import Wire

extension TwinHistory {
    /// Runs the history, loses some of its segments for ever, and lets three replicas with what is left
    /// declare that; says what is not alike then, or after what was lost turned up; nil when all is.
    package func faultAfterLoss() throws -> String? {
        let fleet = try Fleet(devices: 2, seed: seed)
        var backups: [Int: Fleet.Snapshot] = [:]
        for step in steps { try run(step, fleet, &backups) }
        for device in fleet.devices.indices { try fleet.publish(device) }
        var random = SeededRandom(seed: seed &+ 3)
        let all = fleet.segments
        let left = all.filter { _ in random.happens(75) }
        let readers = try (0..<3).map { try fleet.add(name: "reader \($0)") }
        for reader in readers {
            for segment in left.shuffled(using: &random) {
                try fleet.deliver([segment], to: reader)
            }
        }
        try declare(fleet, readers[0])
        // What was declared reaches the others at any moment.
        let declared = Array(fleet.segments.dropFirst(all.count))
        for reader in readers.dropFirst() {
            for segment in declared { try fleet.deliver([segment], to: reader) }
        }
        let fresh = try fleet.add(name: "fresh")
        try fleet.deliver((left + declared).shuffled(using: &random), to: fresh)
        if let fault = try differences(fleet, readers + [fresh]) { return "lost: \(fault)" }
        // Everything turns up.
        for reader in readers + [fresh] {
            for segment in all.shuffled(using: &random) { try fleet.deliver([segment], to: reader) }
        }
        let complete = try fleet.add(name: "complete")
        try fleet.deliver(all + declared, to: complete)
        if let fault = try differences(fleet, readers + [fresh, complete]) {
            return "found: \(fault)"
        }
        let waiting = try fleet.devices[complete].replica.status().waiting
        return waiting.isEmpty ? nil : "waiting \(waiting)"
    }

    /// Declares lost what is missing, as long as that lets anything go on.
    private func declare(_ fleet: Fleet, _ reader: Int) throws {
        let replica = fleet.devices[reader].replica
        var tried: Set<String> = []
        while true {
            let next = try replica.status().waiting.first {
                !tried.contains("\($0.missingWriter) \($0.missingNumber)")
            }
            guard let next else { break }
            tried.insert("\(next.missingWriter) \(next.missingNumber)")
            try replica.declareLost(next.missingWriter, upTo: next.missingNumber)
        }
        try fleet.publish(reader)
    }

    private func differences(_ fleet: Fleet, _ readers: [Int]) throws -> String? {
        let statuses = try readers.map { try fleet.devices[$0].replica.status() }
        let digests = statuses.map(\.digest)
        let numbers = statuses.map { status in status.writers.map { "\($0.name) \($0.number)" } }
        guard Set(digests).count == 1 else {
            return "digests \(digests) \(numbers) \(statuses.map(\.waiting))"
        }
        guard Set(numbers).count == 1 else { return "versions \(numbers)" }
        for status in statuses where status.diverged > 0 { return "diverged" }
        let audit = try fleet.devices[readers[0]].replica.verify()
        return audit.findings.isEmpty ? nil : "audit \(audit.findings)"
    }
}
