package import Wire

/// What a machine remembers of the writer it writes as, outside the books' folder: a copy of the
/// folder does not take it along.
package struct WriterRecord: Hashable, Sendable {
    /// The seed of the writer's key: 32 bytes.
    package var seed: [UInt8]
    /// The number of the last change that this machine knows it committed; it may lag, never lead.
    package var number: Int64
    /// The id of that change.
    package var id: ChangeID

    /// Makes a record.
    package init(seed: [UInt8], number: Int64, id: ChangeID) {
        self.seed = seed
        self.number = number
        self.id = id
    }
}

/// Where a machine keeps its writer's record: a file, or memory in a simulation.
package protocol WriterVault: AnyObject {
    /// The record; nil when there is none or it is damaged: then the next write makes a new writer.
    /// A disk that fails to tell is no such answer: it throws.
    func load() throws -> WriterRecord?
    /// Keeps a record with a new key, durably before it returns.
    func create(_ record: WriterRecord) throws
    /// Notes the last committed change of the record's key; it may be lost in a crash.
    func advance(_ record: WriterRecord) throws
}

/// A vault in memory.
package final class MemoryWriterVault: WriterVault {
    /// The record.
    package var record: WriterRecord?

    /// An empty vault, or one with a record.
    package init(_ record: WriterRecord? = nil) { self.record = record }

    package func load() -> WriterRecord? { record }
    package func create(_ record: WriterRecord) { self.record = record }
    package func advance(_ record: WriterRecord) { self.record = record }
}
