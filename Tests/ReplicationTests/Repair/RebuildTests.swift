import Convergence
import Replication
import TestSupport
import Testing

@Suite struct RebuildTests {
    @Test func `a rebuild drops no table`() throws {
        let fleet = try Fleet(devices: 1, seed: 1)
        let row = try some(RowID(.random, bytes: [UInt8](repeating: 1, count: 15)))
        try fleet.put(0, row, ["f": 1])
        let names = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        let before = try fleet.ask(0, names)
        #expect(before.contains([.text("peer_device")]))
        _ = try fleet.devices[0].replica.rebuild()
        #expect(try fleet.ask(0, names) == before)
    }
}
