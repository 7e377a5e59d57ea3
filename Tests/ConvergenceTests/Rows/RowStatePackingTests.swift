import Convergence
import TestSupport
import Testing

@Suite struct RowStatePackingTests {
    private static func value(_ random: inout SeededRandom) -> Value {
        switch random.pick(0...4) {
        case 0: .null
        case 1: .integer(Int64(bitPattern: random.next()))
        case 2: .integer(Int64(random.pick(-3...3)))
        case 3: .text("")
        default: .text(String((0..<random.pick(1...40)).map { _ in random.pick(["a", "é", "😀"]) }))
        }
    }

    private static func state(_ random: inout SeededRandom) -> RowState {
        var state = RowState()
        let dots = (0..<4).map { _ in Dot(random.pick(0...300), Int64(random.pick(1...100_000))) }
        let stamps = (0..<4).map { _ in Int64(bitPattern: random.next() >> 15) }
        for _ in 0..<random.pick(0...5) {
            let change = random.pick(0...3)
            state.entries.append(
                RowState.Entry(
                    field: random.pick(0...200), dot: dots[change], stamp: stamps[change],
                    value: value(&random), isOriginal: random.happens(10)))
        }
        for _ in 0..<random.pick(0...2) {
            state.tallies.append(
                RowState.Tally(
                    field: random.pick(0...9), dot: random.pick(dots),
                    sum: random.pick([.min, -1, 0, .max, Int64(bitPattern: random.next())])))
        }
        for _ in 0..<random.pick(0...2) {
            state.removals.append(
                RowState.Removal(
                    dot: random.pick(dots), stamp: Int64(random.pick(0...99)),
                    hides: random.happens(50)))
        }
        return state
    }

    /// The same, whatever the order in which the entries of one change stand.
    private static func sorted(_ state: RowState) -> [String] {
        state.entries.map { "\($0)" }.sorted() + state.tallies.map { "\($0)" }
            + state.removals.map { "\($0)" }
    }

    @Test func `what is packed is read back, with all or none of the values in columns`() {
        for seed in 0..<UInt64(4_000) {
            var random = SeededRandom(seed: seed)
            let state = Self.state(&random)
            let read = RowState(packed: state.packed { _ in false }, shown: { _ in .null })
            var columns: [Int: Value] = [:]
            let packed = state.packed { entry in
                guard columns[entry.field] == nil else { return false }
                columns[entry.field] = entry.value
                return true
            }
            let shown = RowState(packed: packed, shown: { columns[$0] ?? .null })
            guard read.map(Self.sorted) == Self.sorted(state),
                shown.map(Self.sorted) == Self.sorted(state)
            else {
                Issue.record("seed \(seed)")
                return
            }
        }
    }

    @Test func `damaged bytes give nothing or a state, and never trap`() {
        for seed in 0..<UInt64(6_000) {
            var random = SeededRandom(seed: seed)
            var bytes = Self.state(&random).packed { _ in random.happens(50) }
            for _ in 0..<random.pick(1...4) where !bytes.isEmpty {
                switch random.pick(0...3) {
                case 0: bytes[random.pick(0...bytes.count - 1)] = UInt8(random.pick(0...255))
                case 1: bytes.removeLast(random.pick(1...bytes.count))
                case 2: bytes.insert(UInt8(random.pick(0...255)), at: random.pick(0...bytes.count))
                default: bytes[random.pick(0...bytes.count - 1)] ^= 1 << random.pick(0...7)
                }
            }
            guard let read = RowState(packed: bytes, shown: { _ in "x" }) else { continue }
            // Only names that there are may be looked up.
            guard read.names(fieldsBelow: 301, writersBelow: 301) else { continue }
            var names = Names()
            for index in 0...300 { _ = names.insert([UInt8(index >> 8), UInt8(index & 255)]) }
            var canonical: [UInt8] = []
            guard let row = RowID(.random, bytes: random.bytes(15)) else { continue }
            read.appendCanonical(
                table: [0x74], row: row, fields: names, writers: names, to: &canonical)
            _ = read.isVisible(isFrozen: false)
        }
    }

    @Test func `random bytes never trap`() {
        for seed in 0..<UInt64(6_000) {
            var random = SeededRandom(seed: seed)
            _ = RowState(packed: random.bytes(random.pick(0...40)), shown: { _ in .null })
        }
    }

    @Test func `a usual row packs into a dozen bytes`() {
        var state = RowState()
        for field in 0..<6 {
            state.entries.append(
                RowState.Entry(
                    field: field, dot: Dot(0, 1_000), stamp: 1_790_000_000_000, value: "text"))
        }
        #expect(state.packed { _ in true }.count <= 18)
    }
}
