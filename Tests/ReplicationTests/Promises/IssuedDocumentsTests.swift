import Convergence
import Replication
import TestSupport
import Testing

/// Promise 3: a change is atomic everywhere, and an issued document is never altered by a merge.
@Suite struct IssuedDocumentsTests {
    private let row = History.rows[0]

    private func issue(_ fleet: Fleet, _ device: Int, _ number: Int64) throws -> RowID {
        try fleet.devices[device].replica.write {
            try $0.freeze("paper", ["number": .integer(number), "content": "as issued"])
        }
    }

    private func shown(_ fleet: Fleet, _ device: Int, _ paper: RowID) throws -> [Value]? {
        try fleet.ask(
            device, "SELECT number, content, hidden FROM paper WHERE id = ?", [.text(paper.text)]
        ).first
    }

    @Test func `whatever others put to it is kept in the history and listed, never shown`() throws {
        let fleet = try Fleet(devices: 3, seed: 1)
        let paper = try issue(fleet, 0, 1)
        try fleet.settle()
        fleet.devices[1].world.clock += 1_000_000
        try fleet.devices[1].replica.write { try $0.put("paper", paper, ["content": "altered"]) }
        try fleet.devices[0].replica.write { try $0.put("paper", paper, ["number": 2]) }
        try fleet.settle()
        for device in 0..<3 {
            #expect(try shown(fleet, device, paper) == [1, "as issued", 0])
            let conflicts = try fleet.conflicts(device)
            #expect(conflicts.map(\.kind) == [.issued, .issued])
            #expect(conflicts.map(\.field) == ["content", "number"])
            #expect(conflicts.map(\.shown) == ["as issued", 1])
            #expect(conflicts.flatMap(\.alternatives).map(\.value) == ["altered", 2])
        }
    }

