import Convergence
import Foundation
import GRDB
import Sealing
package import Wire

/// How a replica stands: what it holds, what it waits for, what others have seen.
package struct Status: Hashable, Sendable {
    /// One writer or branch.
    package struct Writer: Hashable, Sendable {
        /// Its short name.
        package let name: String
        /// Its public key's text.
        package let key: String
        /// How many of its changes are applied.
        package let number: Int64
        /// The device's name, if it introduced itself.
        package let device: String?
        /// How many changes of this machine's writer it had seen when it last wrote.
        package let seen: Int64
        /// When it last wrote, by its own clock.
        package let at: Int64
        /// Whether it is this machine's writer.
        package let isOwn: Bool
    }

    /// A segment that cannot be applied yet.
    package struct Waiting: Hashable, Sendable {
        /// The short name of the segment's writer.
        package let writer: String
        /// The numbers of its changes.
        package let numbers: ClosedRange<Int64>
        /// The short name of the writer whose change is missing.
        package let missingWriter: String
        /// The number of the missing change.
        package let missingNumber: Int64
    }

    /// A segment that was set aside.
    package struct Rejected: Hashable, Sendable {
        /// The segment.
        package let hash: String
        /// Why.
        package let reason: String
        /// When, in milliseconds since 1970.
        package let at: Int64
        /// Whether a person knows of it: see ``Replica/noteSetAside()``.
        package let isNoted: Bool
    }

    /// The books' id.
    package let books: BooksID
    /// This device's name.
    package let device: String
    /// The short name of this machine's writer; nil before its first change.
    package let writer: String?
    /// All writers and branches, by name.
    package let writers: [Writer]
    /// The digest, as people compare it.
    package let digest: String
    /// Changes that are in no segment yet.
    package let unsealed: Int
    /// Segments and changes that no peer is known to hold.
    package let unsent: Int
    /// Conflicts.
    package let conflicts: Int
    /// Segments that wait for changes that are not here.
    package let waiting: [Waiting]
    /// Segments that were set aside.
    package let rejected: [Rejected]
    /// Changes that count as applied but have no effect, with their reasons.
    package let aside: Int
    /// Sealers whose digest differed at the same version.
    package let diverged: Int
    /// The peers.
    package let peers: [Peer]
    /// What the peers say that other devices fetched.
    package let reach: [Reach]
}

extension Replica {
    /// The short name of a writer.
    package static func shortName(of writer: WriterID) -> String {
        Base32.encode(writer.bytes.prefix(10))
    }

