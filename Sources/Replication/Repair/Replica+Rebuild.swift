import Convergence
import Foundation
import GRDB
import Sealing
import Wire

/// What a rebuild came to.
package struct RebuildReport: Hashable, Sendable {
    /// Segments that were read again.
    package let segments: Int
    /// Changes that were applied again.
    package let changes: Int
    /// The digest before.
    package let digestBefore: String
    /// The digest after.
    package let digestAfter: String
}

extension Replica {
    /// Segments that a rebuild reads in one transaction: the lock is free in between.
    private static let segmentsPerStep = 8

    /// Makes all tables anew from the segments and the unsealed changes, beside the live ones, and
    /// then swaps them. The path of repair, upgrades, branches and changes found again.
    ///
    /// `progress` is told how many of how many segments are read.
    package func rebuild(progress: (Int, Int) -> Void = { _, _ in }) throws -> RebuildReport {
        let before = try storedDigest()
        let total = try segmentCount()
        let suffix = try nextSuffix()
        let tables = TableNames(prefix: "rebuild_", indexSuffix: suffix)
        // Every fork that is found asks for one more start; each is found once.
        while true {
            try step { database in
                try Self.dropTables(database, where: { $0.hasPrefix("rebuild_") })
                try database.execute(sql: EngineTables.merge(tables, schema))
                return true
            }
            var place: Int64 = 0
            var report = IntakeReport()
            var isWhole = true
            while isWhole {
                let isDone = try step { database in
                    let isLast = try replay(database, tables, after: &place, &report)
                    if isLast, !report.needsRebuild { try swap(database, tables) }
                    return isLast || report.needsRebuild
                }
                progress(min(report.segments, total), total)
                if report.needsRebuild { isWhole = false }
                if isDone { break }
            }
            guard isWhole else { continue }
            return RebuildReport(
                segments: report.segments, changes: report.changes, digestBefore: before,
                digestAfter: try storedDigest())
        }
    }

    @discardableResult
    private func step(_ body: (Database) throws -> Bool) throws -> Bool {
        try exclusively { try transaction { try body($0) } }
    }

    /// Reads some segments again; after the last also the unsealed changes. Whether all is read.
    private func replay(
        _ database: Database, _ tables: TableNames, after place: inout Int64,
        _ report: inout IntakeReport
    ) throws -> Bool {
        let merger = try Merger(database, schema, tables)
        var intake = SegmentIntake(merger, seal, now: environment.now())
        let segments = try SegmentShelf(database)
            .segments(after: place, count: Self.segmentsPerStep)
        for (next, segment) in segments {
            place = next
            guard let opened = try? seal.open(segment) else { continue }
            try intake.apply(opened, at: next)
        }
        var batch = intake.report
        batch.segments = segments.count
        let isLast = segments.count < Self.segmentsPerStep
        if isLast {
            batch.changes += try replayUnsealed(merger, &intake)
            try intake.finish()
            batch.needsRebuild = batch.needsRebuild || intake.report.needsRebuild
        } else {
            try intake.retryWaiting()
            batch.needsRebuild = batch.needsRebuild || intake.report.needsRebuild
            try merger.flush()
        }
        report.add(batch)
        return isLast
    }

    private func replayUnsealed(_ merger: Merger, _ intake: inout SegmentIntake) throws -> Int {
        let rows = try Row.fetchAll(
            merger.database, sql: "SELECT writer, previous, id, line FROM unsealed ORDER BY seq")
        try intake.retryWaiting()
        var changes = 0
        for row in rows {
            guard let writer = WriterID(bytes: row.bytes(0)),
                let previous = ChangeID(bytes: row.bytes(1)),
                let id = ChangeID(bytes: row.bytes(2)),
                let change = try? Change(line: row.bytes(3))
            else { throw ReplicationFailure.damaged(path: path, detail: "unsealed") }
            if try merger.apply(change, key: writer, previous: previous, id: id) == nil {
                changes += 1
            }
        }
        try intake.retryWaiting()
        return changes
    }

    /// Puts the rebuilt tables in the place of the live ones.
    private func swap(_ database: Database, _ tables: TableNames) throws {
        let history: Set<String> = [
            "meta", "segment", "unsealed", "fork", "rejected", "peer", "peer_segment", "agreement",
        ]
        try Self.dropTables(database) { !$0.hasPrefix("rebuild_") && !history.contains($0) }
        for name in TableNames.merge + schema.tables.map(\.name) {
            try database.execute(sql: "ALTER TABLE \(tables(name)) RENAME TO \"\(name)\"")
        }
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO meta (key, value) VALUES ('schema', ?), ('indexes', ?);
                DELETE FROM meta WHERE key = 'rebuild';
                """,
            arguments: [schema.version, tables.indexSuffix])
    }

    private static func dropTables(_ database: Database, where isChosen: (String) -> Bool) throws {
        let names = try String.fetchAll(
            database,
            sql: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
        for name in names where isChosen(name) {
            try database.execute(sql: "DROP TABLE \"\(name)\"")
        }
    }

    private func nextSuffix() throws -> String {
        try queue.unsafeRead { database in
            let text = try Self.meta(database, "indexes").flatMap { String.fromDatabaseValue($0) }
            return "_" + String((text.flatMap { Int($0.dropFirst()) } ?? 0) + 1)
        }
    }

    private func segmentCount() throws -> Int {
        try queue.unsafeRead { try Int.fetchOne($0, sql: "SELECT count(*) FROM segment") ?? 0 }
    }

    func storedDigest() throws -> String {
        try queue.unsafeRead { database in
            let bytes = try Data.fetchOne(
                database, sql: "SELECT value FROM merge WHERE key = 'digest'")
            return (bytes.flatMap { Digest(bytes: $0) } ?? Digest()).text
        }
    }

    /// Whether the tables are of another schema, or a fork, a found change or a divergence asks for
    /// a rebuild that has not happened yet.
    func needsRebuild() throws -> Bool {
        try queue.unsafeRead { database in
            let found = try Self.meta(database, "schema").flatMap { Int.fromDatabaseValue($0) }
            if found != schema.version { return true }
            return try Self.meta(database, "rebuild") != nil
        }
    }
}
