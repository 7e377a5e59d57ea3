import Simulation
import TestSupport
import Testing

/// The disk that simulations trust: what it forgets and what it keeps.
@Suite("Simulated disks")
struct SimulatedDiskTests {
    @Test("a killed program's writes are there, synced or not")
    func kill() {
        let disk = SimulatedDisk()
        _ = disk.write([1, 2, 3], to: "file", at: 0)
        var random = SeededRandom(seed: 1)
        disk.restart(after: .kill, random: &random)
        #expect(disk.bytes(of: "file") == [1, 2, 3])
    }

    @Test("after a loss of power what was synced is there, and the rest by sectors")
    func powerLoss() {
        var kept: Set<[UInt8]> = []
        for seed in 0..<64 {
            let disk = SimulatedDisk()
            _ = disk.write([UInt8](repeating: 1, count: 1024), to: "file", at: 0)
            _ = disk.sync("file")
            _ = disk.write([UInt8](repeating: 2, count: 1024), to: "file", at: 0)
            var random = SeededRandom(seed: UInt64(seed))
            disk.restart(after: .powerLoss, random: &random)
            let bytes = disk.bytes(of: "file")
            #expect(bytes.count == 1024)
            #expect(Set(bytes[..<512]).count == 1 && Set(bytes[512...]).count == 1)
            kept.insert([bytes[0], bytes[512]])
        }
        #expect(kept == [[1, 1], [1, 2], [2, 1], [2, 2]])
    }

    @Test("a planned stop happens at its operation and nothing is written after it")
    func stop() {
        let disk = SimulatedDisk()
        disk.stop(after: 1)
        #expect(disk.write([1], to: "file", at: 0) == 0)
        #expect(disk.write([2], to: "file", at: 1) != 0)
        #expect(disk.write([3], to: "file", at: 1) != 0)
        #expect(disk.isDown)
        var random = SeededRandom(seed: 1)
        disk.restart(after: .kill, random: &random)
        #expect(disk.bytes(of: "file") == [1])
        #expect(disk.write([4], to: "file", at: 1) == 0)
    }

    @Test("a full disk takes what does not grow a file")
    func full() {
        let disk = SimulatedDisk()
        _ = disk.write([1, 2], to: "file", at: 0)
        disk.isFull = true
        #expect(disk.write([3], to: "file", at: 1) == 0)
        #expect(disk.write([3], to: "file", at: 2) != 0)
        #expect(disk.bytes(of: "file") == [1, 3])
    }
}
