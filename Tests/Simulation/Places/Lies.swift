import Convergence
import TestSupport
import Wire

/// What a relay that lies does to an answer, so that the answer still looks like one.
struct Lies {
    /// A kind of lie.
    enum Kind: String, CaseIterable {
        /// Segments are left out.
        case drop
        /// The newest segments are held back.
        case withhold
        /// Segments come again, and in another order.
        case replay
        /// Segments of other books come.
        case swap
        /// Segments come that no member sealed, or that somebody altered.
        case forge
        /// Where the mailbox stands is made up.
        case stand
        /// What it says to hold is made up.
        case list
    }

    let kind: Kind
    /// Segments of other books, sealed by somebody else.
    let foreign: [Segment]

    func tell(_ lines: [Line], _ random: inout SeededRandom) -> [Line] {
        switch kind {
        case .drop:
            return lines.filter { line in
                if case .segment = line { random.happens(50) } else { true }
            }
        case .withhold: return withholding(lines, &random)
        case .replay:
            let segments = lines.filter { if case .segment = $0 { true } else { false } }
            return insert(segments.shuffled(using: &random), into: lines, &random)
        case .swap: return insert(foreign.map(Line.segment), into: lines, &random)
        case .forge: return forging(lines, &random)
        case .stand:
            return lines.map { line in
                switch line {
                case .end(let position, let mark, let more):
                    .end(
                        position: max(0, position + Int64(random.pick(-3...3))),
                        mark: random.happens(50) ? mark : Mark(checked: random.bytes(32)),
                        more: random.happens(20) ? !more : more)
                case .welcome(let generation, let matches):
                    .welcome(
                        random.happens(70)
                            ? generation
                            : Generation(checked: random.bytes(Generation.byteCount)),
                        matches: random.happens(80) ? matches : !matches)
                default: line
                }
            }
        case .list:
            return lines.map { line in
                guard case .have(let hashes) = line else { return line }
                let some = hashes.filter { _ in random.happens(60) }
                return .have(some + [SegmentHash(checked: random.bytes(32))])
            }
        }
    }

    private func withholding(_ lines: [Line], _ random: inout SeededRandom) -> [Line] {
        let count = lines.count { if case .segment = $0 { true } else { false } }
        var left = random.pick(0...max(count, 0))
        return lines.filter { line in
            guard case .segment = line else { return true }
            left -= 1
            return left >= 0
        }
    }

    private func insert(
        _ more: [Line], into lines: [Line], _ random: inout SeededRandom
    ) -> [Line] {
        var lines = lines
        for line in more.prefix(5) {
            // After the greeting and before the last line, where segments stand.
            guard lines.count >= 2 else { return lines }
            lines.insert(line, at: random.pick(1...lines.count - 1))
        }
        return lines
    }

    /// Segments with one part altered, in the place of the true ones or beside them.
    private func forging(_ lines: [Line], _ random: inout SeededRandom) -> [Line] {
        lines.flatMap { line -> [Line] in
            guard case .segment(let segment) = line, random.happens(60) else { return [line] }
            var bytes = segment.encoded
            bytes[random.pick(0...bytes.count - 1)] ^= UInt8(1 << random.pick(0...7))
            guard let forged = Segment(encoded: bytes) else { return [line] }
            return random.happens(50) ? [.segment(forged)] : [.segment(forged), line]
        }
    }
}
