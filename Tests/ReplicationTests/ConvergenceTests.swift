import Convergence
import Replication
import TestSupport
import Testing

/// Promise 2: same version, same books; as a property over random histories, against the oracle.
@Suite struct ConvergenceTests {
    /// Histories of one run; each block has seeds of its own and runs beside the others.
    @Test(arguments: 0..<8)
    func `random histories end as the oracle says on every device`(block: UInt64) throws {
        for number in 0..<UInt64(20) {
            let seed = block * 1_000 + number
            let history = History(seed: seed)
            guard let fault = try history.fault() else { continue }
            let shortest = try history.shrunk()
            let steps = shortest.steps.map { "\n  \($0)" }.joined()
            Issue.record(
                "seed \(seed): \(fault); shortest: \(try shortest.fault() ?? "")\(steps)")
            return
        }
    }

    @Test(arguments: 0..<8)
    func `copies, restores and rolled back twins end as the oracle says`(block: UInt64) throws {
        for number in 0..<UInt64(15) {
            let seed = block * 1_000 + number
            let history = TwinHistory(seed: seed)
            guard let fault = try history.fault() else { continue }
            let shortest = try history.shrunk()
            let steps = shortest.steps.map { "\n  \($0)" }.joined()
            Issue.record(
                "seed \(seed): \(fault); shortest: \(try shortest.fault() ?? "")\(steps)")
            return
        }
    }

    @Test(arguments: 0..<4)
    func `what is lost is passed over alike, and found again as if never lost`(block: UInt64) throws
    {
        for number in 0..<UInt64(12) {
            let seed = block * 1_000 + number
            guard let fault = try TwinHistory(seed: seed).faultAfterLoss() else { continue }
            Issue.record("seed \(seed): \(fault)")
            return
        }
    }

    /// Seeds that once had a fault: kept for good.
    @Test(arguments: [9, 48, 235] as [UInt64])
    func `what was once passed over wrongly stays mended`(seed: UInt64) throws {
        #expect(try TwinHistory(seed: seed).faultAfterLoss() == nil)
    }
}
