import Convergence
import TestSupport
import Testing

@Suite struct ChangeCodecTests {
    @Test func `a change is read back as it was written`() throws {
        for seed in 0..<UInt64(3_000) {
            var random = SeededRandom(seed: seed)
            let change = random.change()
            let line = change.encoded() ?? []
            let read = try Change(line: line)
            guard read == change, read.encoded() == line, !line.contains(0x0a) else {
                Issue.record("seed \(seed)")
                return
            }
        }
    }

    @Test func `a change is read from within other bytes`() throws {
        var random = SeededRandom(seed: 1)
        let change = random.change()
        let line = try #require(change.encoded())
        let text = [0x5b] + line + [0x0a] + line
        #expect(try Change(line: text, from: 1, to: 1 + line.count) == change)
        #expect(throws: ScanFault.self) { try Change(line: text, from: 1, to: line.count) }
        #expect(throws: ScanFault.self) { try Change(line: text, from: 0, to: line.count) }
    }

    /// What is lawful after damage is what it says: written again it is the same line, but for the
    /// choice of escapes.
    @Test(arguments: 0..<4)
    func `mutated lines never trap and never say more than they are`(block: UInt64) throws {
        for number in 0..<UInt64(5_000) {
            let seed = block * 1_000_000 + number
            var random = SeededRandom(seed: seed)
            var line = random.change().encoded() ?? []
            for _ in 0..<random.pick(1...3) { Self.mutate(&line, &random) }
            guard let read = try? Change(line: line), case .operations = read.content else {
                continue
            }
            let written = read.encoded() ?? []
            let isSame = line.contains(0x5c) || written == line
            guard try Change(line: written) == read, isSame else {
                Issue.record("seed \(seed): \(String(decoding: line, as: UTF8.self))")
                return
            }
        }
    }

    private static func mutate(_ line: inout [UInt8], _ random: inout SeededRandom) {
        guard !line.isEmpty else { return }
        let place = random.pick(0...line.count - 1)
        switch random.pick(0...5) {
        case 0: line[place] = UInt8(random.pick(0...255))
        case 1: line[place] ^= 1 << random.pick(0...7)
        case 2: line.remove(at: place)
        case 3: line.insert(random.pick(Array(#"[]{}",:\u0-9.en "#.utf8)), at: place)
        case 4: line.removeSubrange(place..<min(place + random.pick(1...8), line.count))
        default:
            let end = min(place + random.pick(1...12), line.count)
            line.insert(contentsOf: line[place..<end], at: random.pick(0...line.count))
        }
    }

    @Test func `random bytes never trap`() {
        for seed in 0..<UInt64(10_000) {
            var random = SeededRandom(seed: seed)
            let head = random.happens(50) ? Array(#"{"n":1,"t":0,"o":["#.utf8) : []
            _ = try? Change(line: head + random.bytes(random.pick(0...30)))
        }
    }

    @Test func `only lawful operations can be written`() {
        for content in [Change.Content.unknown, .unlawful(.mixed)] {
            let change = Change(number: 1, stamp: 0, context: [], content: content)
            #expect(change.encoded() == nil)
        }
    }

    @Test func `the shortest line is this one`() throws {
        let row = try #require(RowID(.random, bytes: [UInt8](repeating: 0, count: 15)))
        let change = Change(
            number: 1, stamp: 0, context: [],
            content: .operations([
                .put(
                    table: "thing", row: row, fields: [.init("f", "a\"\u{1}\n"), .init("g", nil)]),
                .add(table: "thing", row: row, deltas: [.init("c", -5)]),
            ]))
        let line =
            #"{"n":1,"t":0,"o":[["put","thing","raaaaaaaaaaaaaaaaaaaaaaaa","#
            + #"{"f":"a\"\u0001\n","g":null}],["add","thing","raaaaaaaaaaaaaaaaaaaaaaaa",{"c":-5}]]}"#
        #expect(change.encoded() == Array(line.utf8))
    }
}
