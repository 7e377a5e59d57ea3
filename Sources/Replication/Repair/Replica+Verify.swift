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
        /// A change that is in no segment yet is not what it was.
        case unsealed
        /// The tables do not give the digest that is carried along, or do not show what they hold.
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

    /// The parts of an audit that apply no change again: the file, the tables and the history as they
    /// lie there. Changes nothing and holds no lock.
    package func inspect() throws -> [Finding] {
        try named {
            let copy = try BooksDatabase.memory()
            try queue.backup(to: copy)
            return try copy.write { try inspect($0).findings }
        }
    }

    private struct Inspection {
        var findings: [Finding] = []
        var rows = 0
        var digest = Convergence.Digest()
    }

    private func inspect(_ database: Database) throws -> Inspection {
        var result = Inspection()
        for problem in try String.fetchAll(database, sql: "PRAGMA integrity_check")
        where problem != "ok" {
            result.findings.append(Finding(kind: .integrity, detail: problem))
        }
        let merger = try Merger(database, schema, .live)
        result.digest = merger.digest
        do {
            let (rows, digest) = try merger.recomputedDigest()
            result.rows = rows
            if digest != merger.digest {
                result.findings.append(
                    Finding(kind: .tables, detail: "\(merger.digest.text) \(digest.text)"))
            }
        } catch ReplicationFailure.damaged(_, let detail) {
            result.findings.append(Finding(kind: .tables, detail: detail))
        }
        let sealers = try Data.fetchAll(
            database, sql: "SELECT sealer FROM agreement WHERE agreed = 0 ORDER BY sealer")
        for sealer in sealers.compactMap({ WriterID(bytes: $0) }) {
            result.findings.append(Finding(kind: .divergence, detail: Self.shortName(of: sealer)))
        }
        result.findings += try segmentFindings(database)
        result.findings += try unsealedFindings(database, merger)
        // Of tables that are not what they should be follows something else: that is said already.
        if !result.findings.contains(where: { $0.kind == .tables }) {
            result.findings += try keptFindings(database)
        }
        return result
    }

    /// The kept tables that are not what follows from the declared ones. Makes them anew in this copy.
    private func keptFindings(_ database: Database) throws -> [Finding] {
        guard let kept = schema.kept else { return [] }
        func contents() throws -> [Set<[DatabaseValue]>] {
            try kept.names.map { name in
                let rows = try Row.fetchAll(database, sql: "SELECT * FROM \"\(name)\"")
                return Set(rows.map { Array($0.databaseValues) })
            }
        }
        let before = try contents()
        try EngineTables.refill(kept, in: database)
        let after = try contents()
        return zip(kept.names, zip(before, after)).compactMap { name, contents in
            contents.0 == contents.1 ? nil : Finding(kind: .tables, detail: name)
        }
    }

    /// What the declared tables show, as far as it follows from the changes: one hash for each table.
    private func shown(_ database: Database) throws -> [String: [UInt8]] {
        var result: [String: [UInt8]] = [:]
        let tables = schema.tables.map { ($0.name, ["id", "hidden"] + $0.fields.map(\.name)) }
        for (table, columns) in tables + [("conflict", ["tbl", "id"])] {
            let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
            var hash = SHA256()
            let rows = try Row.fetchCursor(
                database, sql: "SELECT \(list) FROM \"\(table)\" ORDER BY id")
            while let row = try rows.next() {
                hash.update(data: Array("\(row.databaseValues)".utf8))
            }
            result[table] = Array(hash.finalize())
        }
        return result
    }

    private func verify(_ copy: DatabaseQueue) throws -> Audit {
        let (before, shownBefore) = try copy.write { (try inspect($0), try shown($0)) }
        var findings = before.findings
        let scratch = Replica(
            queue: copy, key: key, schema: schema, environment: environment,
            vault: MemoryWriterVault(), path: path, lock: nil)
        var report: RebuildReport?
        do {
            let rebuilt = try scratch.rebuild()
            report = rebuilt
            if rebuilt.digestAfter != before.digest.text {
                findings.append(
                    Finding(
                        kind: .rebuild, detail: "\(before.digest.text) \(rebuilt.digestAfter)"))
            }
            let after = try copy.read { try shown($0) }
            let changed = after.filter { shownBefore[$0.key] != $0.value }.keys.sorted()
            if !changed.isEmpty, !findings.contains(where: { $0.kind == .tables }) {
                findings.append(
                    Finding(kind: .tables, detail: changed.joined(separator: " ")))
            }
        } catch ReplicationFailure.damaged(_, let detail) {
            findings.append(Finding(kind: .rebuild, detail: detail))
        }
        return Audit(
            segments: report?.segments ?? 0, changes: report?.changes ?? 0, rows: before.rows,
            digest: before.digest.text, findings: findings)
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
                    findings.append(Finding(kind: .segment, detail: "Segment \(place)"))
                }
            }
            if rows.count < 64 { return findings }
        }
    }
}

