import Convergence
import Crypto
import Foundation
import GRDB
import Sealing
import Wire

/// What taking a batch of segments came to.
package struct IntakeReport: Hashable, Sendable {
    /// Segments that were new and could be opened.
    package var segments = 0
    /// Changes that were applied.
    package var changes = 0
    /// Segments that were set aside with a reason.
    package var rejected = 0
    /// Whether branches or found changes ask for everything to be rebuilt.
    package var needsRebuild = false
    /// Whether a sealer's digest differs from ours at the same version.
    package var diverged = false
    /// Whether a change is here that was passed over as lost, since it waits for others that are. What
    /// is passed over must not depend on what came first, so anything new asks for a rebuild.
    package var isFoundLate = false

    /// A report of nothing.
    package init() {}

    /// Adds another batch.
    package mutating func add(_ other: IntakeReport) {
        segments += other.segments
        changes += other.changes
        rejected += other.rejected
        needsRebuild = needsRebuild || other.needsRebuild
        diverged = diverged || other.diverged
        isFoundLate = isFoundLate || other.isFoundLate
    }
}

/// Takes received segments within one transaction: checks, keeps, opens and applies them, and lets
/// those wait whose causes are not here yet.
struct SegmentIntake {
    private let merger: Merger
    private let seal: Seal
    private let now: Int64
    private var claims: [ClaimedDigest] = []
    /// Unsealed changes that a rebuild has not applied yet.
    private var unsealed: [Pending] = []
    private(set) var report = IntakeReport()

    init(_ merger: Merger, _ seal: Seal, now: Int64) {
        self.merger = merger
        self.seal = seal
        self.now = now
    }

    private var database: Database { merger.database }
    private var waiting: String { merger.tables("waiting") }

    /// A sealer's word about the digest at a version.
    private struct ClaimedDigest {
        let sealer: WriterID
        let digest: Convergence.Digest
        let version: Context
    }

    // MARK: - Receiving

    /// Takes segments that came from a peer, or from nowhere when `origin` is nil.
    mutating func take(_ prepared: PreparedSegments, from origin: Int64?) throws {
        for segment in prepared.segments {
            guard let opening = prepared.openings.next(), try !isHeld(segment.hash) else {
                continue
            }
            switch opening {
            case .opened(let opened):
                let place = try keep(segment, from: origin)
                report.segments += 1
                try apply(opened, at: place)
            case .rejected(let reason): try reject(segment, reason, origin)
            }
        }
        try retryWaiting()
    }

    private func isHeld(_ hash: SegmentHash) throws -> Bool {
        let sql = """
            SELECT EXISTS (SELECT 1 FROM segment WHERE hash = ?1)
            OR EXISTS (SELECT 1 FROM rejected WHERE hash = ?1)
            """
        return try Bool.fetchOne(
            database.cachedStatement(sql: sql), arguments: [Data(hash.bytes)]) ?? false
    }

    private func keep(_ segment: Segment, from origin: Int64?) throws -> Int64 {
        try SegmentShelf(database).insert(segment, from: origin)
    }

    private mutating func reject(_ segment: Segment, _ reason: String, _ origin: Int64?) throws {
        report.rejected += 1
        try RejectedShelf(database).insert(
            segment.hash, segment.encoded, reason: reason, from: origin, at: now)
    }

    // MARK: - Applying

    /// Applies what can be applied of a kept segment, and notes what hinders the rest.
    mutating func apply(_ opened: OpenedSegment, at place: Int64) throws {
        if merger.touched.isFull { try merger.flush() }
        let applied = merger.appliedCount
        defer { report.changes += merger.appliedCount - applied }
        var previous = opened.header.before
        for member in opened.members {
            let hindrance = try merger.apply(
                member.change, key: opened.header.writer, previous: previous, id: member.id)
            if let hindrance { return try note(hindrance, at: place, opened) }
            previous = member.id
        }
        try settle(opened, at: place)
    }

    private mutating func settle(_ opened: OpenedSegment, at place: Int64) throws {
        try database.cachedStatement(sql: "DELETE FROM \(waiting) WHERE seq = ?")
            .execute(arguments: [place])
        try forgetUnsealed(opened)
        guard let claim = opened.claim,
            let writer = try merger.locate(
                key: opened.header.writer, number: opened.header.last, id: opened.header.after),
            merger.writers[writer].number == opened.header.last
        else { return }
        claims.append(
            ClaimedDigest(
                sealer: opened.header.sealer, digest: claim.digest,
                version: try merger.context(of: writer)))
    }

    /// Whoever sealed them: changes with these ids are sealed now.
    private func forgetUnsealed(_ opened: OpenedSegment) throws {
        let header = opened.header
        let held = try Int64.fetchAll(
            database.cachedStatement(
                sql: "SELECT number FROM unsealed WHERE writer = ? AND number BETWEEN ? AND ?"),
            arguments: [Data(header.writer.bytes), header.first, header.last])
        for number in held {
            try database.cachedStatement(sql: "DELETE FROM unsealed WHERE id = ?")
                .execute(arguments: [Data(opened.members[Int(number - header.first)].id.bytes)])
        }
    }

