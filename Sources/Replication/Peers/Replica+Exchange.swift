import Convergence
import Foundation
import GRDB
import Sealing
package import Wire

/// What a replica offers to one peer at the start of a conversation.
package struct Offering: Hashable, Sendable {
    /// The segments that the peer does not have as far as known, in the order of arrival.
    package let segments: [ClientConversation.Offer]
    /// The place of the last segment that was considered.
    package let lastPlace: Int64
}

extension Replica {
    // MARK: - Sending

    /// Seals all changes that are not in a segment yet; how many segments that made.
    ///
    /// A sealed segment is committed before a byte of it leaves. Damaged changes stay, with what their
    /// writers wrote after them: nobody could take a segment of them.
    @discardableResult
    package func sealChanges() throws -> Int {
        let pending = try look { database in
            try Int.fetchOne(database, sql: "SELECT count(*) FROM unsealed") ?? 0
        }
        guard pending > 0 else { return 0 }
        var count = 0
        while true {
            let sealed = try exclusively { try transaction { try sealRuns($0) } }
            guard sealed > 0 else { return count }
            count += sealed
        }
    }

    /// Segments that are sealed in one transaction.
    private static let runsPerStep = 8

    private func sealRuns(_ database: Database) throws -> Int {
        let merger = try Merger(database, schema, .live)
        let sealer = try sealerKey(merger)
        let shelf = SegmentShelf(database)
        var count = 0
        for _ in 0..<Self.runsPerStep {
            guard let (run, places) = try nextRun(database, merger) else { break }
            let segment = try seal.seal(run, by: sealer, random: environment.random(32))
            _ = try shelf.insert(segment, from: nil)
            try database.execute(
                sql: "DELETE FROM unsealed WHERE seq BETWEEN ? AND ?",
                arguments: [places.lowerBound, places.upperBound])
            count += 1
        }
        return count
    }

