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
