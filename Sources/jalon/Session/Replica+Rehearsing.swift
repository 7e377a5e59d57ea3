import Billing
import Convergence
import Replication

extension Replica {
    /// Carries out a first change on books that exist only in memory, so that everything which can
    /// be wrong with its words is found before a folder is made.
    static func rehearse(_ body: (Writing) throws -> Void) throws {
        let replica = try Replica.inMemory(
            secret: [UInt8](repeating: 1, count: 32), schema: BillingSchema.schema,
            environment: .system, vault: MemoryWriterVault(), device: "")
        try replica.write(dryRun: true, body)
    }
}
