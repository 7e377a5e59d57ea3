import Convergence
import GRDB
import Sealing
import Wire

/// The writer that a machine writes as: its key and where its chain goes on.
struct WriterIdentity {
    let key: WriterKey
    /// The writer's place among those that are applied; nil before its first change.
    let index: WriterIndex?
    /// The number of the next change.
    let number: Int64
    /// The id of the last change.
    let previous: ChangeID
    /// The stamp of the last change; -1 before the first.
    let stamp: Int64
    /// The writer that this one takes the place of, as far as the machine can tell.
    let predecessor: WriterID?

    /// Goes on as the machine's writer if the books agree with what the machine remembers, or are
    /// ahead of it by changes of the same chain; otherwise (copied, moved, restored, or a branch of
    /// it was met) begins as a new one.
    /// `former` is the writer that last wrote in these books' folder: whom a copy comes from. After
    /// ``retire(_:)`` it begins as a new one whatever the machine remembers.
    static func find(
        vault: any WriterVault, merger: Merger, former: WriterID?, random: (Int) -> [UInt8],
        keep: Bool
    ) throws -> WriterIdentity {
        let record = try vault.load()
        if try !isRetired(merger.database), let record,
            let known = try continuing(record, merger, former)
        {
            return known
        }
        let fresh = try freshRecord(merger, random: random)
        let key = try WriterKey(seed: fresh.seed)
        if keep { try vault.create(fresh) }
        let predecessor = try former ?? record.map { try WriterKey(seed: $0.seed).writer }
        return WriterIdentity(
            key: key, index: nil, number: 1, previous: .origin, stamp: -1, predecessor: predecessor)
    }

    private static let retired = "retired"

    /// Notes that books gave up something that may have been this machine's own. What it remembers may
    /// be older, after a loss of power, and would agree with what is left: its numbers would come again.
    static func retire(_ database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, 1)", arguments: [retired])
    }

    /// Notes that a new writer has begun.
    static func noteBegun(_ database: Database) throws {
        try database.execute(sql: "DELETE FROM meta WHERE key = ?", arguments: [retired])
    }

    private static func isRetired(_ database: Database) throws -> Bool {
        try Replica.meta(database, retired) != nil
    }

    /// Keys that are drawn before randomness counts as broken.
    private static let drawsMax = 64

    /// A record with a key that no writer of the books has. On machines that were cloned as they ran,
    /// randomness repeats: what one of them drew may be the other's key, and have come here.
    static func freshRecord(
        _ merger: Merger, random: (Int) -> [UInt8]
    ) throws -> WriterRecord {
        for _ in 0..<drawsMax {
            let record = WriterRecord(seed: random(32), number: 0, id: .origin)
            let writer = try WriterKey(seed: record.seed).writer
            if merger.writers.indices(of: writer).isEmpty { return record }
        }
        throw ReplicationFailure.sealing(.signingKey)
    }

    private static func continuing(
        _ record: WriterRecord, _ merger: Merger, _ former: WriterID?
    ) throws -> WriterIdentity? {
        let key = try WriterKey(seed: record.seed)
        let indices = merger.writers.indices(of: key.writer)
        guard !merger.writers.forks.contains(where: { $0.key == key.writer }), indices.count <= 1
        else { return nil }
        guard let index = indices.first, merger.writers[index].number > 0 else {
            // Never wrote here: the key is new, unless the books forgot what it wrote.
            guard record.number == 0 else { return nil }
            return WriterIdentity(
                key: key, index: nil, number: 1, previous: .origin, stamp: -1,
                predecessor: former == key.writer ? nil : former)
        }
        let entry = merger.writers[index]
        let agrees =
            record.number == 0 ? true : try merger.holds(index, record.number, record.id)
        guard agrees else { return nil }
        return WriterIdentity(
            key: key, index: index, number: entry.number + 1, previous: entry.id,
            stamp: entry.stamp, predecessor: nil)
    }
}