extension Replica {
    /// Unsealed changes whose bytes are not those that got the id, or that are not their writers'.
    private func unsealedFindings(_ database: Database, _ merger: Merger) throws -> [Finding] {
        try Array(UnsealedChange.cursor(database)).compactMap { unsealed in
            try unsealed.hasItsID(seal.chain) && unsealed.isNamedRightly(by: merger)
                ? nil : Finding(kind: .unsealed, detail: "Unsealed change \(unsealed.number)")
        }
    }
}

extension Merger {
    /// The digest as the tables' present contents give it, with the number of rows. Throws
    /// ``ReplicationFailure/damaged(path:detail:)`` for a row whose columns or hash do not belong to
    /// its state.
    func recomputedDigest() throws -> (rows: Int, digest: Convergence.Digest) {
        var digest = Convergence.Digest()
        var count = 0
        var places: [(String, String)] = []
        for table in schema.tables {
            places += try checkedRows(of: table).map { (table.name, $0) }
        }
        places += try Row.fetchAll(database, sql: "SELECT tbl, id FROM \(tables("other"))")
            .map { ($0.text(0), $0.text(1)) }
        for (table, id) in places {
            guard let row = RowID(id), let (state, hash) = try rows.stored(table, row) else {
                throw ReplicationFailure.damaged(path: "", detail: "\(table) \(id)")
            }
            var canonical: [UInt8] = []
            state.appendCanonical(
                table: Array(table.utf8), row: row, fields: rows.names.all, writers: writers.names,
                to: &canonical)
            let computed = SHA256.hash(data: canonical)
            // A hash that is not the row's would stay in the sum when the row changes.
            guard computed.elementsEqual(hash) else {
                throw ReplicationFailure.damaged(path: "", detail: "\(table) \(id)")
            }
            computed.withUnsafeBytes { digest.add($0) }
            count += 1
        }
        return (count, digest)
    }

    /// The ids of a table's rows, whose counters and visibility are what their states give: what
    /// stands in those columns is no part of the digest.
    private func checkedRows(of table: Table) throws -> [String] {
        let counters = table.fields.filter { $0.kind == .counter }.map(\.name)
        let list = counters.map { ", \"\($0)\"" }.joined()
        let found = try Row.fetchAll(
            database, sql: "SELECT id, hidden\(list) FROM \(tables(table.name))")
        return try found.map { row in
            let id = row.text(0)
            guard let rowID = RowID(id) else { return id }
            let state = try rows.state(table.name, rowID)
            let isFrozen = rowID.kind == .frozen
            var isRight = row.optionalInteger(1) == (state.isVisible(isFrozen: isFrozen) ? 0 : 1)
            for (position, counter) in counters.enumerated() {
                let sum = isFrozen ? nil : state.sum(try rows.index(of: counter))
                let shown: DatabaseValue = row[position + 2]
                isRight = isRight && shown == sum.databaseValue
            }
            guard isRight else {
                throw ReplicationFailure.damaged(path: "", detail: "\(table.name) \(id)")
            }
            return id
        }
    }
}