    @Test func `such a conflict can be kept and not taken`() throws {
        let fleet = try Fleet(devices: 2, seed: 2)
        let paper = try issue(fleet, 0, 1)
        try fleet.devices[0].replica.write { try $0.put("paper", paper, ["content": "altered"]) }
        let id = try fleet.conflicts(0)[0].id
        #expect(throws: ReplicationFailure.issuedIsKept(id: id)) {
            try fleet.devices[0].replica.write { try $0.take(conflict: id) }
        }
        _ = try fleet.devices[0].replica.write { try $0.keep(conflict: id) }
        try fleet.settle()
        for device in 0..<2 {
            #expect(try fleet.conflicts(device).isEmpty)
            #expect(try shown(fleet, device, paper) == [1, "as issued", 0])
        }
    }

    @Test func `a remove never hides it, and stands as a conflict until it is kept`() throws {
        let fleet = try Fleet(devices: 2, seed: 3)
        let paper = try issue(fleet, 0, 1)
        try fleet.settle()
        try fleet.devices[1].replica.write { try $0.remove("paper", paper) }
        try fleet.settle()
        for device in 0..<2 { #expect(try shown(fleet, device, paper) == [1, "as issued", 0]) }
        let conflict = try fleet.conflicts(0)[0]
        #expect(conflict.kind == .removed)
        #expect(throws: ReplicationFailure.issuedIsKept(id: conflict.id)) {
            try fleet.devices[0].replica.write { try $0.take(conflict: conflict.id) }
        }
        _ = try fleet.devices[0].replica.write { try $0.keep(conflict: conflict.id) }
        try fleet.settle()
        for device in 0..<2 {
            #expect(try fleet.conflicts(device).isEmpty)
            #expect(try shown(fleet, device, paper) == [1, "as issued", 0])
        }
    }

    @Test func `what comes before the document itself is not shown without it`() throws {
        let fleet = try Fleet(devices: 3, seed: 4)
        let paper = try issue(fleet, 0, 1)
        try fleet.publish(0)
        let first = fleet.segments
        // Someone who knows the id, but has not seen the document.
        try fleet.devices[1].replica.write { try $0.put("paper", paper, ["content": "altered"]) }
        try fleet.publish(1)
        try fleet.deliver(fleet.segments.filter { !first.contains($0) }, to: 2)
        #expect(try shown(fleet, 2, paper)?.last == 1)
        #expect(try fleet.conflicts(2).isEmpty)
        try fleet.deliver(first, to: 2)
        #expect(try shown(fleet, 2, paper) == [1, "as issued", 0])
        #expect(try fleet.conflicts(2).map(\.kind) == [.issued])
    }

    @Test func `a counter of it is never shown, since its id does not cover it`() throws {
        let schema = Schema(
            version: 1, tables: [Table("paper", [.register("number"), .counter("copies")])])
        let fleet = try Fleet(devices: 2, seed: 5, schema: schema)
        let paper = try fleet.devices[0].replica.write { try $0.freeze("paper", ["number": 1]) }
        try fleet.settle()
        try fleet.devices[1].replica.write { try $0.add("paper", paper, "copies", 3) }
        try fleet.settle()
        for device in 0..<2 {
            let shown = try fleet.ask(device, "SELECT number, copies, hidden FROM paper")
            #expect(shown == [[1, .null, 0]])
        }
        #expect(Set(try fleet.digests).count == 1)
    }

    @Test func `twins that issue the same content issue one document`() throws {
        let fleet = try Fleet(devices: 2, seed: 6)
        try fleet.put(0, row, ["f": 1])
        let twin = try fleet.copy(0, withState: true)
        let paper = try issue(fleet, 0, 1)
        #expect(try issue(fleet, twin, 1) == paper)
        try fleet.put(twin, row, ["f": 2])
        try fleet.converge()
        for device in fleet.devices.indices {
            #expect(try shown(fleet, device, paper) == [1, "as issued", 0])
            #expect(try fleet.ask(device, "SELECT count(*) FROM paper") == [[1]])
            #expect(try fleet.conflicts(device).isEmpty)
        }
        #expect(Set(try fleet.digests).count == 1)
    }

    @Test func `two writers that issue the same content issue two documents`() throws {
        let fleet = try Fleet(devices: 2, seed: 7)
        #expect(try issue(fleet, 0, 1) != issue(fleet, 1, 1))
        try fleet.settle()
        #expect(try fleet.ask(0, "SELECT count(*) FROM paper WHERE hidden = 0") == [[2]])
    }

    @Test func `nobody sees a part of a change, however it arrives`() throws {
        let fleet = try Fleet(devices: 2, seed: 8)
        try fleet.put(1, History.rows[1], ["g": 0])
        try fleet.publish(1)
        try fleet.deliver(fleet.segments, to: 0)
        for number in Int64(1)...10 {
            try fleet.devices[0].replica.write { writing in
                for row in History.rows { try writing.put("thing", row, ["f": .integer(number)]) }
            }
            try fleet.publish(0)
        }
        let reader = try fleet.add(name: "reader")
        for segment in fleet.segments.reversed() {
            try fleet.deliver([segment], to: reader)
            let values = try fleet.ask(reader, "SELECT f FROM thing")
            #expect(values.isEmpty || Set(values).count == 1)
        }
        #expect(try fleet.ask(reader, "SELECT f FROM thing") == [[10], [10]])
    }

    @Test func `a change with one unlawful operation has no effect at all, and alike everywhere`()
        throws
    {
        let fleet = try Fleet(devices: 2, seed: 9)
        var scribe = try fleet.scribe(1)
        let good = #"["put","thing","\#(row.text)",{"f":1}]"#
        let bad = scribe.line(operations: good + #",["put","Bad","\#(row.text)",{"f":1}]"#)
        let segments = [try scribe.segment(bad), try scribe.segment(scribe.line(operations: good))]
        try fleet.deliver([segments[0]], to: 0)
        #expect(try fleet.ask(0, "SELECT f FROM thing").isEmpty)
        #expect(try fleet.devices[0].replica.status().aside == 1)
        try fleet.deliver(segments, to: 0)
        try fleet.deliver(segments.reversed(), to: 1)
        #expect(try fleet.ask(1, "SELECT f FROM thing") == [[1]])
        #expect(Set(try fleet.digests).count == 1)
    }
}
