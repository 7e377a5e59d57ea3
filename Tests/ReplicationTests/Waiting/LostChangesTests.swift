import Convergence
import Replication
import TestSupport
import Testing
import Wire

/// Changes that no one has any more hold up others only until a person says so.
@Suite struct LostChangesTests {
    private let rows = History.rows

    /// A writer with six changes in six segments, and a device that had seen the first four.
    private func history() throws -> (fleet: Fleet, writer: [Segment], other: Segment) {
        let fleet = try Fleet(devices: 2, seed: 1)
        for number in 0..<6 {
            try fleet.add(0, rows[0], 1)
            try fleet.put(0, rows[1], ["f": .integer(Int64(number))])
            try fleet.publish(0)
            if number == 3 {
                try fleet.deliver(fleet.segments, to: 1)
                try fleet.put(1, rows[1], ["g": "mine"])
            }
        }
        let writer = fleet.segments
        try fleet.publish(1)
        return (fleet, writer, try some(fleet.segments.last))
    }

    private func name(_ segment: Segment) -> String {
        Replica.shortName(of: segment.header.writer)
    }

    @Test func `declaring lost lets the others go on, and found changes rebuild to the same`()
        throws
    {
        let (fleet, writer, other) = try history()
        let complete = try fleet.add(name: "complete")
        try fleet.deliver(writer + [other], to: complete)
        for gap in [1...1, 2...3, 0...0, 0...2, 4...4] {
            let reader = try fleet.add(name: "reader")
            let rest = writer.indices.filter { !gap.contains($0) }.map { writer[$0] }
            try fleet.deliver((rest + [other]).reversed(), to: reader)
            let replica = fleet.devices[reader].replica
            #expect(try !replica.status().waiting.isEmpty)
            let last = writer[gap.upperBound].header.last
            try replica.declareLost(name(writer[0]), upTo: last)
            #expect(try replica.status().waiting.isEmpty, "\(gap)")
            let sum = try fleet.view(rows[0], of: reader).sums["c"]
            #expect(sum == Int64(6 - gap.count), "\(gap)")
            #expect(try fleet.view(rows[1], of: reader).shown == ["f": 5, "g": "mine"])
            // They turn up, in another order and one by one.
            for index in gap.reversed() { try fleet.deliver([writer[index]], to: reader) }
            #expect(try fleet.view(rows[0], of: reader).sums["c"] == 6, "\(gap)")
            let audit = try replica.verify()
            #expect(audit.findings == [], "\(gap)")
            // But for the declaration itself, it is as if they had never been lost.
            try fleet.publish(reader)
            try fleet.deliver(fleet.segments, to: complete)
            let digests = try fleet.digests
            try fleet.deliver(fleet.segments, to: reader)
            #expect(try fleet.digests[reader] == digests[complete], "\(gap)")
        }
    }

    @Test func `a part that is found is shown, in whatever order all came`() throws {
        let (fleet, writer, other) = try history()
        let rest = [writer[0], writer[5], other]
        for found in [[writer[2]], [writer[3], writer[2]], [writer[2], writer[4]]] {
            var views: [[Oracle.View]] = []
            for order in permutations(0..<4) {
                let reader = try fleet.add(name: "reader")
                let replica = fleet.devices[reader].replica
                let steps = order.map { $0 < 3 ? [rest[$0]] : found }
                for step in steps { try fleet.deliver(step, to: reader) }
                try replica.declareLost(name(writer[0]), upTo: writer[4].header.last)
                views.append(try rows.map { try fleet.view($0, of: reader) })
                #expect(try replica.status().waiting.isEmpty)
                let audit = try replica.verify()
                #expect(audit.findings == [])
            }
            #expect(views.allSatisfy { $0 == views[0] })
        }
    }

    @Test func `the declaration travels, and lets every device go on`() throws {
        let (fleet, writer, other) = try history()
        let held = writer.enumerated().filter { $0.offset != 2 }.map(\.element) + [other]
        let one = try fleet.add(name: "one")
        let two = try fleet.add(name: "two")
        try fleet.deliver(held, to: one)
        try fleet.deliver(held, to: two)
        try fleet.devices[one].replica.declareLost(name(writer[0]), upTo: writer[2].header.last)
        try fleet.publish(one)
        try fleet.deliver(fleet.segments.suffix(1), to: two)
        #expect(try fleet.view(rows[0], of: two).sums["c"] == 5)
        #expect(try fleet.digests[one] == fleet.digests[two])
        #expect(try fleet.devices[two].replica.status().diverged == 0)
    }

