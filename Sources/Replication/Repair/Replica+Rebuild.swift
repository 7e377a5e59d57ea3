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
        try aloneRebuilding { try rebuildAlone(progress) }
    }

    /// Rebuilds if something asks for it and no other process did it meanwhile.
    @discardableResult
    func rebuildIfNeeded() throws -> RebuildReport? {
        guard try needsRebuild() else { return nil }
        return try aloneRebuilding {
            try needsRebuild() ? try rebuildAlone { _, _ in } : nil
        }
    }

    private func rebuildAlone(_ progress: (Int, Int) -> Void) throws -> RebuildReport {
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
        let merger = try Merger(database, schema, tables, heldRows: environment.heldRows)
        var intake = SegmentIntake(merger, seal, now: environment.now())
        let rows = try SegmentShelf(database).stored(after: place, count: Self.segmentsPerStep)
        let isGreat = PreparedSegments.isGreat(rows.lazy.compactMap(\.segment))
        let openings = Readahead(rows.count, great: isGreat) { [seal] position in
            rows[position].segment.flatMap { try? seal.open($0) }
        }
        for (next, _) in rows {
            place = next
            if let opened = openings.next() ?? nil {
                try intake.apply(opened, at: next)
            } else {
                try forget(database, segmentAt: next)
            }
        }
        let isLast = rows.count < Self.segmentsPerStep
        if isLast {
            try intake.replayUnsealed()
            try intake.finish()
            try note(database, leftUnsealed: intake.isLeftUnsealed)
        } else {
            try intake.retryWaiting()
            try merger.flush()
        }
        var batch = intake.report
        batch.segments = rows.count
        report.add(batch)
        return isLast
    }

    /// Changes that are in no segment wait where no one looks for them: once more arrives, everything
    /// is rebuilt again.
    private func note(_ database: Database, leftUnsealed isLeft: Bool) throws {
        try database.execute(
            sql: isLeft
                ? "INSERT OR REPLACE INTO meta (key, value) VALUES ('unapplied', 1)"
                : "DELETE FROM meta WHERE key = 'unapplied'")
    }

    /// A segment whose bytes are damaged is worth nothing here: it goes, and both sides compare with
    /// every peer, so that a good copy comes back.
    private func forget(_ database: Database, segmentAt place: Int64) throws {
        // The place may be given again: what comes to lie there was sent to nobody.
        try database.execute(
            sql: "UPDATE peer SET sent = min(sent, ?)", arguments: [place - 1])
        try database.execute(
            sql: "UPDATE meta SET value = min(value, ?) WHERE key = 'guests'",
            arguments: [place - 1])
        // What a peer refused were the damaged bytes.
        try database.execute(
            sql: """
                DELETE FROM peer_segment WHERE code <> 'held'
                AND hash = (SELECT hash FROM segment WHERE seq = ?)
                """, arguments: [place])
        try database.execute(sql: "DELETE FROM segment WHERE seq = ?", arguments: [place])
        try Self.askPeersAnew(database)
        try WriterIdentity.retire(database)
    }

    /// Puts the rebuilt tables in the place of the live ones.
    private func swap(_ database: Database, _ tables: TableNames) throws {
        try Self.dropTables(database) {
            !$0.hasPrefix("rebuild_") && !EngineTables.historyNames.contains($0)
        }
        for name in TableNames.merge + schema.tables.map(\.name) {
            try database.execute(sql: "ALTER TABLE \(tables(name)) RENAME TO \"\(name)\"")
        }
        try EngineTables.keep(schema, in: database)
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO meta (key, value) VALUES ('schema', ?), ('indexes', ?);
                DELETE FROM meta WHERE key = 'rebuild';
                UPDATE agreement SET agreed = 1
                WHERE digest = (SELECT value FROM merge WHERE key = 'digest');
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
        try look { database in
            let text = try Self.meta(database, "indexes").flatMap { String.fromDatabaseValue($0) }
            return "_" + String((text.flatMap { Int($0.dropFirst()) } ?? 0) + 1)
        }
    }

    private func segmentCount() throws -> Int {
        try look { try Int.fetchOne($0, sql: "SELECT count(*) FROM segment") ?? 0 }
    }

    func storedDigest() throws -> String {
        try look { database in
            let bytes = try Data.fetchOne(
                database, sql: "SELECT value FROM merge WHERE key = 'digest'")
            return (bytes.flatMap { Digest(bytes: $0) } ?? Digest()).text
        }
    }

    /// Whether the tables are of another schema, or a fork, a found change or a divergence asks for
    /// a rebuild that has not happened yet.
    func needsRebuild() throws -> Bool {
        try look { database in
            if try Self.schemaVersion(database) ?? 0 < schema.version { return true }
            return try Self.meta(database, "rebuild") != nil
        }
    }
}