    private mutating func note(
        _ hindrance: Merger.Hindrance, at place: Int64, _ opened: OpenedSegment
    ) throws {
        switch hindrance {
        case .waits(let key, let number, let id):
            try database.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO \(waiting) (seq, writer, number, id) VALUES (?, ?, ?, ?)
                    """
            ).execute(arguments: [place, Data(key.bytes), number, Data(id.bytes)])
        case .fork(let fork): try note(fork)
        // While lost changes are passed over, one of them may be found too late: it waited for others
        // that are gone.
        case .found:
            if merger.honoursLost {
                report.isFoundLate = true
            } else {
                report.needsRebuild = true
            }
        case .context:
            guard let segment = try SegmentShelf(database).segment(at: place) else { return }
            try reject(segment, "context", nil)
            try database.execute(sql: "DELETE FROM segment WHERE seq = ?", arguments: [place])
            try database.execute(sql: "DELETE FROM \(waiting) WHERE seq = ?", arguments: [place])
            // Its earlier changes are applied, and nothing that is kept gives them again.
            let isBegun = try opened.members.first.map { member in
                try merger.locate(
                    key: opened.header.writer, number: member.change.number, id: member.id) != nil
            }
            report.needsRebuild = report.needsRebuild || isBegun ?? false
        }
    }

    // MARK: - Waiting

    /// Goes on with waiting segments until none can move.
    mutating func retryWaiting() throws {
        while true {
            var moved = try retryOnce()
            if try retryUnsealed() { moved = true }
            if !moved { return }
        }
    }

    /// An unsealed change that can be read.
    private struct Pending {
        let change: Change
        let writer: WriterID
        let previous: ChangeID
        let id: ChangeID

        init?(_ unsealed: UnsealedChange) {
            guard let change = try? Change(line: unsealed.line), let writer = unsealed.writer,
                let previous = unsealed.previous, let id = unsealed.id
            else { return nil }
            (self.change, self.writer, self.previous, self.id) = (change, writer, previous, id)
        }
    }

    /// Applies the changes that are in no segment yet; those that wait go on with the segments.
    ///
    /// One whose bytes are damaged is nowhere else. One byte is put right by the id; else the change is
    /// set aside, with what its writer wrote after it, which nobody could take: the machine goes on as
    /// another writer. Whose a change is and its number stand beside it: what the tables so far and
    /// the change itself say is right.
    mutating func replayUnsealed() throws {
        try mendUnsealedLines()
        // Only what can be read says whose it is.
        try nameUnsealedRightly()
        var cutOff: Set<[UInt8]> = []
        for stored in try Array(UnsealedChange.cursor(database)) {
            if !cutOff.contains(stored.writerBytes), stored.hasItsID(seal.chain),
                let pending = Pending(stored)
            {
                unsealed.append(pending)
                continue
            }
            cutOff.insert(stored.writerBytes)
            try RejectedShelf(database).insert(
                SegmentHash(SHA256.hash(data: stored.line)), stored.line,
                reason: RejectedShelf.damaged, from: nil, at: now)
            try database.execute(
                sql: "DELETE FROM unsealed WHERE seq = ?", arguments: [stored.place])
            try WriterIdentity.retire(database)
            report.rejected += 1
        }
        try retryWaiting()
    }

    private func mendUnsealedLines() throws {
        for stored in try Array(UnsealedChange.cursor(database)) {
            guard let mended = stored.mended(seal.chain), mended.line != stored.line else {
                continue
            }
            try database.execute(
                sql: "UPDATE unsealed SET line = ? WHERE seq = ?",
                arguments: [Data(mended.line), stored.place])
        }
    }

    private func nameUnsealedRightly() throws {
        let stored = try Array(UnsealedChange.cursor(database))
        // Tables that cannot be read tell nothing.
        guard !stored.isEmpty, let live = try? Merger(database, merger.schema, .live) else {
            return
        }
        for unsealed in stored where try !unsealed.isNamedRightly(by: live) {
            guard let name = try unsealed.name(by: live) else { continue }
            try database.execute(
                sql: "UPDATE unsealed SET writer = ?, number = ? WHERE seq = ?",
                arguments: [Data(name.writer.bytes), name.number, unsealed.place])
        }
    }

    /// Whether changes that are in no segment wait for others that a rebuild did not find.
    var isLeftUnsealed: Bool { !unsealed.isEmpty }

    private mutating func retryUnsealed() throws -> Bool {
        guard !unsealed.isEmpty else { return false }
        let applied = merger.appliedCount
        defer { report.changes += merger.appliedCount - applied }
        unsealed = try unsealed.filter { pending in
            let hindrance = try merger.apply(
                pending.change, key: pending.writer, previous: pending.previous, id: pending.id)
            if case .fork(let fork) = hindrance { try note(fork) }
            return hindrance != nil
        }
        return merger.appliedCount > applied
    }

    private mutating func note(_ fork: WriterRegister.Fork) throws {
        // A fork that is known asks for nothing more, or a rebuild would never end.
        guard merger.writers.forks.insert(fork).inserted else { return }
        try database.execute(
            sql: "INSERT OR IGNORE INTO fork (writer, number, previous) VALUES (?, ?, ?)",
            arguments: [Data(fork.key.bytes), fork.number, Data(fork.previous.bytes)])
        report.needsRebuild = true
    }

    /// Writes what was merged; then lets waiting segments go on past changes that are declared gone,
    /// and compares digests.
    mutating func finish() throws {
        try merger.flush()
        // What goes on may hold more declarations.
        var honoured: [WriterID: Int64] = [:]
        while true {
            merger.lost = try Merger.loadLost(database, merger.tables)
            if merger.lost == honoured { break }
            honoured = merger.lost
            try goOnWithoutLost()
            try merger.flush()
        }
        try compareDigests()
    }

    /// Passes over what is gone, but never over what is here: a change goes on when of every missing
    /// writer all held changes up to the missing one are applied. So what is held goes in the order of
    /// its causes, whatever is missing between.
    private mutating func goOnWithoutLost() throws {
        guard !merger.lost.isEmpty else { return }
        merger.honoursLost = true
        defer {
            merger.honoursLost = false
            merger.heldBack = [:]
        }
        while true {
            merger.heldBack = try firstWaiting()
            guard !merger.heldBack.isEmpty else { return }
            var moved = try retryOnce()
            if try retryUnsealed() { moved = true }
            if moved { continue }
            // Only branches of one writer can hold each other up: one goes first, everywhere the same.
            merger.heldBack = [:]
            guard try retryOnce(stopsAtFirst: true) else { return }
        }
    }

    /// The number of each writer's first change that is here and waits.
    private func firstWaiting() throws -> [WriterID: Int64] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT s.writer, s.first, s.last FROM \(waiting) w JOIN segment s USING (seq)
                """)
        var first: [WriterID: Int64] = [:]
        for row in rows {
            guard let key = WriterID(bytes: row.bytes(0)) else { continue }
            let applied =
                merger.writers.indices(of: key).first.map { merger.writers[$0].number } ?? 0
            let isBegun = (row.integer(1)..<row.integer(2)).contains(applied)
            let number = isBegun ? applied + 1 : row.integer(1)
            first[key] = min(first[key] ?? .max, number)
        }
        for pending in unsealed {
            first[pending.writer] = min(first[pending.writer] ?? .max, pending.change.number)
        }
        return first
    }

