import Convergence
import Foundation
import GRDB
import Sealing
import Wire

/// Applies changes to the merge tables within one transaction: the one path for local and remote
/// operations, live or rebuilt.
///
/// Rows are loaded once, changed in memory and written once by ``flush()``; nothing is in the tables
/// before that.
final class Merger {
    let database: Database
    let schema: Schema
    let tables: TableNames
    let chain: ChainBlocks
    var writers: WriterRegister
    var rows: StoredRows
    var touched: TouchedRows
    /// Whether an unknown kind of operation is set aside: then digests are not compared.
    var holdsUnknown: Bool
    /// The number up to which a writer's changes are declared gone.
    var lost: [WriterID: Int64] = [:]
    /// The changes that were passed over, by their writer.
    var gaps: [WriterIndex: [ClosedRange<Int64>]]
    /// Whether such declarations count now: only once nothing else can be applied.
    var honoursLost = false
    /// The number of each writer's first change that is here and waits: what comes after it in a
    /// chain or a context waits for it, lost or not.
    var heldBack: [WriterID: Int64] = [:]
    /// How many changes were applied.
    private(set) var appliedCount = 0

    /// Why a change cannot be applied now or ever.
    enum Hindrance: Hashable {
        /// The change of this writer, number and id comes first.
        case waits(WriterID, Int64, ChangeID)
        /// Two changes of one number: everything has to be rebuilt with both as branches.
        case fork(WriterRegister.Fork)
        /// A change that was declared gone turned up: everything has to be rebuilt.
        case found
        /// The context shrinks.
        case context
    }

    /// The digest as of the last flush.
    var digest: Digest { rows.digest }

    /// Whether the digest stands for the version: not while something is set aside that others
    /// understand, after lost changes, or while branches are known by half.
    var isComparable: Bool { !holdsUnknown && gaps.isEmpty && !writers.isHalfForked }

    /// Loads what merging needs; the tables must exist. `heldRows` is as in ``Environment``; who only
    /// reads holds none.
    init(
        _ database: Database, _ schema: Schema, _ tables: TableNames, heldRows: Int = 0
    ) throws {
        self.database = database
        self.schema = schema
        self.tables = tables
        chain = ChainBlocks(database, tables)
        writers = try Merger.loadWriters(database, tables)
        let stored = try Row.fetchAll(database, sql: "SELECT key, value FROM \(tables("merge"))")
        var values: [String: DatabaseValue] = [:]
        for row in stored { values[row.text(0)] = row[1] }
        let bytes = values["digest"].flatMap { Data.fromDatabaseValue($0) }
        touched = TouchedRows(heldMax: heldRows)
        rows = try StoredRows(
            database, schema, tables, writerCount: writers.count,
            digest: bytes.flatMap { Digest(bytes: $0) } ?? Digest())
        holdsUnknown = values["unknown"] != nil
        lost = try Merger.loadLost(database, tables)
        gaps = try Merger.loadGaps(database, tables)
    }

