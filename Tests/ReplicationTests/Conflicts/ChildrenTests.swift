import Convergence
import Replication
import TestSupport
import Testing

/// Rows that belong to others: an invoice and its lines.
@Suite struct ChildrenTests {
    private let root = History.rows[0]
    private let other = History.rows[1]

    private func line(_ fleet: Fleet, _ device: Int, _ text: String, of root: RowID) throws -> RowID
    {
        try fleet.devices[device].replica.write {
            try $0.insert("line", ["thing": .text(root.text), "text": .text(text)])
        }
    }

    private func removeWhole(_ fleet: Fleet, _ device: Int) throws {
        try fleet.devices[device].replica.write { try $0.removeWhole("thing", root) }
    }

    private func visible(_ fleet: Fleet, _ device: Int) throws -> [[Value]] {
        try fleet.ask(device, "SELECT text FROM line WHERE hidden = 0 ORDER BY text")
    }

    @Test func `a row with live children is not removed`() throws {
        let fleet = try Fleet(devices: 1, seed: 1)
        try fleet.put(0, root, ["f": 1])
        let child = try line(fleet, 0, "a", of: root)
        let refusal = ReplicationFailure.liveChildren(
            table: "thing", row: root, children: 1, of: "line")
        #expect(throws: refusal) { try fleet.remove(0, root) }
        try fleet.devices[0].replica.write { try $0.remove("line", child) }
        try fleet.remove(0, root)
        #expect(try fleet.view(root, of: 0).isVisible == false)
    }

