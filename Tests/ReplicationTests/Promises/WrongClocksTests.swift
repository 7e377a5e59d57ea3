import Convergence
import Replication
import TestSupport
import Testing

/// Promise 4: a wrong clock can neither stop you nor beat you.
@Suite struct WrongClocksTests {
    private static let clocks: [Int64] = [
        0, -1, .min, .max, 1 << 60, 1 << 48, (1 << 48) + 1, 4_102_444_800_000, 253_402_300_800_000,
        1_700_000_000_000,
    ]
    private let row = History.rows[0]

    @Test(arguments: clocks) func `a clock never stops a write or a meeting`(clock: Int64) throws {
        let fleet = try Fleet(devices: 2, seed: 1)
        fleet.devices[0].world.clock = clock
        for number in Int64(1)...3 { try fleet.put(0, row, ["f": .integer(number)]) }
        try fleet.settle()
        #expect(try fleet.view(row, of: 1).shown["f"] == 3)
        #expect(try fleet.devices[1].replica.status().rejected.isEmpty)
        #expect(Set(try fleet.digests).count == 1)
    }

    @Test(arguments: clocks, clocks)
    func `a write that saw another wins over it`(earlier: Int64, later: Int64) throws {
        let fleet = try Fleet(devices: 2, seed: 2)
        fleet.devices[0].world.clock = earlier
        try fleet.put(0, row, ["f": "seen"])
        try fleet.settle()
        fleet.devices[1].world.clock = later
        try fleet.put(1, row, ["f": "later"])
        try fleet.settle()
        for device in 0..<2 {
            #expect(try fleet.view(row, of: device).shown["f"] == "later")
            #expect(try fleet.conflicts(device).isEmpty)
        }
    }

    @Test func `a clock that jumps to and fro leaves one writer's order alone`() throws {
        let fleet = try Fleet(devices: 2, seed: 3)
        for (number, clock) in Self.clocks.enumerated() {
            fleet.devices[0].world.clock = clock
            try fleet.put(0, row, ["f": .integer(Int64(number))])
        }
        try fleet.settle()
        #expect(try fleet.view(row, of: 1).shown["f"] == .integer(Int64(Self.clocks.count - 1)))
        let stamps = try fleet.devices[1].replica.log().map(\.at)
        #expect(stamps == stamps.sorted(by: >))
        #expect(Set(stamps).count == stamps.count)
    }

    @Test func `a fast clock wins a tie for once, and the next write of anyone settles it`() throws
    {
        let fleet = try Fleet(devices: 3, seed: 4)
        fleet.devices[0].world.clock = 1 << 60
        try fleet.put(0, row, ["f": "fast"])
        try fleet.put(1, row, ["f": "right"])
        try fleet.settle()
        #expect(try fleet.view(row, of: 2).shown["f"] == "fast")
        #expect(try fleet.conflicts(2)[0].alternatives.map(\.value) == ["right"])
        try fleet.put(1, row, ["f": "settled"])
        try fleet.settle()
        for device in 0..<3 {
            #expect(try fleet.view(row, of: device).shown["f"] == "settled")
            #expect(try fleet.conflicts(device).isEmpty)
        }
    }

    @Test func `a remove by a slow clock hides what it saw of a fast one`() throws {
        let fleet = try Fleet(devices: 2, seed: 5)
        fleet.devices[0].world.clock = 1 << 60
        try fleet.put(0, row, ["f": 1])
        try fleet.settle()
        fleet.devices[1].world.clock = 0
        try fleet.remove(1, row)
        try fleet.settle()
        #expect(try fleet.view(row, of: 0).isVisible == false)
    }
}
