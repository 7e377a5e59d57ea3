import Convergence
import Replication
import Sealing
import TestSupport
import Testing
import Wire

/// Promise 9: an older program keeps what a newer one wrote, passes it on, and shows it after its
/// upgrade.
@Suite struct OlderProgramsTests {
    private static let newer = Schema(
        version: 2,
        tables: [
            Table("thing", [.register("f"), .register("g"), .counter("c"), .register("colour")]),
            Table(
                "line", [.reference("thing", to: "thing"), .register("text")], parent: "thing",
                indexes: [["thing"]]),
            Table("paper", [.register("number"), .register("content")]),
            Table("photo", [.reference("thing", to: "thing"), .counter("views")]),
        ])
    private let row = History.rows[0]

    /// Device 0 is newer; the others are older.
    private func fleet(_ seed: UInt64) throws -> Fleet {
        let fleet = try Fleet(devices: 1, seed: seed, schema: Self.newer)
        try fleet.add(name: "older")
        try fleet.add(name: "other")
        return fleet
    }

    @Test func `unknown tables and fields are kept, merged and in the digest`() throws {
        let fleet = try fleet(1)
        let photo = try some(RowIDs.derived("photo", keys: [1]))
        try fleet.put(0, row, ["f": 1, "colour": "red"])
        try fleet.devices[0].replica.write { try $0.add("photo", photo, "views", 5) }
        try fleet.settle()
        #expect(Set(try fleet.digests).count == 1)
        // The older ones write the same row and go on passing everything.
        try fleet.put(1, row, ["f": 2])
        try fleet.settle()
        #expect(Set(try fleet.digests).count == 1)
        #expect(try fleet.ask(0, "SELECT f, colour FROM thing") == [[2, "red"]])
        #expect(try fleet.devices[1].replica.status().aside == 0)
        #expect(try fleet.devices[1].replica.verify().findings.isEmpty)
    }

    @Test func `an upgrade shows everything that was kept, conflicts too`() throws {
        let fleet = try fleet(2)
        let second = try fleet.add(name: "newer too", schema: Self.newer)
        let photo = try some(RowIDs.derived("photo", keys: [1]))
        try fleet.put(0, row, ["colour": "red"])
        fleet.devices[second].world.clock += 5
        try fleet.put(second, row, ["colour": "blue"])
        try fleet.devices[0].replica.write { try $0.add("photo", photo, "views", 5) }
        try fleet.settle()
        #expect(try fleet.conflicts(1) == fleet.conflicts(0))
        #expect(try fleet.conflicts(1).map(\.field) == ["colour"])
        let digest = try fleet.digests[1]
        let upgraded = try fleet.upgrade(1, to: Self.newer)
        #expect(try fleet.ask(upgraded, "SELECT colour FROM thing") == [["blue"]])
        #expect(try fleet.ask(upgraded, "SELECT views, hidden FROM photo") == [[5, 0]])
        #expect(try fleet.digests[upgraded] == digest)
        #expect(try fleet.conflicts(upgraded) == fleet.conflicts(0))
    }

    @Test(arguments: [
        #"["give","thing","ROW",{"f":9}]"#, #"["put","thing","ROW",{"f":[1,2]}]"#,
        #"["put","thing","ROW",{"f":1.5}]"#, #"["remove","thing","ROW",{"why":"late"}]"#,
        #"["put","thing","ROW",{"f":9}],["move","thing"]"#,
    ])
    func `an unknown kind sets its change aside, and nothing waits for it`(operation: String) throws
    {
        let fleet = try fleet(3)
        var scribe = try fleet.scribe(1)
        let words = operation.replacing("ROW", with: row.text)
        let unknown = try scribe.segment(scribe.line(operations: words))
        let known = try scribe.segment([
            .put(table: "thing", row: row, fields: [.init("g", 1)])
        ])
        try fleet.deliver([unknown, known], to: 1)
        let status = try fleet.devices[1].replica.status()
        #expect(status.aside == 1 && status.waiting.isEmpty && status.rejected.isEmpty)
        #expect(try fleet.ask(1, "SELECT f, g FROM thing") == [[.null, 1]])
        // It is passed on as it came.
        let held = try fleet.devices[1].replica.segments(after: 0, count: .max).map(\.segment)
        #expect(held == [unknown, known])
        // Digests are not compared: neither as a sealer nor as a receiver.
        try fleet.put(1, row, ["f": 3])
        try fleet.publish(1)
        let seal = scribe.seal
        let own = try #require(fleet.segments.last)
        #expect(try seal.open(own).claim == nil)
        #expect(try fleet.devices[1].replica.verify().findings.isEmpty)
    }

    @Test func `names that mean something to the database are names like others`() throws {
        let fleet = try fleet(4)
        var scribe = try fleet.scribe(1)
        let tables = ["segment", "meta", "merge", "writer", "waiting", "select", "table", "sqlite"]
        let fields = ["id", "row", "state", "hidden", "order", "where", "alive"]
        var operations: [Convergence.Operation] = tables.map {
            .put(table: $0, row: row, fields: fields.map { .init($0, "x") })
        }
        operations.append(.put(table: "thing", row: row, fields: fields.map { .init($0, "x") }))
        try fleet.deliver([try scribe.segment(operations)], to: 1)
        #expect(try fleet.ask(1, "SELECT f, hidden FROM thing") == [[.null, 0]])
        #expect(try fleet.devices[1].replica.status().aside == 0)
        #expect(try fleet.devices[1].replica.verify().findings.isEmpty)
        _ = try fleet.devices[1].replica.rebuild()
        #expect(try fleet.devices[1].replica.verify().findings.isEmpty)
    }

    @Test func `a field of another kind here keeps both kinds of operation`() throws {
        let fleet = try fleet(5)
        var scribe = try fleet.scribe(1)
        try fleet.deliver(
            [
                try scribe.segment([
                    .put(table: "thing", row: row, fields: [.init("c", "text"), .init("f", 1)])
                ]),
                try scribe.segment([
                    .add(table: "thing", row: row, deltas: [.init("f", 5), .init("c", 2)])
                ]),
            ], to: 1)
        #expect(try fleet.ask(1, "SELECT f, c FROM thing") == [[1, 2]])
        #expect(try fleet.devices[1].replica.verify().findings.isEmpty)
    }
}
