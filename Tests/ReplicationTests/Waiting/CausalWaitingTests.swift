import Convergence
import Replication
import TestSupport
import Testing
import Wire

/// A change waits for its causes alone: nothing else waits with it.
@Suite struct CausalWaitingTests {
    private let rows = History.rows

    /// Four devices that saw each other's changes in turn; every write is a segment of its own.
    private func chain() throws -> Fleet {
        let fleet = try Fleet(devices: 3, seed: 1)
        for step in 0..<5 {
            let device = step % 3
            try fleet.put(device, rows[0], ["f": .integer(Int64(step))])
            try fleet.add(device, rows[1], 1)
            try fleet.publish(device)
            try fleet.deliver(fleet.segments, to: (step + 1) % 3)
        }
        return fleet
    }

    @Test func `every order of arrival ends alike, and no order shows what had not come`() throws {
        let fleet = try chain()
        let segments = fleet.segments
        #expect(segments.count == 5)
        var digests: Set<String> = []
        for order in permutations(segments) {
            let reader = try fleet.add(name: "reader")
            for segment in order { try fleet.deliver([segment], to: reader) }
            let status = try fleet.devices[reader].replica.status()
            digests.insert(status.digest)
            guard status.waiting.isEmpty, try fleet.view(rows[0], of: reader).shown["f"] == 4,
                try fleet.conflicts(reader).isEmpty
            else {
                Issue.record("\(order.compactMap { segments.firstIndex(of: $0) })")
                return
            }
        }
        #expect(digests.count == 1)
    }

    @Test func `one batch in every order ends alike`() throws {
        let fleet = try chain()
        var digests: Set<String> = []
        for order in permutations(fleet.segments) {
            let reader = try fleet.add(name: "reader")
            try fleet.deliver(order, to: reader)
            digests.insert(try fleet.devices[reader].replica.status().digest)
        }
        #expect(digests.count == 1)
    }

    @Test func `who waits does not stop who depends on nothing`() throws {
        let fleet = try chain()
        let reader = try fleet.add(name: "reader")
        try fleet.deliver(Array(fleet.segments.suffix(3)), to: reader)
        #expect(try fleet.ask(reader, "SELECT count(*) FROM thing") == [[0]])
        let free = try fleet.add(name: "free")
        try fleet.put(free, rows[0], ["g": "free"])
        try fleet.publish(free)
        try fleet.deliver(fleet.segments.suffix(1), to: reader)
        #expect(try fleet.view(rows[0], of: reader).shown == ["g": "free"])
    }

    @Test func `status names what is missing and who depends on it`() throws {
        let fleet = try chain()
        let reader = try fleet.add(name: "reader")
        try fleet.deliver([fleet.segments[1]], to: reader)
        let waiting = try fleet.devices[reader].replica.status().waiting
        let names = fleet.segments.map { Replica.shortName(of: $0.header.writer) }
        #expect(waiting.map(\.writer) == [names[1]])
        #expect(waiting.map(\.missingWriter) == [names[0]])
        #expect(waiting.map(\.missingNumber) == [2])
        #expect(waiting.map(\.numbers) == [1...2])
    }

    /// What an earlier change of the same run had seen must not be forgotten while a later one waits.
    @Test func `a run that stops half way keeps what its first changes had seen`() throws {
        for isOneBatch in [true, false] {
            let fleet = try Fleet(devices: 1, seed: 2)
            var one = try fleet.scribe(1)
            var two = try fleet.scribe(2)
            var late = try fleet.scribe(3)
            let row = rows[0]
            let put = { (value: Int64) -> [Convergence.Operation] in
                [.put(table: "thing", row: row, fields: [.init("f", .integer(value))])]
            }
            let first = try one.segment(put(1))
            let second = try two.segment(put(2))
            // Saw the first with change 1, the second with change 2, and replaces both with 3.
            let run = try late.segment(
                run: {
                    try $0.line(
                        [.add(table: "thing", row: row, deltas: [.init("c", 1)])],
                        seeing: [one.entry])
                },
                {
                    try $0.line(
                        [.add(table: "thing", row: row, deltas: [.init("c", 1)])],
                        seeing: [two.entry])
                },
                { try $0.line(put(3)) })
            if isOneBatch {
                try fleet.deliver([first, run, second], to: 0)
            } else {
                for segment in [first, run, second] { try fleet.deliver([segment], to: 0) }
            }
            #expect(try fleet.view(row, of: 0).values["f"] == ["integer(3)"])
            #expect(try fleet.conflicts(0).isEmpty)
            let audit = try fleet.devices[0].replica.verify()
            #expect(audit.findings == [])
        }
    }

    @Test func `a local write says what was applied and not what waits`() throws {
        let fleet = try chain()
        let reader = try fleet.add(name: "reader")
        try fleet.deliver([fleet.segments[1]], to: reader)
        try fleet.put(reader, rows[0], ["f": "mine"])
        try fleet.publish(reader)
        let other = try fleet.add(name: "other")
        try fleet.deliver(fleet.segments.suffix(1), to: other)
        #expect(try fleet.view(rows[0], of: other).shown["f"] == "mine")
    }

    @Test func `a thousand writers stop nobody, and cost little`() throws {
        let fleet = try Fleet(devices: 1, seed: 3)
        var segments: [Segment] = []
        for number in 0..<2_300 {
            var scribe = try fleet.scribe(UInt64(number) + 10)
            segments.append(
                try scribe.segment([
                    .add(table: "thing", row: rows[0], deltas: [.init("c", 1)])
                ]))
        }
        try fleet.deliver(segments, to: 0)
        try fleet.put(0, rows[0], ["f": 1])
        let reader = try fleet.add(name: "reader")
        try fleet.publish(0)
        try fleet.deliver(
            fleet.segments.shuffled(using: &fleet.devices[0].world.random), to: reader)
        let view = try fleet.view(rows[0], of: reader)
        #expect(view.sums["c"] == 2_300)
        #expect(view.shown["f"] == 1)
        #expect(Set(try fleet.digests).count == 1)
        // The last of the writer's changes had seen them all: a remove by it hides the row.
        try fleet.remove(0, rows[0])
        try fleet.settle()
        #expect(try fleet.view(rows[0], of: reader).isVisible == false)
    }
}