    /// How this replica stands.
    package func status() throws -> Status {
        let peers = try peers()
        let device = try device
        let own = try ownWriter()
        return try read { reading in
            let database = reading.database
            let merger = try Merger(database, schema, .live)
            let writers = try Self.writers(merger, try reading.deviceNames(), own)
            func count(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
            let unsealed = try count("SELECT count(*) FROM unsealed")
            return Status(
                books: books, device: device, writer: writers.first(where: \.isOwn)?.name,
                writers: writers, digest: merger.digest.text, unsealed: unsealed,
                unsent: unsealed + (try Self.unsent(database)),
                conflicts: try reading.conflictCount(), waiting: try Self.waiting(database),
                rejected: try Self.rejected(database),
                aside: try count("SELECT count(*) FROM aside"),
                diverged: try count("SELECT count(*) FROM agreement WHERE agreed = 0"),
                peers: peers, reach: try Self.reach(database))
        }
    }

    private static func writers(
        _ merger: Merger, _ devices: [String: String], _ own: WriterID?
    ) throws -> [Status.Writer] {
        let ownIndex = own.flatMap { merger.writers.indices(of: $0).first }
        return try (0..<merger.writers.count).compactMap { index -> Status.Writer? in
            let writer = merger.writers[index]
            guard writer.number >= writer.fork else { return nil }
            let context = try merger.context(of: index)
            return Status.Writer(
                name: writer.shortName, key: writer.key.text, number: writer.number,
                device: devices[writer.key.text], seen: ownIndex.map { context[$0] } ?? 0,
                at: writer.stamp, isOwn: writer.key == own)
        }.sorted { $0.name < $1.name }
    }

    /// Changes in segments that no peer is known to hold; without peers, all.
    private static func unsent(_ database: Database) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT coalesce(sum(last - first + 1), 0) FROM segment
                WHERE origin IS NULL AND seq > (SELECT coalesce(max(sent), 0) FROM peer)
                AND hash NOT IN (SELECT hash FROM peer_segment WHERE code = 'held')
                """) ?? 0
    }

    private static func waiting(_ database: Database) throws -> [Status.Waiting] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT s.writer, s.first, s.last, w.writer, w.number
                FROM waiting w JOIN segment s USING (seq) ORDER BY w.seq
                """)
        return rows.compactMap { row in
            guard let writer = WriterID(bytes: row.bytes(0)),
                let missing = WriterID(bytes: row.bytes(3)), row.integer(1) <= row.integer(2)
            else { return nil }
            return Status.Waiting(
                writer: shortName(of: writer), numbers: row.integer(1)...row.integer(2),
                missingWriter: shortName(of: missing), missingNumber: row.integer(4))
        }
    }

    private static func rejected(_ database: Database) throws -> [Status.Rejected] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT hash, reason, at, EXISTS (SELECT 1 FROM meta WHERE key = \(noteKey)) AS noted
                FROM rejected ORDER BY noted, at, hash LIMIT 1000
                """
        ).map { row in
            Status.Rejected(
                hash: Base64URL.encode(row.bytes(0)), reason: row.text(1), at: row.integer(2),
                isNoted: row.integer(3) == 1)
        }
    }

    // MARK: - Lost changes

    /// Declares that changes of a writer up to a number are gone for good: what depends on them goes
    /// on. Should they turn up, everything is rebuilt.
    ///
    /// `text` is the beginning of the writer's short name or key; the writer may be one that is
    /// only known as missing. Throws ``ReplicationFailure/noNumber(_:)`` for a number beyond
    /// 1 … ``Limits/numberMax``, which no device would heed.
    package func declareLost(_ text: String, upTo number: Int64, dryRun: Bool = false) throws {
        guard (1...Limits.numberMax).contains(number) else {
            throw ReplicationFailure.noNumber(number)
        }
        let writer = try missingWriter(text)
        try write(dryRun: dryRun) { writing in
            let missing = try Int.fetchOne(
                writing.database,
                sql: "SELECT count(*) FROM waiting WHERE writer = ? AND number <= ?",
                arguments: [Data(writer.bytes), number])
            guard missing != 0 else {
                throw ReplicationFailure.notMissing(writer: text, number: number)
            }
            _ = try writing.insertDerived(
                "lost", keys: [.text(writer.text), .integer(number)],
                ["writer": .text(writer.text), "number": .integer(number)])
        }
        guard !dryRun else { return }
        try exclusively {
            try transaction { database in
                let merger = try Merger(database, schema, .live)
                var intake = SegmentIntake(merger, seal, now: environment.now())
                try intake.finish()
                try askForRebuild(intake.report, database, isDeclared: true)
            }
        }
        try mend()
    }

    private func missingWriter(_ text: String) throws -> WriterID {
        let keys = try look { database in
            try Data.fetchAll(
                database, sql: "SELECT DISTINCT writer FROM waiting ORDER BY writer")
        }
        let found = keys.compactMap { WriterID(bytes: $0) }.filter {
            !text.isEmpty && (Self.shortName(of: $0).hasPrefix(text) || $0.text.hasPrefix(text))
        }
        guard found.count == 1, let writer = found.first else {
            throw ReplicationFailure.noWriter(text: text)
        }
        return writer
    }
}
