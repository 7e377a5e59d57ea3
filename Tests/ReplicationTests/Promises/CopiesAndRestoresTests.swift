import Convergence
import Replication
import TestSupport
import Testing
import Wire

/// Promise 5: a copied or restored file is safe.
@Suite struct CopiesAndRestoresTests {
    private let rows = History.rows

    private func sums(_ fleet: Fleet, _ row: RowID) throws -> [Int64?] {
        try fleet.devices.indices.map { try fleet.view(row, of: $0).sums["c"] }
    }

    /// What is not as it should be between devices that all met.
    private func disagreements(_ fleet: Fleet) throws -> [String] {
        let statuses = try fleet.devices.map { try $0.replica.status() }
        var found = Set(statuses.map(\.digest)).count == 1 ? [] : ["\(statuses.map(\.digest))"]
        for (device, status) in statuses.enumerated() {
            if !status.waiting.isEmpty { found.append("\(device) waits: \(status.waiting)") }
            if !status.rejected.isEmpty { found.append("\(device) rejects: \(status.rejected)") }
            if status.diverged > 0 { found.append("\(device) diverged") }
        }
        return found
    }

    @Test func `a copied folder writes as another writer, and names the one it comes from`() throws
    {
        let fleet = try Fleet(devices: 1, seed: 1)
        try fleet.put(0, rows[0], ["f": 1])
        let copy = try fleet.copy(0, withState: false)
        try fleet.put(copy, rows[0], ["g": 2])
        let original = try some(fleet.writer(of: 0))
        let copied = try some(fleet.writer(of: copy))
        #expect(original.key != copied.key)
        try fleet.converge()
        let predecessors = try fleet.ask(
            0, "SELECT writer, predecessor FROM devices ORDER BY writer")
        #expect(predecessors.contains([.text(copied.key), .text(original.key)]))
        #expect(predecessors.contains([.text(original.key), .null]))
        let found = try disagreements(fleet)
        #expect(found == [])
    }

    @Test func `a copy that seals before it writes still names the one it comes from`() throws {
        let fleet = try Fleet(devices: 1, seed: 2)
        try fleet.put(0, rows[0], ["f": 1])
        let copy = try fleet.copy(0, withState: false)
        try fleet.publish(copy)
        try fleet.put(copy, rows[0], ["g": 2])
        let original = try some(fleet.writer(of: 0)).key
        #expect(try fleet.ask(copy, "SELECT predecessor FROM devices").contains([.text(original)]))
    }

