import Convergence
import Foundation
import GRDB
import Sealing
import Wire

extension Replica {
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
            let cursor = try UnsealedChange.cursor(database)
            var cutOff: Set<[UInt8]> = []
            var count = 0
            while let unsealed = try cursor.next() {
                let isCutOff = cutOff.contains(unsealed.writerBytes)
                if isCutOff || !unsealed.hasItsID(seal.chain) {
                    cutOff.insert(unsealed.writerBytes)
                    count += 1
                } else if try !unsealed.isNamedRightly(by: merger) {
                    count += 1
                }
            }
            return count
        }
    }

    /// The first unsealed changes, of one writer and following each other, that fit into a segment, and
    /// their places. Damaged bytes would make a segment that nobody can take: they are passed over,
    /// with what their writers wrote after them.
    private func nextRun(
        _ database: Database, _ merger: Merger
    ) throws -> (run: Seal.Run, places: ClosedRange<Int64>)? {
        let cursor = try UnsealedChange.cursor(database)
        var cutOff: Set<[UInt8]> = []
        var lines: [[UInt8]] = []
        var bytes = 0
        var head: (writer: WriterID, number: Int64, previous: ChangeID, place: Int64)?
        var last = (id: ChangeID.origin, place: Int64(0))
        var isRest = true
        while let next = try cursor.next() {
            guard !cutOff.contains(next.writerBytes), next.hasItsID(seal.chain),
                let writer = next.writer, let previous = next.previous, let id = next.id
            else {
                cutOff.insert(next.writerBytes)
                isRest = false
                guard head == nil else { break }
                continue
            }
            if let head {
                let follows =
                    writer == head.writer && previous == last.id
                    && next.number == head.number + Int64(lines.count)
                let isFull =
                    bytes + next.line.count > Seal.textBytesAim
                    || lines.count == Limits.changesPerSegmentMax
                guard follows, !isFull else {
                    isRest = false
                    break
                }
            } else {
                // What follows it, follows it by its id.
                guard try next.isNamedRightly(by: merger) else {
                    isRest = false
                    continue
                }
                head = (writer, next.number, previous, next.place)
            }
            lines.append(next.line)
            bytes += next.line.count + 1
            last = (id, next.place)
        }
        guard let head else { return nil }
        let claim = isRest ? try claim(merger, head.writer, last.id) : nil
        let run = Seal.Run(
            writer: head.writer, first: head.number, before: head.previous, after: last.id,
            lines: lines, claim: claim)
        return (run, head.place...max(head.place, last.place))
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
}
