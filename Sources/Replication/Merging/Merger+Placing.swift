import Convergence
import Foundation
import GRDB
import Wire

extension Merger {
    /// Where a change stands against what is applied.
    enum Placement {
        case known
        case next(WriterIndex)
        case hindered(Hindrance)
    }

    func place(
        key: WriterID, number: Int64, previous: ChangeID, id: ChangeID
    ) throws -> Placement {
        let trunk = writers.trunk(of: key)
        if writers.forks.isEmpty, gaps.isEmpty, writers[trunk].number == number - 1,
            writers[trunk].id == previous
        {
            return .next(trunk)
        }
        // The id of the last change of a gap is known, but not the change.
        for index in writers.indices(of: key) where isGap(index, number) {
            return .hindered(.found)
        }
        for index in writers.indices(of: key) where try holds(index, number, id) { return .known }
        for index in writers.indices(of: key) {
            let entry = writers[index]
            // A branch whose first change had to wait is there already.
            if entry.branch == id, entry.fork == number { return .next(index) }
        }
        for index in writers.indices(of: key) {
            let entry = writers[index]
            guard entry.number == number - 1, entry.id == previous else { continue }
            let fork = WriterRegister.Fork(key: key, number: number, previous: previous)
            guard writers.forks.contains(fork) else { return .next(index) }
            let context = try context(of: index)
            return .next(
                writers.insert(
                    key: key, branch: id, parent: index, fork: number, id: previous,
                    context: context))
        }
        for index in writers.indices(of: key) {
            guard writers[index].number >= number else { continue }
            let isContinued =
                number == 1 ? index == trunk : try holds(index, number - 1, previous)
            if isContinued {
                return .hindered(
                    .fork(WriterRegister.Fork(key: key, number: number, previous: previous)))
            }
        }
        if isHonoured(key, number - 1), writers[trunk].number < number - 1 {
            try skip(trunk, to: number - 1, id: previous)
            // The first change after the gap may be one of several.
            return try place(key: key, number: number, previous: previous, id: id)
        }
        return .hindered(.waits(key, number - 1, previous))
    }

    /// The writer or branch whose change of this number has this id, if it is applied.
    func locate(key: WriterID, number: Int64, id: ChangeID) throws -> WriterIndex? {
        for index in writers.indices(of: key) where try holds(index, number, id) { return index }
        // Of the changes within a gap no id is known but the last.
        if let index = writers.indices(of: key).first(where: { isGap($0, number) }) { return index }
        if isHonoured(key, number) {
            let trunk = writers.trunk(of: key)
            return writers[trunk].number < number ? trunk : nil
        }
        return nil
    }

    /// Whether a change counts as gone now: it is declared so, and no change of its writer that is here
    /// has to go first.
    private func isHonoured(_ key: WriterID, _ number: Int64) -> Bool {
        guard honoursLost, let gone = lost[key] else { return false }
        return gone >= number && (heldBack[key] ?? .max) > number
    }

    /// Whether the change of this number of a writer's own range is applied and has this id.
    func holds(_ index: WriterIndex, _ number: Int64, _ id: ChangeID) throws -> Bool {
        guard number >= writers[index].fork, number <= writers[index].number else { return false }
        if number == writers[index].number { return writers[index].id == id }
        return try keptID(index, number) == Array(id.bytes.prefix(ChainBlocks.idBytes))
    }

    /// Whose applied change this is, as far as the tables know: the writer's that is named, unless only
    /// another's ids have it.
    func author(of id: ChangeID, _ number: Int64, named key: WriterID) throws -> WriterID {
        if try writers.indices(of: key).contains(where: { try holds($0, number, id) }) {
            return key
        }
        for index in 0..<WriterIndex(writers.count) where try holds(index, number, id) {
            return writers[index].key
        }
        return key
    }

    /// Whether the change of this number was passed over as lost.
    private func isGap(_ index: WriterIndex, _ number: Int64) -> Bool {
        gaps[index]?.contains { $0.contains(number) } ?? false
    }

    private func keptID(_ index: WriterIndex, _ number: Int64) throws -> [UInt8]? {
        let recent = writers[index].newIDs
        let firstRecent = writers[index].number - Int64(recent.count / ChainBlocks.idBytes) + 1
        if number >= firstRecent {
            let start = Int(number - firstRecent) * ChainBlocks.idBytes
            return Array(recent[start..<start + ChainBlocks.idBytes])
        }
        return try chain.id(of: index, at: number)
    }

    /// Goes on after changes that are declared gone.
    private func skip(_ index: WriterIndex, to number: Int64, id: ChangeID) throws {
        let first = writers[index].number + 1
        try noteGap(index, first...number)
        // The ids that are known go to the tables first: those of a gap are not, and it may be wide.
        let known = writers[index].newIDs
        let count = Int64(known.count / ChainBlocks.idBytes)
        try chain.append(known, of: index, from: first - count)
        writers[index].newIDs = Array(id.bytes.prefix(ChainBlocks.idBytes))
        writers[index].number = number
        writers[index].id = id
        writers[index].isDirty = true
    }

    /// Remembers changes that are passed over.
    func noteGap(_ index: WriterIndex, _ numbers: ClosedRange<Int64>) throws {
        let isKnown = gaps[index]?.contains {
            $0.contains(numbers.lowerBound) && $0.contains(numbers.upperBound)
        }
        if isKnown == true { return }
        gaps[index, default: []].append(numbers)
        try database.execute(
            sql: """
                INSERT INTO \(tables("gap")) (writer, first, last) VALUES (?, ?, ?)
                ON CONFLICT (writer, first) DO UPDATE SET last = max(last, excluded.last)
                """,
            arguments: [index, numbers.lowerBound, numbers.upperBound])
    }

    /// The ranges of changes that were passed over as lost, as stored.
    static func loadGaps(
        _ database: Database, _ tables: TableNames
    ) throws -> [WriterIndex: [ClosedRange<Int64>]] {
        var gaps: [WriterIndex: [ClosedRange<Int64>]] = [:]
        let rows = try Row.fetchAll(
            database, sql: "SELECT writer, first, last FROM \(tables("gap"))")
        for row in rows where row.integer(1) <= row.integer(2) {
            gaps[Int(row.integer(0)), default: []].append(row.integer(1)...row.integer(2))
        }
        return gaps
    }
}