    @Test(arguments: [false, true])
    func `machines cloned as they ran never write with one key`(sealsFirst: Bool) throws {
        let fleet = try Fleet(devices: 1, seed: 11)
        try fleet.put(0, rows[0], ["f": 1])
        let first = try fleet.copy(0, withState: false)
        let second = try fleet.copy(0, withState: false)
        fleet.devices[second].world.random = fleet.devices[first].world.random
        try fleet.put(first, rows[0], ["g": 2])
        try fleet.publish(first)
        try fleet.deliver(fleet.segments, to: second)
        if sealsFirst { try fleet.publish(second) }
        try fleet.put(second, rows[1], ["g": 3])
        let keys = try [first, second].map { try some(fleet.writer(of: $0)).key }
        #expect(keys[0] != keys[1])
        try fleet.converge()
        let found = try disagreements(fleet)
        #expect(found == [])
        #expect(
            try fleet.ask(0, "SELECT g FROM thing WHERE id = ?", [.text(rows[1].text)]) == [[3]])
        #expect(
            try fleet.ask(second, "SELECT g FROM thing WHERE id = ?", [.text(rows[0].text)]) == [
                [2]
            ])
    }

    @Test func `a device that joined takes nobody's place`() throws {
        let fleet = try Fleet(devices: 2, seed: 3)
        try fleet.put(0, rows[0], ["f": 1])
        try fleet.settle()
        try fleet.put(1, rows[0], ["f": 2])
        #expect(try fleet.ask(1, "SELECT predecessor FROM devices") == [[.null], [.null]])
    }

    @Test func `reading and meeting make no writer and no change`() throws {
        let fleet = try Fleet(devices: 1, seed: 4)
        try fleet.put(0, rows[0], ["f": 1])
        let copy = try fleet.copy(0, withState: false)
        try fleet.converge()
        _ = try fleet.conflicts(copy)
        #expect(try fleet.devices[copy].replica.status().writers.count == 1)
        #expect(try fleet.lineage.count == 1)
    }

    @Test func `changes that both the original and the copy seal count once`() throws {
        for originalFirst in [true, false] {
            let fleet = try Fleet(devices: 2, seed: 5)
            for _ in 0..<5 { try fleet.add(0, rows[0], 1) }
            let copy = try fleet.copy(0, withState: false)
            // The original goes on, so that the runs end in different places.
            try fleet.add(0, rows[0], 10)
            try fleet.add(copy, rows[0], 100)
            for device in originalFirst ? [0, copy] : [copy, 0] { try fleet.publish(device) }
            try fleet.converge()
            #expect(try sums(fleet, rows[0]) == [115, 115, 115])
            let found = try disagreements(fleet)
            #expect(found == [])
            #expect(try fleet.devices.allSatisfy { try $0.replica.status().unsealed == 0 })
        }
    }

    @Test func `what another sealed in a longer run needs no seal of its own`() throws {
        let fleet = try Fleet(devices: 1, seed: 6)
        try fleet.add(0, rows[0], 1)
        let copy = try fleet.copy(0, withState: false)
        try fleet.add(0, rows[0], 1)
        try fleet.publish(0)
        try fleet.deliver(fleet.segments, to: copy)
        #expect(try fleet.devices[copy].replica.status().unsealed == 0)
        #expect(try fleet.devices[copy].replica.sealChanges() == 0)
    }

    @Test func `an older backup catches up and goes on as a new writer`() throws {
        let fleet = try Fleet(devices: 2, seed: 7)
        try fleet.add(0, rows[0], 1)
        let backup = try fleet.backup(0)
        try fleet.add(0, rows[0], 10)
        try fleet.settle()
        let before = try some(fleet.writer(of: 0)).key
        try fleet.restore(0, to: backup, withState: false)
        try fleet.add(0, rows[0], 100)
        #expect(try some(fleet.writer(of: 0)).key != before)
        try fleet.converge()
        #expect(try sums(fleet, rows[0]) == [111, 111])
        let found = try disagreements(fleet)
        #expect(found == [])
        #expect(try !fleet.lineage.isForked)
        let lines = try fleet.ask(0, "SELECT predecessor FROM devices")
        #expect(lines.contains([.text(before)]))
    }

    @Test func `a restored device that caught up first goes on as itself`() throws {
        let fleet = try Fleet(devices: 2, seed: 8)
        try fleet.add(0, rows[0], 1)
        let backup = try fleet.backup(0)
        try fleet.add(0, rows[0], 10)
        try fleet.settle()
        let before = try some(fleet.writer(of: 0)).key
        try fleet.restore(0, to: backup, withState: false)
        try fleet.deliver(fleet.segments, to: 0)
        try fleet.add(0, rows[0], 100)
        #expect(try some(fleet.writer(of: 0)).key == before)
        try fleet.converge()
        #expect(try sums(fleet, rows[0]) == [111, 111])
    }

    @Test func `a machine rolled back with everything becomes a branch, and both branches count`()
        throws
    {
        let fleet = try Fleet(devices: 2, seed: 9)
        try fleet.add(0, rows[0], 1)
        try fleet.settle()
        let backup = try fleet.backup(0)
        try fleet.add(0, rows[0], 10)
        try fleet.put(0, rows[1], ["f": "before"])
        try fleet.publish(0)
        try fleet.restore(0, to: backup, withState: true)
        try fleet.add(0, rows[0], 100)
        try fleet.put(0, rows[1], ["f": "after"])
        let before = try some(fleet.writer(of: 0)).key
        try fleet.converge()
        #expect(try fleet.lineage.isForked)
        #expect(try sums(fleet, rows[0]) == [111, 111])
        for device in 0..<2 {
            let values = try fleet.view(rows[1], of: device).values["f"]
            #expect(values?.count == 2)
        }
        let found = try disagreements(fleet)
        #expect(found == [])
        // Once it learned of its branch it writes as someone else.
        try fleet.put(0, rows[1], ["f": "settled"])
        #expect(try some(fleet.writer(of: 0)).key != before)
        try fleet.converge()
        for device in 0..<2 {
            #expect(try fleet.conflicts(device).isEmpty)
            #expect(try fleet.view(rows[1], of: device).shown["f"] == "settled")
        }
    }

    @Test func `twins from before the first change are told apart too`() throws {
        let fleet = try Fleet(devices: 2, seed: 10)
        // Sealing what it has of others gives a machine its key before it writes.
        try fleet.add(1, rows[0], 1)
        let first = try fleet.copy(1, withState: false)
        try fleet.publish(first)
        let twin = try fleet.copy(first, withState: true)
        try fleet.add(first, rows[0], 10)
        try fleet.add(twin, rows[0], 100)
        try fleet.converge()
        #expect(try fleet.lineage.isForked)
        #expect(try sums(fleet, rows[0]) == [111, 111, 111, 111])
        let found = try disagreements(fleet)
        #expect(found == [])
    }

    @Test func `a machine that stands where its branches begin makes no third one`() throws {
        let fleet = try Fleet(devices: 1, seed: 15)
        try fleet.add(0, rows[0], 1)
        let backup = try fleet.backup(0)
        let twin = try fleet.copy(0, withState: true)
        let shared = try some(fleet.writer(of: 0)).key
        try fleet.add(0, rows[0], 10)
        try fleet.add(twin, rows[0], 100)
        try fleet.converge()
        #expect(try fleet.lineage.isForked)
        // Put back with its memory to where both begin, it learns of both before it writes.
        try fleet.restore(0, to: backup, withState: true)
        try fleet.converge()
        try fleet.add(0, rows[0], 1_000)
        #expect(try some(fleet.writer(of: 0)).key != shared)
        try fleet.converge()
        #expect(try sums(fleet, rows[0]) == [1_111, 1_111])
        let found = try disagreements(fleet)
        #expect(found == [])
    }

    @Test func `twins meet in every order`() throws {
        let source = try Fleet(devices: 2, seed: 11)
        try source.add(0, rows[0], 1)
        try source.publish(0)
        let twin = try source.copy(0, withState: true)
        try source.add(0, rows[0], 10)
        try source.publish(0)
        try source.add(twin, rows[0], 100)
        try source.publish(twin)
        try source.add(0, rows[0], 1_000)
        try source.publish(0)
        try source.deliver(source.segments, to: 1)
        try source.add(1, rows[0], 10_000)
        try source.publish(1)
        #expect(source.segments.count == 5)
        for order in permutations(source.segments) {
            let reader = try source.add(name: "reader")
            for segment in order { try source.deliver([segment], to: reader) }
            let view = try source.view(rows[0], of: reader)
            let digest = try source.devices[reader].replica.status().digest
            guard view.sums["c"] == 11_111, try digest == source.digests[1] else {
                Issue.record("\(order.map(\.header.numbers))")
                return
            }
        }
    }

    @Test func `a branch whose first change has to wait is one branch`() throws {
        let fleet = try Fleet(devices: 3, seed: 12)
        try fleet.add(0, rows[0], 1)
        try fleet.publish(0)
        let twin = try fleet.copy(0, withState: true)
        try fleet.add(0, rows[0], 10)
        try fleet.publish(0)
        try fleet.add(1, rows[0], 100)
        try fleet.publish(1)
        let seen = fleet.segments
        try fleet.deliver(Array(seen.suffix(1)), to: twin)
        try fleet.add(twin, rows[0], 1_000)
        try fleet.add(twin, rows[0], 10_000)
        try fleet.publish(twin)
        let branch = try some(fleet.segments.last)
        let cause = seen[2]
        // The branch comes again and again before what it had seen.
        try fleet.deliver([seen[0], seen[1]], to: 2)
        for _ in 0..<3 {
            try fleet.deliver([branch], to: 2)
            _ = try fleet.devices[2].replica.rebuild()
        }
        try fleet.deliver([cause], to: 2)
        #expect(try fleet.view(rows[0], of: 2).sums["c"] == 11_111)
        try fleet.converge()
        let found = try disagreements(fleet)
        #expect(found == [])
    }

    @Test func `a branch of a branch counts as well`() throws {
        let fleet = try Fleet(devices: 2, seed: 13)
        try fleet.add(0, rows[0], 1)
        let first = try fleet.backup(0)
        try fleet.add(0, rows[0], 10)
        try fleet.publish(0)
        try fleet.restore(0, to: first, withState: true)
        try fleet.add(0, rows[0], 100)
        let second = try fleet.backup(0)
        try fleet.add(0, rows[0], 1_000)
        try fleet.publish(0)
        try fleet.restore(0, to: second, withState: true)
        try fleet.add(0, rows[0], 10_000)
        try fleet.add(0, rows[0], 100_000)
        try fleet.converge()
        #expect(try sums(fleet, rows[0]) == [111_111, 111_111])
        let found = try disagreements(fleet)
        #expect(found == [])
        #expect(try fleet.devices[1].replica.verify().findings.isEmpty)
    }

    @Test
    func `old changes of a branched writer that are not sealed yet are sealed by its new one`()
        throws
    {
        let fleet = try Fleet(devices: 2, seed: 14)
        try fleet.add(0, rows[0], 1)
        let twin = try fleet.copy(0, withState: true)
        try fleet.add(twin, rows[0], 10)
        try fleet.publish(twin)
        try fleet.add(0, rows[0], 100)
        try fleet.deliver(fleet.segments, to: 0)
        try fleet.add(0, rows[0], 1_000)
        #expect(try fleet.devices[0].replica.status().unsealed > 0)
        try fleet.converge()
        #expect(try sums(fleet, rows[0]) == [1_111, 1_111, 1_111])
        let found = try disagreements(fleet)
        #expect(found == [])
    }
}