    @Test func `changes written after the declaration survive a rebuild`() throws {
        let (fleet, writer, _) = try history()
        let reader = try fleet.add(name: "reader")
        let replica = fleet.devices[reader].replica
        try fleet.deliver([writer[0], writer[3]], to: reader)
        try replica.declareLost(name(writer[0]), upTo: writer[2].header.last)
        try fleet.put(reader, rows[0], ["f": "after"])
        let digest = try replica.status().digest
        #expect(try replica.rebuild().digestAfter == digest)
        #expect(try fleet.view(rows[0], of: reader).shown["f"] == "after")
        try fleet.publish(reader)
        #expect(try replica.rebuild().digestAfter == digest)
    }

    @Test func `what is not missing cannot be declared lost`() throws {
        let (fleet, writer, other) = try history()
        let reader = try fleet.add(name: "reader")
        let replica = fleet.devices[reader].replica
        #expect(throws: ReplicationFailure.noWriter(text: name(writer[0]))) {
            try replica.declareLost(name(writer[0]), upTo: 1)
        }
        try fleet.deliver([writer[0], writer[2], other], to: reader)
        let missing = try replica.status().waiting[0].missingNumber
        #expect(throws: ReplicationFailure.notMissing(writer: name(writer[0]), number: missing - 1))
        {
            try replica.declareLost(name(writer[0]), upTo: missing - 1)
        }
        #expect(throws: ReplicationFailure.noWriter(text: "")) {
            try replica.declareLost("", upTo: missing)
        }
        #expect(throws: ReplicationFailure.noWriter(text: name(other))) {
            try replica.declareLost(name(other), upTo: missing)
        }
        #expect(try replica.status().unsealed == 0)
        try replica.declareLost(name(writer[0]), upTo: missing, dryRun: true)
        #expect(try replica.status().unsealed == 0)
        #expect(try !replica.status().waiting.isEmpty)
    }

    @Test(arguments: [Int64.min, -1, 0, Limits.numberMax + 1, .max])
    func `a number that no change can have cannot be declared lost`(number: Int64) throws {
        let (fleet, writer, other) = try history()
        let reader = try fleet.add(name: "reader")
        let replica = fleet.devices[reader].replica
        try fleet.deliver([writer[0], writer[2], other], to: reader)
        #expect(throws: ReplicationFailure.noNumber(number)) {
            try replica.declareLost(name(writer[0]), upTo: number)
        }
        #expect(try replica.status().unsealed == 0)
        // The greatest one can be: everything of that writer that is missing.
        try replica.declareLost(name(writer[0]), upTo: Limits.numberMax)
        #expect(try replica.status().waiting.isEmpty)
    }

    @Test func `a gap of any width is passed over and found again`() throws {
        let fleet = try Fleet(devices: 1, seed: 2)
        var scribe = try fleet.scribe(1)
        let add = [Operation.add(table: "thing", row: rows[0], deltas: [.init("c", 1)])]
        var segments: [Segment] = []
        for _ in 0..<700 { segments.append(try scribe.segment(add)) }
        try fleet.deliver(Array(segments.prefix(3)) + segments.suffix(3), to: 0)
        try fleet.devices[0].replica.declareLost(
            Replica.shortName(of: scribe.writer), upTo: 697)
        #expect(try fleet.view(rows[0], of: 0).sums["c"] == 6)
        try fleet.deliver([segments[350]], to: 0)
        #expect(try fleet.view(rows[0], of: 0).sums["c"] == 7)
        try fleet.deliver(segments, to: 0)
        #expect(try fleet.view(rows[0], of: 0).sums["c"] == 700)
        let audit = try fleet.devices[0].replica.verify()
        #expect(audit.findings == [])
    }

    @Test func `two branches that begin after a gap are both shown`() throws {
        let fleet = try Fleet(devices: 1, seed: 3)
        try fleet.add(0, rows[0], 1)
        try fleet.publish(0)
        try fleet.add(0, rows[0], 10)
        try fleet.publish(0)
        let twin = try fleet.copy(0, withState: true)
        try fleet.add(0, rows[0], 100)
        try fleet.publish(0)
        try fleet.add(twin, rows[0], 1_000)
        try fleet.publish(twin)
        let writer = Replica.shortName(of: fleet.segments[0].header.writer)
        let held = [0, 2, 3].map { fleet.segments[$0] }
        for order in permutations(held) {
            let reader = try fleet.add(name: "reader")
            for segment in order { try fleet.deliver([segment], to: reader) }
            try fleet.devices[reader].replica.declareLost(writer, upTo: 2)
            #expect(try fleet.view(rows[0], of: reader).sums["c"] == 1_101)
            #expect(try fleet.devices[reader].replica.status().waiting.isEmpty)
            try fleet.deliver([fleet.segments[1]], to: reader)
            #expect(try fleet.view(rows[0], of: reader).sums["c"] == 1_111)
            let audit = try fleet.devices[reader].replica.verify()
            #expect(audit.findings == [])
        }
    }
}