    private static func loadWriters(
        _ database: Database, _ tables: TableNames
    ) throws -> WriterRegister {
        var register = WriterRegister()
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT key, branch, parent, fork, number, id, stamp FROM \(tables("writer"))
                ORDER BY idx
                """)
        for row in rows {
            guard let key = WriterID(bytes: row.bytes(0)),
                let id = ChangeID(bytes: row.bytes(5))
            else { throw ReplicationFailure.damaged(path: "", detail: "writer") }
            let branch = ChangeID(bytes: row.bytes(1))
            let parent = row.optionalInteger(2).map { Int($0) }
            let (fork, number) = (row.integer(3), row.integer(4))
            guard (0..<register.count).contains(parent ?? 0) || parent == nil,
                (1...Limits.numberMax).contains(fork),
                (fork - 1...Limits.numberMax).contains(number)
            else { throw ReplicationFailure.damaged(path: "", detail: "writer") }
            register.insert(
                WriterRegister.Entry(
                    key: key, branch: branch, parent: parent, fork: fork, number: number, id: id,
                    stamp: row.integer(6), context: nil))
        }
        register.rankNames()
        let forks = try Row.fetchAll(database, sql: "SELECT writer, number, previous FROM fork")
        for row in forks {
            guard let key = WriterID(bytes: row.bytes(0)),
                let previous = ChangeID(bytes: row.bytes(2))
            else { continue }
            register.forks.insert(
                WriterRegister.Fork(key: key, number: row.integer(1), previous: previous))
        }
        return register
    }

    /// What is declared gone. A removed declaration counts too: others may have gone on by it.
    static func loadLost(_ database: Database, _ tables: TableNames) throws -> [WriterID: Int64] {
        var lost: [WriterID: Int64] = [:]
        let rows = try Row.fetchAll(
            database, sql: "SELECT writer, number FROM \(tables("lost"))")
        for row in rows {
            guard let text = String.fromDatabaseValue(row[0]), let key = WriterID(text: text),
                let number = Int64.fromDatabaseValue(row[1]), number <= Limits.numberMax
            else { continue }
            lost[key] = max(lost[key] ?? 0, number)
        }
        return lost
    }

    // MARK: - Changes

    /// Applies one change of a writer, or says what hinders it; a known change changes nothing.
    func apply(
        _ change: Change, key: WriterID, previous: ChangeID, id: ChangeID
    ) throws -> Hindrance? {
        let writer: WriterIndex
        switch try place(key: key, number: change.number, previous: previous, id: id) {
        case .known: return nil
        case .hindered(let hindrance): return hindrance
        case .next(let index): writer = index
        }
        var context = try takeContext(of: writer)
        // Operations that wait keep it: one array for all of them.
        context.keepApart(writer)
        if !change.context.isEmpty {
            // What the earlier changes had seen may not be in the tables yet.
            let before = context
            if let hindrance = try extend(&context, by: change.context) {
                writers[writer].context = before
                return hindrance
            }
            touched.hold(context)
        }
        writers.extend(&context, to: change.number - 1, of: writer)
        let origin = Origin(
            dot: Dot(writer, change.number), stamp: change.stamp, context: context)
        try apply(change.content, from: origin)
        context[writer] = change.number
        appliedCount += 1
        writers.advance(writer, by: change, id, context)
        return nil
    }

    private func apply(_ content: Change.Content, from origin: borrowing Origin) throws {
        switch content {
        case .operations(let operations):
            for operation in operations {
                try touched.apply(operation, from: origin, to: &rows, writers)
            }
        case .unknown:
            holdsUnknown = true
            try setAside(origin.dot, "unknown")
        case .unlawful(let fault): try setAside(origin.dot, fault.rawValue)
        }
    }

    private func setAside(_ dot: Dot, _ reason: String) throws {
        try database.execute(
            sql:
                "INSERT OR REPLACE INTO \(tables("aside")) (writer, number, reason) VALUES (?, ?, ?)",
            arguments: [dot.writer, dot.number, reason])
    }

    /// Moves a writer's context out, so that it can grow without being copied.
    private func takeContext(of writer: WriterIndex) throws -> Context {
        if let context = writers[writer].context {
            writers[writer].context = nil
            return context
        }
        return try storedContext(of: writer)
    }

    /// What the writer's last applied change had seen, itself included.
    func context(of writer: WriterIndex) throws -> Context {
        if let context = writers[writer].context { return context }
        let context = try storedContext(of: writer)
        writers[writer].context = context
        return context
    }

    private func storedContext(of writer: WriterIndex) throws -> Context {
        var context = Context()
        let rows = try Row.fetchAll(
            database, sql: "SELECT other, number FROM \(tables("context")) WHERE writer = ?",
            arguments: [writer])
        for row in rows {
            let other = Int(row.integer(0))
            guard (0..<writers.count).contains(other) else {
                throw ReplicationFailure.damaged(path: "", detail: "context")
            }
            context[other] = row.integer(1)
        }
        return context
    }

    private func extend(
        _ context: inout Context, by entries: [Change.ContextEntry]
    ) throws -> Hindrance? {
        var passedOver: [(WriterIndex, ClosedRange<Int64>)] = []
        for entry in entries {
            guard let key = WriterID(bytes: entry.writer), let id = ChangeID(bytes: entry.id)
            else { return .context }
            guard let writer = try locate(key: key, number: entry.number, id: id) else {
                return .waits(key, entry.number, id)
            }
            guard entry.number >= context[writer] else { return .context }
            writers.extend(&context, to: entry.number, of: writer)
            let applied = writers[writer].number
            if entry.number > applied { passedOver.append((writer, applied + 1...entry.number)) }
        }
        // Should they turn up, they belong before this change.
        for (writer, numbers) in passedOver { try noteGap(writer, numbers) }
        return nil
    }
}
