import Convergence
import TestSupport
import Testing

/// The merge rules over row states alone, against the oracle that says them once more.
@Suite struct RowStateTests {
    /// Each block has seeds of its own and runs beside the others.
    @Test(arguments: 0..<8)
    func `every causal order of a history ends in the oracle's state`(block: UInt64) throws {
        for number in 0..<UInt64(1_500) {
            let seed = block * 100_000 + number
            let history = ModelHistory(seed: seed)
            if history.isVoid { continue }
            var random = SeededRandom(seed: seed &+ 7)
            let first = try history.deliver(&random)
            let second = try history.deliver(&random)
            let oracle = history.oracle
            for row in ModelHistory.rows {
                let expected = oracle.view("thing", row).comparable
                guard first.view(row) == expected, first.canonical(row) == second.canonical(row)
                else {
                    Issue.record("seed \(seed): \(first.view(row)), expected \(expected)")
                    return
                }
            }
        }
    }

    private func origin(_ writer: Int, _ number: Int64, stamp: Int64 = 0, seen: [Int: Int64] = [:])
        -> Origin
    {
        var context = Context()
        for (other, count) in seen { context[other] = count }
        if number > 1 { context[writer] = number - 1 }
        return Origin(dot: Dot(writer, number), stamp: stamp, context: context)
    }

    private var names: Names {
        var names = Names()
        for letter in UInt8(0x61)...0x65 { _ = names.insert([letter]) }
        return names
    }

    @Test func `a put that saw a value replaces it though its stamp is smaller`() {
        var row = RowState()
        row.put(0, 1, from: origin(0, 1, stamp: 1 << 48))
        row.put(0, 2, from: origin(1, 1, stamp: 0, seen: [0: 1]))
        #expect(row.entries.map(\.value) == [2])
    }

    @Test func `values that did not see each other all stand, the greatest stamp is shown`() {
        var row = RowState()
        row.put(0, 1, from: origin(0, 1, stamp: 5))
        row.put(0, 2, from: origin(1, 1, stamp: 9))
        row.put(0, 3, from: origin(2, 1, stamp: 7))
        #expect(row.entries.count == 3)
        #expect(row.shown(0, isFrozen: false, writers: names)?.value == 2)
        #expect(row.disputedFields(isFrozen: false, alive: 9, writers: names) == [0])
    }

    @Test func `equal stamps are decided by the greater writer, not by its local number`() {
        var row = RowState()
        row.put(0, 1, from: origin(0, 1, stamp: 5))
        row.put(0, 2, from: origin(1, 1, stamp: 5))
        var turned = Names()
        _ = turned.insert([0x62])
        _ = turned.insert([0x61])
        #expect(row.shown(0, isFrozen: false, writers: names)?.value == 2)
        #expect(row.shown(0, isFrozen: false, writers: turned)?.value == 1)
    }

    @Test func `equal values keep their dots and are no conflict`() {
        var row = RowState()
        row.put(0, 1, from: origin(0, 1))
        row.put(0, 1, from: origin(1, 1))
        #expect(row.entries.count == 2)
        #expect(row.disputedFields(isFrozen: false, alive: 9, writers: names).isEmpty)
    }

    @Test func `texts that only look equal are two values`() {
        var row = RowState()
        row.put(0, "caf\u{e9}", from: origin(0, 1))
        row.put(0, "cafe\u{301}", from: origin(1, 1))
        #expect(row.disputedFields(isFrozen: false, alive: 9, writers: names) == [0])
    }

    @Test func `a sum wraps the same way in every order`() {
        var row = RowState()
        row.add(0, .max, from: origin(0, 1))
        row.add(0, 1, from: origin(1, 1))
        #expect(row.sum(0) == .min)
        var turned = RowState()
        turned.add(0, 1, from: origin(1, 1))
        turned.add(0, .max, from: origin(0, 1))
        #expect(turned.sum(0) == .min)
    }

    @Test func `a remove hides what it saw and nothing that it did not see`() {
        var row = RowState()
        row.put(0, 1, from: origin(0, 1))
        row.remove(from: origin(1, 1, seen: [0: 1]))
        #expect(row.isHidden)
        row.put(1, 5, from: origin(2, 1))
        #expect(!row.isHidden)
        #expect(row.removals.count == 1)
        row.put(1, 6, from: origin(0, 2, seen: [1: 1, 2: 1]))
        #expect(row.removals.isEmpty)
    }

    @Test func `a remove that saw only the first of two adds does not hide`() {
        var row = RowState()
        row.add(0, 1, from: origin(0, 1))
        row.add(0, 1, from: origin(0, 2))
        row.remove(from: origin(1, 1, seen: [0: 1]))
        #expect(!row.isHidden)
        #expect(row.removals.count == 1)
    }

    @Test func `the reserved field that restores a row is never disputed`() {
        var row = RowState()
        row.put(3, 1, from: origin(0, 1))
        row.put(3, 2, from: origin(1, 1))
        #expect(row.disputedFields(isFrozen: false, alive: 3, writers: names).isEmpty)
    }

    @Test func `the original of a frozen row stands whatever comes before or after it`() {
        let steps: [(inout RowState) -> Void] = [
            { $0.put(0, 7, from: self.origin(0, 1, stamp: 1), isFrozen: true, isOriginal: true) },
            { $0.put(0, 8, from: self.origin(1, 1, stamp: 1 << 40), isFrozen: true) },
            { $0.put(0, 9, from: self.origin(2, 1, stamp: 1 << 41), isFrozen: true) },
            { $0.remove(from: self.origin(3, 1), isFrozen: true) },
        ]
        for order in permutations(steps.indices) {
            var row = RowState()
            for step in order { steps[step](&row) }
            #expect(row.shown(0, isFrozen: true, writers: names)?.value == 7)
            #expect(row.isVisible(isFrozen: true))
            #expect(row.disputedFields(isFrozen: true, alive: 9, writers: names) == [0])
        }
    }

    @Test func `a later put that saw the original of a frozen row does not replace it`() {
        var row = RowState()
        row.put(0, 7, from: origin(0, 1, stamp: 1), isFrozen: true, isOriginal: true)
        row.put(0, 8, from: origin(1, 1, stamp: 9, seen: [0: 1]), isFrozen: true)
        #expect(row.shown(0, isFrozen: true, writers: names)?.value == 7)
        row.remove(from: origin(1, 2, seen: [0: 1]), isFrozen: true)
        #expect(row.isVisible(isFrozen: true))
    }

    @Test func `a frozen row without its original is not shown`() {
        var row = RowState()
        row.put(0, 8, from: origin(1, 1), isFrozen: true)
        #expect(!row.isVisible(isFrozen: true))
        #expect(row.shown(0, isFrozen: true, writers: names) == nil)
    }
}