    @Test
    func `children that the same change makes or restores count, those that move away do not`()
        throws
    {
        let fleet = try Fleet(devices: 1, seed: 2)
        for row in [root, other] { try fleet.put(0, row, ["f": 1]) }
        let replica = fleet.devices[0].replica
        let refusal = ReplicationFailure.liveChildren(
            table: "thing", row: root, children: 1, of: "line")
        #expect(throws: refusal) {
            try replica.write { writing in
                _ = try writing.insert("line", ["thing": .text(root.text), "text": "new"])
                try writing.remove("thing", root)
            }
        }
        let child = try line(fleet, 0, "a", of: root)
        try replica.write { try $0.remove("line", child) }
        #expect(throws: refusal) {
            try replica.write { writing in
                try writing.restore("line", child)
                try writing.remove("thing", root)
            }
        }
        try replica.write { try $0.restore("line", child) }
        try replica.write { writing in
            try writing.put("line", child, ["thing": .text(other.text)])
            try writing.remove("thing", root)
        }
        #expect(try fleet.view(root, of: 0).isVisible == false)
        #expect(try visible(fleet, 0) == [["a"]])
    }

    @Test
    func `a removed root comes back with a line that someone added, and the remove is listed`()
        throws
    {
        let fleet = try Fleet(devices: 2, seed: 3)
        try fleet.put(0, root, ["f": 1])
        _ = try line(fleet, 0, "old", of: root)
        try fleet.settle()
        try removeWhole(fleet, 0)
        _ = try line(fleet, 1, "new", of: root)
        try fleet.settle()
        for device in 0..<2 {
            #expect(try fleet.view(root, of: device).isVisible)
            #expect(try visible(fleet, device) == [["new"]])
            #expect(try fleet.conflicts(device).map(\.kind) == [.removed])
        }
        // Keeping the invoice brings back the lines that the same remove took.
        let id = try fleet.conflicts(1)[0].id
        _ = try fleet.devices[1].replica.write { try $0.keep(conflict: id) }
        try fleet.settle()
        for device in 0..<2 {
            #expect(try visible(fleet, device) == [["new"], ["old"]])
            #expect(try fleet.conflicts(device).isEmpty)
        }
    }

    @Test func `taking the remove takes the new line away too`() throws {
        let fleet = try Fleet(devices: 2, seed: 4)
        try fleet.put(0, root, ["f": 1])
        try fleet.settle()
        try removeWhole(fleet, 0)
        _ = try line(fleet, 1, "new", of: root)
        try fleet.settle()
        let id = try fleet.conflicts(0)[0].id
        _ = try fleet.devices[0].replica.write { try $0.take(conflict: id) }
        try fleet.settle()
        for device in 0..<2 {
            #expect(try fleet.view(root, of: device).isVisible == false)
            #expect(try visible(fleet, device) == [])
            #expect(try fleet.conflicts(device).isEmpty)
        }
    }

    @Test func `a line removed earlier stays removed when its invoice is kept`() throws {
        let fleet = try Fleet(devices: 2, seed: 5)
        try fleet.put(0, root, ["f": 1])
        let gone = try line(fleet, 0, "gone", of: root)
        _ = try line(fleet, 0, "old", of: root)
        try fleet.devices[0].replica.write { try $0.remove("line", gone) }
        try fleet.settle()
        try removeWhole(fleet, 0)
        try fleet.put(1, root, ["f": 2])
        try fleet.settle()
        let id = try fleet.conflicts(0)[0].id
        _ = try fleet.devices[0].replica.write { try $0.keep(conflict: id) }
        #expect(try visible(fleet, 0) == [["old"]])
    }

    @Test func `an edit of a line brings back the line and its root`() throws {
        let fleet = try Fleet(devices: 2, seed: 6)
        try fleet.put(0, root, ["f": 1])
        let child = try line(fleet, 0, "a", of: root)
        try fleet.settle()
        try removeWhole(fleet, 0)
        try fleet.devices[1].replica.write { try $0.put("line", child, ["text": "b"]) }
        try fleet.settle()
        for device in 0..<2 {
            #expect(try fleet.view(root, of: device).isVisible)
            #expect(try visible(fleet, device) == [["b"]])
            #expect(try fleet.conflicts(device).count == 2)
        }
    }

    @Test func `counting on a child brings its whole line of owners back`() throws {
        let schema = Schema(
            version: 1,
            tables: [
                Table("thing", [.register("f")]),
                Table("line", [.reference("thing", to: "thing")], parent: "thing"),
                Table(
                    "part", [.reference("line", to: "line"), .counter("count")], parent: "line"),
            ])
        let fleet = try Fleet(devices: 2, seed: 7, schema: schema)
        try fleet.put(0, root, ["f": 1])
        let (line, part) = try fleet.devices[0].replica.write { writing in
            let line = try writing.insert("line", ["thing": .text(root.text)])
            return (line, try writing.insert("part", ["line": .text(line.text)]))
        }
        try fleet.settle()
        try removeWhole(fleet, 0)
        try fleet.devices[1].replica.write { try $0.add("part", part, "count", 1) }
        try fleet.settle()
        for table in ["thing", "line", "part"] {
            #expect(try fleet.ask(0, "SELECT hidden FROM \(table)") == [[0]], "\(table)")
        }
        #expect(try fleet.ask(0, "SELECT id FROM line") == [[.text(line.text)]])
    }

    @Test func `a child of a row that is not there makes none`() throws {
        let fleet = try Fleet(devices: 1, seed: 8)
        _ = try line(fleet, 0, "orphan", of: root)
        #expect(try fleet.ask(0, "SELECT count(*) FROM thing") == [[0]])
    }

    @Test func `rows that belong to each other in a ring stop nobody`() throws {
        let schema = Schema(
            version: 1,
            tables: [
                Table("thing", [.register("f"), .reference("above", to: "thing")], parent: "above")
            ])
        let fleet = try Fleet(devices: 1, seed: 9, schema: schema)
        try fleet.put(0, root, ["f": 1])
        try fleet.put(0, other, ["f": 1, "above": .text(root.text)])
        try fleet.put(0, root, ["above": .text(other.text)])
        try fleet.put(0, root, ["f": 2])
        #expect(try fleet.ask(0, "SELECT count(*) FROM thing WHERE hidden = 0") == [[2]])
    }
}
