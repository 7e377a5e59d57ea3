/// Every bound of the protocol, in one place; `Protocol/limits.md` says them with their reasons.
///
/// Bounds that decide whether a change or a segment is refused are the same for every
/// implementation of one protocol version, or replicas would keep different histories.
package enum Limits {
    /// Bytes of one text value.
    package static let textBytesMax = 65_536
    /// Bytes of a table's or a field's name.
    package static let nameBytesMax = 64
    /// Fields of one put or add.
    package static let fieldsPerOperationMax = 256
    /// Operations of one change.
    package static let operationsPerChangeMax = 10_000
    /// Entries of one change's context difference.
    package static let contextEntriesMax = 10_000
    /// Bytes of one change's line.
    package static let changeBytesMax = 524_288
    /// Depth of nested values in an operation of a kind that this version does not know.
    package static let nestingMax = 16
    /// Changes of one segment.
    package static let changesPerSegmentMax = 10_000
    /// Bytes of a segment's changes before compression.
    package static let inflatedBytesMax = 1_048_576
    /// Bytes of a sealed body.
    package static let bodyBytesMax = 720_000
    /// Bytes of one line of a conversation, its end-of-line included.
    package static let lineBytesMax = 1_048_576
    /// Bytes of one request's or one answer's body.
    package static let requestBytesMax = 4_194_304
    /// Hashes on one line of an inventory.
    package static let hashesPerLineMax = 1_000
    /// The greatest stamp, in milliseconds: the year 10 889, and as much again for a writer whose
    /// clock stands there.
    package static let stampMax: Int64 = 1 << 49
    /// The greatest wall clock reading that a writer takes at its word.
    package static let clockMax: Int64 = 1 << 48
    /// The greatest number of a change: it fits the exact integers of every JSON reader.
    package static let numberMax: Int64 = 1 << 53
}