    /// How many unsealed changes cannot be sealed, because they or what they follow are damaged.
    package func unsealableCount() throws -> Int {
        try look { database in
            let isAny = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM unsealed)")
            guard isAny == true else { return 0 }
            let merger = try Merger(database, schema, .live)
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT writer, previous, id, line, number FROM unsealed ORDER BY seq")
            var cutOff: Set<[UInt8]> = []
            var count = 0
            while let row = try rows.next() {
                let previous = ChangeID(bytes: row.bytes(1))
                let id = previous.map { seal.chain.id(of: row.bytes(3), after: $0) }
                if cutOff.contains(row.bytes(0)) || id?.bytes != row.bytes(2) {
                    cutOff.insert(row.bytes(0))
                    count += 1
                } else if try !Self.isNamedRightly(row, number: row.integer(4), merger) {
                    count += 1
                }
            }
            return count
        }
    }

    /// Whether an unsealed change, given as `writer … id line`, has the number that its line says, and
    /// is not another writer's as the tables know it: the id covers neither column.
    static func isNamedRightly(_ row: Row, number: Int64, _ merger: Merger) throws -> Bool {
        guard let writer = WriterID(bytes: row.bytes(0)), let id = ChangeID(bytes: row.bytes(2)),
            let change = try? Change(line: row.bytes(3)), change.number == number
        else { return false }
        return try merger.author(of: id, number, named: writer) == writer
    }

    /// The first unsealed changes, of one writer and following each other, that fit into a segment, and
    /// their places.
    private func nextRun(
        _ database: Database, _ merger: Merger
    ) throws -> (run: Seal.Run, places: ClosedRange<Int64>)? {
        let cursor = try Row.fetchCursor(
            database,
            sql: "SELECT writer, previous, id, line, number, seq FROM unsealed ORDER BY seq")
        var places: ClosedRange<Int64>?
        var cutOff: Set<[UInt8]> = []
        var lines: [[UInt8]] = []
        var bytes = 0
        var head: (writer: WriterID, number: Int64, previous: ChangeID)?
        var last = ChangeID.origin
        var isRest = true
        while let row = try cursor.next() {
            let line = row.bytes(3)
            // Damaged bytes would make a segment that nobody can take.
            guard !cutOff.contains(row.bytes(0)), let writer = WriterID(bytes: row.bytes(0)),
                let previous = ChangeID(bytes: row.bytes(1)),
                let id = ChangeID(bytes: row.bytes(2)),
                seal.chain.id(of: line, after: previous) == id
            else {
                cutOff.insert(row.bytes(0))
                isRest = false
                guard places == nil else { break }
                continue
            }
            if let head {
                let follows =
                    writer == head.writer && previous == last
                    && row.integer(4) == head.number + Int64(lines.count)
                let isFull =
                    bytes + line.count > Seal.textBytesAim
                    || lines.count == Limits.changesPerSegmentMax
                guard follows, !isFull else {
                    isRest = false
                    break
                }
            } else {
                // What follows it, follows it by its id.
                guard try Self.isNamedRightly(row, number: row.integer(4), merger) else {
                    isRest = false
                    continue
                }
                head = (writer, row.integer(4), previous)
            }
            lines.append(line)
            bytes += line.count + 1
            last = id
            let place = row.integer(5)
            places = (places?.lowerBound ?? place)...max(places?.lowerBound ?? place, place)
        }
        guard let head, let places else { return nil }
        let claim = isRest ? try claim(merger, head.writer, last) : nil
        let run = Seal.Run(
            writer: head.writer, first: head.number, before: head.previous, after: last,
            lines: lines, claim: claim)
        return (run, places)
    }

    /// What this replica can say of its digest right after a change: nothing, once it applied more.
    private func claim(_ merger: Merger, _ writer: WriterID, _ id: ChangeID) throws -> Claim? {
        guard merger.isComparable,
            let index = merger.writers.indices(of: writer).first(where: {
                merger.writers[$0].id == id
            }), try merger.context(of: index) == merger.writers.version
        else { return nil }
        return Claim(digest: merger.digest)
    }

    /// Any member may seal changes that it holds: with the key it writes with, or one made for it.
    private func sealerKey(_ merger: Merger) throws -> WriterKey {
        if let record = try vault.load() { return try WriterKey(seed: record.seed) }
        let record = try WriterIdentity.freshRecord(merger, random: environment.random)
        try vault.create(record)
        return try WriterKey(seed: record.seed)
    }

    /// What to offer to a peer.
    package func offering(to peer: Peer) throws -> Offering {
        try forgetUnsettled(peer)
        return try offered(to: peer)
    }

    /// What came in a conversation that was cut off counts as any other segment.
    private func forgetUnsettled(_ peer: Peer) throws {
        let isAny = try look { database in
            try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM segment WHERE origin = -?)",
                arguments: [peer.id]) ?? false
        }
        guard isAny else { return }
        try exclusively {
            try transaction { database in
                try database.execute(
                    sql: "UPDATE segment SET origin = NULL WHERE origin = -?", arguments: [peer.id])
            }
        }
    }

    private func offered(to peer: Peer) throws -> Offering {
        try named {
            try queue.unsafeRead { database in
                // First: what another process seals meanwhile may be offered, and counts as sent only
                // the next time.
                let lastPlace = try SegmentShelf(database).lastPlace()
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT hash, bytes FROM segment
                        WHERE seq > (SELECT sent FROM peer WHERE id = ?1) AND origin IS NOT ?1
                        AND hash NOT IN (SELECT hash FROM peer_segment
                            WHERE peer = ?1 AND code NOT LIKE 'unread%')
                        ORDER BY seq
                        """,
                    arguments: [peer.id])
                return Offering(segments: rows.compactMap(Self.offer), lastPlace: lastPlace)
            }
        }
    }

    /// Everything that this replica holds and the peer has not refused for ever.
    package func inventory(for peer: Peer) throws -> [ClientConversation.Offer] {
        try named {
            try queue.unsafeRead { database in
                let rows = try Row.fetchAll(
                    database,
                    sql: """
                        SELECT hash, bytes FROM segment WHERE hash NOT IN
                        (SELECT hash FROM peer_segment
                            WHERE peer = ? AND code <> 'held' AND code NOT LIKE 'unread%')
                        ORDER BY seq
                        """,
                    arguments: [peer.id])
                return rows.compactMap(Self.offer)
            }
        }
    }

    private static func offer(_ row: Row) -> ClientConversation.Offer? {
        SegmentHash(bytes: row.bytes(0)).map {
            ClientConversation.Offer(
                hash: $0, lineBytes: SegmentBudget.lineBytes(bodyBytes: Int(row.integer(1))))
        }
    }

    /// A held segment; nil where its bytes are damaged, which a rebuild mends.
    package func segment(_ hash: SegmentHash) throws -> Segment? {
        try named { try queue.unsafeRead { try SegmentShelf($0).segment(hash) } }
    }

    /// Held segments after a place in the order of arrival, at most `count` of them.
    package func segments(
        after place: Int64, count: Int
    ) throws -> [(place: Int64, segment: Segment)] {
        try named {
            try queue.unsafeRead { try SegmentShelf($0).segments(after: place, count: count) }
        }
    }

    // MARK: - Receiving

    /// Takes segments that came from a peer, or by another way when `peer` is nil: one transaction,
    /// committed when this returns. What cannot be taken is set aside with a reason.
    ///
    /// Branches and changes found again ask for a rebuild; the caller does it with ``mend()`` when
    /// the conversation is over.
    package func accept(_ segments: [Segment], from peer: Peer?) throws -> IntakeReport {
        guard !segments.isEmpty else { return IntakeReport() }
        let prepared = PreparedSegments(segments, seal)
        return try exclusively {
            try transaction { database in
                let merger = try Merger(
                    database, schema, .live, heldRows: environment.heldRows)
                var intake = SegmentIntake(merger, seal, now: environment.now())
                // Not yet the peer's for certain: a mailbox rolled back to where the replica stands
                // would look unchanged. `settle` makes it so.
                try intake.take(prepared, from: peer.map { -$0.id })
                try intake.finish()
                let report = intake.report
                try askForRebuild(report, database)
                return report
            }
        }
    }

    /// Rebuilds if something received asked for it; a divergence asks once for each program version.
    @discardableResult
    package func mend() throws -> RebuildReport? {
        try rebuildIfNeeded()
    }

    /// Notes that everything has to be rebuilt; for a divergence once for each version of the tables,
    /// since the same program would come to the same again. `isDeclared` says that changes were just
    /// declared lost.
    func askForRebuild(
        _ report: IntakeReport, _ database: Database, isDeclared: Bool = false
    ) throws {
        let version = try Self.meta(database, "diverged").flatMap { Int.fromDatabaseValue($0) }
        let isNewDivergence = report.diverged && version != schema.version
        let isUnfinished = try report.isFoundLate || Self.meta(database, "unapplied") != nil
        let isContinued = isUnfinished && (report.changes > 0 || isDeclared)
        guard report.needsRebuild || isNewDivergence || isContinued else { return }
        let insert = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)"
        try database.execute(
            sql: insert, arguments: ["rebuild", isNewDivergence ? "diverged" : "branch"])
        guard isNewDivergence else { return }
        try database.execute(sql: insert, arguments: ["diverged", schema.version])
    }

    // MARK: - Keeping score

    /// Notes how a conversation stands; to be called after the answer's segments are accepted.
    ///
    /// `known` is where the replica stood when the conversation began, or was last settled: if a
    /// rebuild has asked for a comparison since, that stays asked for, and only what the peer holds is
    /// noted. `refused` is what the peer judged by its hash; `unread` what it could not read, which may
    /// have been damaged on its way and is offered in two more conversations.
    package func settle(
        _ peer: Peer, _ standing: Standing, since known: Standing? = nil, offered: Offering,
        settled: Set<SegmentHash>, refused: [Refusal], unread: [Refusal] = [], peerChanged: Bool
    ) throws {
        try exclusively {
            try transaction { database in
                try database.execute(
                    sql: "UPDATE segment SET origin = ?1 WHERE origin = -?1", arguments: [peer.id])
                if let known, try Self.standing(database, with: peer) != known {
                    for hash in settled { try note(hash, "held", peer, database) }
                    return
                }
                try database.execute(
                    sql: "UPDATE peer SET generation = ?, position = ?, mark = ? WHERE id = ?",
                    arguments: [
                        standing.generation.map { Data($0.bytes) }, standing.position,
                        Data(standing.mark.bytes), peer.id,
                    ])
                if peerChanged {
                    try database.execute(
                        sql: "DELETE FROM peer_segment WHERE peer = ? AND code = 'held'",
                        arguments: [peer.id])
                    try database.execute(
                        sql: "UPDATE peer SET sent = 0 WHERE id = ?", arguments: [peer.id])
                    try forgetReach(peer, database)
                }
                for refusal in refused where refusal.kind == .never || refusal.kind == .identity {
                    guard let hash = refusal.hash else { continue }
                    try note(hash, refusal.code.rawValue, peer, database)
                }
                var forever = Set(
                    refused.filter { $0.kind == .never || $0.kind == .identity }.compactMap(\.hash))
                for refusal in unread {
                    guard let hash = refusal.hash else { continue }
                    let code = try nextCode(of: refusal, peer, database)
                    try note(hash, code, peer, database)
                    if code == refusal.code.rawValue { forever.insert(hash) }
                }
                let isAllSettled = offered.segments.allSatisfy {
                    settled.contains($0.hash) || forever.contains($0.hash)
                }
                if isAllSettled, !peerChanged {
                    try database.execute(
                        sql: "UPDATE peer SET sent = ? WHERE id = ?",
                        arguments: [offered.lastPlace, peer.id])
                    try database.execute(
                        sql: "DELETE FROM peer_segment WHERE peer = ? AND code = 'held'",
                        arguments: [peer.id])
                    try noteOwn(at: standing.position, of: peer, upTo: offered.lastPlace, database)
                } else {
                    for hash in settled { try note(hash, "held", peer, database) }
                }
            }
        }
    }

    /// What to note of a segment that the peer could not read: its refusal the third time.
    private func nextCode(
        of refusal: Refusal, _ peer: Peer, _ database: Database
    ) throws -> String {
        let known = try String.fetchOne(
            database, sql: "SELECT code FROM peer_segment WHERE peer = ? AND hash = ?",
            arguments: [peer.id, refusal.hash.map { Data($0.bytes) }])
        switch known {
        case "unread 1": return "unread 2"
        case "unread 2": return refusal.code.rawValue
        default: return "unread 1"
        }
    }

    /// Notes that a conversation ended well.
    package func noteSync(with peer: Peer) throws {
        try exclusively {
            try transaction { database in
                try database.execute(
                    sql: "UPDATE peer SET last_sync = ? WHERE id = ?",
                    arguments: [environment.now(), peer.id])
            }
        }
    }

    private func note(
        _ hash: SegmentHash, _ code: String, _ peer: Peer, _ database: Database
    ) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO peer_segment (peer, hash, code) VALUES (?, ?, ?)",
            arguments: [peer.id, Data(hash.bytes), code])
    }
}
