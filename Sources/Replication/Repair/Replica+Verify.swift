import Convergence
import Crypto
import Foundation
import GRDB
import Sealing
import Wire

/// Something that an audit found wrong.
package struct Finding: Hashable, Sendable {
    /// The kinds of finding.
    package enum Kind: String, Hashable, Sendable {
        /// SQLite's own check of the file failed.
        case integrity
        /// A held segment is not signed by its sealer, does not open, or does not chain.
        case segment
        /// The tables do not give the digest that is carried along.
        case tables
        /// A rebuild from the segments gives another digest.
        case rebuild
        /// Another device had other books at the same version.
        case divergence
    }

    /// The kind.
    package let kind: Kind
    /// What was found: a name, a place or two digests.
    package let detail: String
}

/// What an audit looked at and found.
package struct Audit: Hashable, Sendable {
    /// Segments that were opened and checked.
    package let segments: Int
    /// Changes that were applied again.
    package let changes: Int
    /// Rows whose state was read again.
    package let rows: Int
    /// The digest.
    package let digest: String
    /// What is wrong.
    package let findings: [Finding]
}

extension Replica {
    /// Audits the replica on a copy in memory: every segment is opened, everything is rebuilt, and
    /// the digests are compared. Changes nothing and holds no lock.
    package func verify() throws -> Audit {
        try named {
            let copy = try BooksDatabase.memory()
            try queue.backup(to: copy)
            return try verify(copy)
        }
    }

    private func verify(_ copy: DatabaseQueue) throws -> Audit {
        var findings: [Finding] = []
        let before = try copy.write { database -> (rows: Int, stored: Convergence.Digest) in
            for problem in try String.fetchAll(database, sql: "PRAGMA integrity_check")
            where problem != "ok" {
                findings.append(Finding(kind: .integrity, detail: problem))
            }
            let merger = try Merger(database, schema, .live)
            var count = 0
            do {
                let (rows, digest) = try merger.recomputedDigest()
                count = rows
                if digest != merger.digest {
                    findings.append(
                        Finding(kind: .tables, detail: "\(merger.digest.text) \(digest.text)"))
                }
            } catch ReplicationFailure.damaged(_, let detail) {
                findings.append(Finding(kind: .tables, detail: detail))
            }
            let sealers = try Data.fetchAll(
                database, sql: "SELECT sealer FROM agreement WHERE agreed = 0 ORDER BY sealer")
            for sealer in sealers.compactMap({ WriterID(bytes: $0) }) {
                findings.append(Finding(kind: .divergence, detail: Self.shortName(of: sealer)))
            }
            findings += try segmentFindings(database)
            return (count, merger.digest)
        }
        let scratch = Replica(
            queue: copy, key: key, schema: schema, environment: environment,
            vault: MemoryWriterVault(), path: path, lock: nil)
        var report: RebuildReport?
        do {
            let rebuilt = try scratch.rebuild()
            report = rebuilt
            if rebuilt.digestAfter != before.stored.text {
                findings.append(
                    Finding(
                        kind: .rebuild, detail: "\(before.stored.text) \(rebuilt.digestAfter)"))
            }
        } catch ReplicationFailure.damaged(_, let detail) {
            findings.append(Finding(kind: .rebuild, detail: detail))
        }
        return Audit(
            segments: report?.segments ?? 0, changes: report?.changes ?? 0, rows: before.rows,
            digest: before.stored.text, findings: findings)
    }

    private func segmentFindings(_ database: Database) throws -> [Finding] {
        var findings: [Finding] = []
        var place: Int64 = 0
        while true {
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT seq, hash, data FROM segment WHERE seq > ? ORDER BY seq LIMIT 64",
                arguments: [place])
            for row in rows {
                place = row.integer(0)
                let segment = Segment(encoded: row.bytes(2))
                let isSound =
                    segment.map { $0.hash.bytes == row.bytes(1) && $0.isSignedBySealer }
                    ?? false
                let opens = segment.map { (try? seal.open($0)) != nil } ?? false
                if !isSound || !opens {
                    findings.append(Finding(kind: .segment, detail: "segment \(place)"))
                }
            }
            if rows.count < 64 { return findings }
        }
    }
}

extension Merger {
    /// The digest as the tables' present contents give it, with the number of rows.
    func recomputedDigest() throws -> (rows: Int, digest: Convergence.Digest) {
        var digest = Convergence.Digest()
        var count = 0
        var places: [(String, String)] = []
        for table in schema.tables {
            places += try String.fetchAll(
                database, sql: "SELECT id FROM \(tables(table.name))"
            ).map { (table.name, $0) }
        }
        places += try Row.fetchAll(database, sql: "SELECT tbl, id FROM \(tables("other"))")
            .map { ($0.text(0), $0.text(1)) }
        for (table, id) in places {
            guard let row = RowID(id) else {
                throw ReplicationFailure.damaged(path: "", detail: "\(table) \(id)")
            }
            let state = try rows.state(table, row)
            var canonical: [UInt8] = []
            state.appendCanonical(
                table: Array(table.utf8), row: row, fields: rows.names.all, writers: writers.names,
                to: &canonical)
            SHA256.hash(data: canonical).withUnsafeBytes { digest.add($0) }
            count += 1
        }
        return (count, digest)
    }
}
