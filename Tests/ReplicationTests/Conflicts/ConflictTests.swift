import Convergence
import Replication
import TestSupport
import Testing

@Suite struct ConflictTests {
    private let row = History.rows[0]

    private func disputed(_ seed: UInt64) throws -> Fleet {
        let fleet = try Fleet(devices: 2, seed: seed)
        try fleet.put(0, row, ["f": "a"])
        try fleet.put(1, row, ["f": "b"])
        try fleet.settle()
        return fleet
    }

    @Test func `ids are equal on all devices, and cover what is shown`() throws {
        let fleet = try disputed(1)
        let first = try fleet.conflicts(0)
        #expect(first.map(\.id) == (try fleet.conflicts(1)).map(\.id))
        let joined = try fleet.add(name: "joined")
        try fleet.deliver(fleet.segments.reversed(), to: joined)
        #expect(try fleet.conflicts(joined) == first)
        try fleet.devices[0].replica.write { try $0.put("thing", row, ["g": 1]) }
        #expect(try fleet.conflicts(0).map(\.id) == first.map(\.id))
    }

    @Test func `one that changed since it was listed is neither kept nor taken`() throws {
        let fleet = try disputed(2)
        let id = try fleet.conflicts(0)[0].id
        let third = try fleet.add(name: "third")
        try fleet.put(third, row, ["f": "c"])
        try fleet.settle()
        let replica = fleet.devices[0].replica
        #expect(throws: ReplicationFailure.conflictChanged(id: id)) {
            try replica.write { try $0.keep(conflict: id) }
        }
        #expect(throws: ReplicationFailure.conflictChanged(id: id)) {
            try replica.write { try $0.take(conflict: id) }
        }
        #expect(throws: ReplicationFailure.noConflict(id: "nothing")) {
            try replica.write { try $0.keep(conflict: "nothing") }
        }
    }

    @Test func `the beginning of an id is enough when it is the only one`() throws {
        let fleet = try disputed(3)
        let id = try fleet.conflicts(0)[0].id
        let replica = fleet.devices[0].replica
        #expect(throws: ReplicationFailure.noConflict(id: String(id.prefix(3)))) {
            try replica.write { try $0.keep(conflict: String(id.prefix(3))) }
        }
        _ = try replica.write { try $0.keep(conflict: String(id.prefix(4))) }
        #expect(try fleet.conflicts(0).isEmpty)
    }

    @Test(arguments: [0, 2, -1]) func `an alternative that there is not is refused`(number: Int)
        throws
    {
        let fleet = try disputed(4)
        let id = try fleet.conflicts(0)[0].id
        #expect(throws: ReplicationFailure.noAlternative(number: number, count: 1)) {
            try fleet.devices[0].replica.write { try $0.take(conflict: id, alternative: number) }
        }
    }

    @Test func `a hidden row disputes nothing, and disputes again once it is shown`() throws {
        let fleet = try disputed(5)
        try fleet.remove(0, row)
        #expect(try fleet.conflicts(0).isEmpty)
        try fleet.devices[0].replica.write { try $0.restore("thing", row) }
        #expect(try fleet.conflicts(0).map(\.kind) == [.value])
        try fleet.settle()
        #expect(try fleet.conflicts(1) == fleet.conflicts(0))
    }

    @Test func `a restore brings back what was removed, with everything on it`() throws {
        let fleet = try Fleet(devices: 2, seed: 6)
        try fleet.put(0, row, ["f": 1])
        try fleet.add(0, row, 5)
        try fleet.remove(0, row)
        try fleet.settle()
        #expect(try fleet.view(row, of: 1).isVisible == false)
        try fleet.devices[1].replica.write { try $0.restore("thing", row) }
        try fleet.settle()
        let view = try fleet.view(row, of: 0)
        #expect(view.isVisible && view.shown["f"] == 1 && view.sums["c"] == 5)
        #expect(try fleet.conflicts(0).isEmpty)
    }

    @Test func `a restore and a remove at once are a conflict that both can settle`() throws {
        for takes in [true, false] {
            let fleet = try Fleet(devices: 2, seed: 7)
            try fleet.put(0, row, ["f": 1])
            try fleet.remove(0, row)
            try fleet.settle()
            try fleet.devices[0].replica.write { try $0.restore("thing", row) }
            try fleet.remove(1, row)
            try fleet.settle()
            let conflict = try fleet.conflicts(1)[0]
            #expect(conflict.kind == .removed)
            _ = try fleet.devices[1].replica.write { writing in
                takes
                    ? try writing.take(conflict: conflict.id)
                    : try writing.keep(conflict: conflict.id)
            }
            try fleet.settle()
            for device in 0..<2 {
                #expect(try fleet.view(row, of: device).isVisible == !takes)
                #expect(try fleet.conflicts(device).isEmpty)
            }
        }
    }
}