    /// Tries every waiting segment whose cause is here; whether one of them moved.
    private mutating func retryOnce(stopsAtFirst: Bool = false) throws -> Bool {
        // Where one choice excludes another it must not depend on the order of arrival.
        let order = merger.honoursLost ? "s.writer, s.first, s.hash" : "w.seq"
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT w.seq, w.writer, w.number, w.id FROM \(waiting) w JOIN segment s USING (seq)
                ORDER BY \(order)
                """)
        var moved = false
        for row in rows {
            guard let key = WriterID(bytes: row.bytes(1)),
                let id = ChangeID(bytes: row.bytes(3)),
                try isHere(key, row.integer(2), id),
                let segment = try SegmentShelf(database).segment(at: row.integer(0)),
                let opened = try? seal.open(segment)
            else { continue }
            let applied = merger.appliedCount
            try apply(opened, at: row.integer(0))
            moved = moved || merger.appliedCount > applied
            if moved, stopsAtFirst { return true }
        }
        return moved
    }

    private func isHere(_ key: WriterID, _ number: Int64, _ id: ChangeID) throws -> Bool {
        if number == 0 { return true }
        if try merger.locate(key: key, number: number, id: id) != nil { return true }
        guard merger.honoursLost, let gone = merger.lost[key] else { return false }
        return gone >= number
    }

    // MARK: - Digests

    /// Compares the claims that were made about exactly this version; to be called after a flush.
    mutating func compareDigests() throws {
        defer { claims = [] }
        guard merger.isComparable else { return }
        let version = merger.writers.version
        for claim in claims where claim.version == version {
            let agreed = claim.digest == merger.digest
            if !agreed { report.diverged = true }
            try database.execute(
                sql: """
                    INSERT OR REPLACE INTO agreement (sealer, digest, agreed, at)
                    VALUES (?, ?, ?, ?)
                    """,
                arguments: [
                    Data(claim.sealer.bytes), Data(claim.digest.bytes), agreed ? 1 : 0, now,
                ])
        }
    }
}
