import TestSupport
import Testing
import Wire

@Suite struct MemorySegmentStoreTests {
    @Test(arguments: SegmentStoreContract.clauses)
    func `a mailbox in memory keeps the contract`(_ clause: SegmentStoreContract) throws {
        let generation = Generation(checked: [UInt8](repeating: 7, count: 16))
        try clause.check(MemorySegmentStore(generation: generation), try SegmentForge())
    }
}
