import Convergence
import Replication
import TestSupport
import Testing

/// Promise 1: nothing typed is ever lost silently.
@Suite struct NothingTypedIsLostTests {
    private let row = History.rows[0]

    @Test func `two values of one field both survive on every device, and one command takes one`()
        throws
    {
        let fleet = try Fleet(devices: 3, seed: 1)
        try fleet.put(0, row, ["f": "first"])
        try fleet.settle()
        fleet.devices[2].world.clock += 5_000
        try fleet.put(1, row, ["f": "Anna"])
        try fleet.put(2, row, ["f": "Berta"])
        try fleet.settle()
        for device in 0..<3 {
            let conflicts = try fleet.conflicts(device)
            #expect(conflicts.count == 1)
            #expect(conflicts[0].kind == .value)
            #expect(conflicts[0].shown == "Berta")
            #expect(conflicts[0].alternatives.map(\.value) == ["Anna"])
            #expect(conflicts[0].alternatives[0].device == "device 1")
        }
        let id = try fleet.conflicts(0)[0].id
        _ = try fleet.devices[0].replica.write { try $0.take(conflict: id) }
        try fleet.settle()
        for device in 0..<3 {
            #expect(try fleet.conflicts(device).isEmpty)
            #expect(try fleet.view(row, of: device).shown["f"] == "Anna")
        }
        #expect(Set(try fleet.digests).count == 1)
    }

    @Test func `three values are all listed, and each of them can be taken`() throws {
        for number in 1...2 {
            let fleet = try Fleet(devices: 3, seed: 2)
            for device in 0..<3 {
                fleet.devices[device].world.clock += Int64(device)
                try fleet.put(device, row, ["f": .integer(Int64(device))])
            }
            try fleet.settle()
            let conflict = try fleet.conflicts(1)[0]
            #expect(conflict.shown == 2)
            #expect(conflict.alternatives.map(\.value) == [1, 0])
            _ = try fleet.devices[1].replica.write {
                try $0.take(conflict: conflict.id, alternative: number)
            }
            try fleet.settle()
            #expect(try fleet.view(row, of: 0).shown["f"] == .integer(Int64(2 - number)))
            #expect(try fleet.conflicts(0).isEmpty)
        }
    }

    @Test func `what was kept by one and taken by the other at once is again a conflict`() throws {
        let fleet = try Fleet(devices: 2, seed: 3)
        try fleet.put(0, row, ["f": "a"])
        try fleet.put(1, row, ["f": "b"])
        try fleet.settle()
        let id = try fleet.conflicts(0)[0].id
        _ = try fleet.devices[0].replica.write { try $0.keep(conflict: id) }
        _ = try fleet.devices[1].replica.write { try $0.take(conflict: id) }
        try fleet.settle()
        #expect(try fleet.conflicts(0).count == 1)
        #expect(try fleet.conflicts(0) == fleet.conflicts(1))
    }

    @Test func `fields that differ merge without a conflict`() throws {
        let fleet = try Fleet(devices: 2, seed: 4)
        try fleet.put(0, row, ["f": "a"])
        try fleet.put(1, row, ["g": "b"])
        try fleet.settle()
        #expect(try fleet.conflicts(0).isEmpty)
        #expect(try fleet.view(row, of: 1).shown == ["f": "a", "g": "b"])
    }

    @Test func `what both counted is counted once each`() throws {
        let fleet = try Fleet(devices: 3, seed: 5)
        for device in 0..<3 {
            for _ in 0...device { try fleet.add(device, row, 10) }
        }
        for _ in 0..<3 { try fleet.settle { $0 + $0.reversed() } }
        for device in 0..<3 { #expect(try fleet.view(row, of: device).sums["c"] == 60) }
    }

    @Test func `a remove that had not seen an edit does not win over it, and is listed`() throws {
        let fleet = try Fleet(devices: 2, seed: 6)
        try fleet.put(0, row, ["f": "a"])
        try fleet.settle()
        try fleet.remove(0, row)
        try fleet.put(1, row, ["g": "b"])
        #expect(try fleet.view(row, of: 0).isVisible == false)
        try fleet.settle()
        for device in 0..<2 {
            #expect(try fleet.view(row, of: device).isVisible)
            #expect(try fleet.conflicts(device).map(\.kind) == [.removed])
            #expect(try fleet.conflicts(device)[0].alternatives[0].device == "device 0")
        }
        let id = try fleet.conflicts(1)[0].id
        _ = try fleet.devices[1].replica.write { try $0.take(conflict: id) }
        try fleet.settle()
        #expect(try fleet.view(row, of: 0).isVisible == false)
        #expect(try fleet.conflicts(0).isEmpty)
    }

    @Test func `a text is kept byte for byte`() throws {
        let fleet = try Fleet(devices: 2, seed: 7)
        let texts = [
            "", "e\u{301}", "\u{e9}", "a\r\nb", "\u{1}\u{7f}\u{80}", "👩‍👩‍👧", "\u{feff}x", "\"\\/",
            String(repeating: "ü", count: 32_768),
        ]
        for text in texts {
            try fleet.put(0, row, ["f": .text(text)])
            try fleet.settle()
            #expect(try fleet.view(row, of: 1).shown["f"] == .text(text))
        }
        for integer in [Int64.min, -1, 0, 1 << 53 + 1, .max] {
            try fleet.put(0, row, ["f": .integer(integer)])
            try fleet.settle()
            #expect(try fleet.view(row, of: 1).shown["f"] == .integer(integer))
        }
    }

    @Test func `a put of no fields writes nothing`() throws {
        let fleet = try Fleet(devices: 1, seed: 8)
        try fleet.put(0, row, [:])
        #expect(try fleet.devices[0].replica.status().unsealed == 0)
        #expect(fleet.devices[0].vault.record == nil)
    }
}
