import Convergence
import Wire

@testable import Sealing

extension FuzzTarget {
    /// Bodies that a member sealed, and that are not what a member should seal: the seal holds, so
    /// everything behind it is reached.
    static let opening: [FuzzTarget] = [
        FuzzTarget("sealed-lines") { bytes throws(BrokenProperty) in
            let lines = bytes.split(separator: 0x0a).map(Array.init)
            guard !lines.isEmpty, lines.count <= Limits.changesPerSegmentMax else { return false }
            let run = Sealer.run(lines)
            guard
                let segment = try? Sealer.seal.seal(run, by: Sealer.writer(), random: Sealer.random)
            else { return false }
            return try Sealer.opens(segment)
        },
        // The first byte is the count of changes that the header names.
        FuzzTarget("sealed-text") { bytes throws(BrokenProperty) in
            var bytes = bytes
            let count = Int(bytes.takeFirst() & 0x0f) + 1
            guard bytes.count <= Limits.inflatedBytesMax, let packed = Zlib.deflate(bytes) else {
                return false
            }
            return try Sealer.opens(packed: packed, count: count)
        },
        FuzzTarget("sealed-stream") { bytes throws(BrokenProperty) in
            var bytes = bytes
            let count = Int(bytes.takeFirst() & 0x0f) + 1
            return try Sealer.opens(packed: bytes, count: count)
        },
        FuzzTarget("sealed-bytes") { bytes throws(BrokenProperty) in
            try Sealer.opens(plain: bytes, count: 1)
        },
    ]
}

/// A member with fixed keys.
private enum Sealer {
    static let seal = Seal(BooksKey(secret: Array(0..<32))!)
    static let random = [UInt8](repeating: 7, count: 32)

    static func writer() throws -> WriterKey {
        try WriterKey(seed: [UInt8](repeating: 0x11, count: 32))
    }

    /// A run of lines, whatever they are, with the ids that they give.
    static func run(_ lines: [[UInt8]]) -> Seal.Run {
        let after = lines.reduce(ChangeID.origin) { seal.chain.id(of: $1, after: $0) }
        return Seal.Run(
            writer: (try? writer().writer) ?? WriterID(words: Words32()), first: 1,
            before: .origin, after: after, lines: lines, claim: nil)
    }

    /// Seals a zlib stream, or what should be one, as a run of so many changes.
    static func opens(packed: [UInt8], count: Int) throws(BrokenProperty) -> Bool {
        var plain: [UInt8] = []
        plain.append(bigEndian: UInt32(packed.count))
        plain += packed
        let padded = Padding.size(of: plain.count)
        plain += repeatElement(0, count: padded - plain.count)
        return try opens(plain: plain, count: count)
    }

    /// Seals a plaintext, or what should be one, with the ids that its first lines give.
    static func opens(plain: [UInt8], count: Int) throws(BrokenProperty) -> Bool {
        let length = plain.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        let packed = plain.dropFirst(4).prefix(length)
        let text = Zlib.inflate(packed, countMax: Limits.inflatedBytesMax) ?? []
        let ended = text.lastIndex(of: 0x0a).map { text[..<$0] } ?? []
        var lines = ended.split(separator: 0x0a, omittingEmptySubsequences: false)
            .prefix(count).map(Array.init)
        while lines.count < count { lines.append([]) }
        guard let segment = try? seal.seal(plain, run(lines), by: writer(), random: random) else {
            return false
        }
        return try opens(segment)
    }

    /// Opens a segment and checks what came out of it.
    static func opens(_ segment: Segment) throws(BrokenProperty) -> Bool {
        try require(segment.isSignedBySealer, "what was sealed is signed")
        try refusesDamage(segment)
        guard let opened = try? seal.open(segment) else { return false }
        let header = opened.header
        try require(
            opened.members.count == Int(header.last - header.first) + 1,
            "as many changes as the header names")
        var next = header.first
        for member in opened.members {
            try require(member.change.number == next, "changes have their numbers")
            next += 1
        }
        try require(opened.members.last?.id == header.after, "the last id is the header's")
        // Sealed anew by anybody, the changes are the same.
        let run = Seal.Run(
            writer: header.writer, first: header.first, before: header.before,
            after: header.after, lines: opened.members.map { Array(opened.text[$0.range]) },
            claim: opened.claim)
        let again = try made("what was opened is sealed and opened again") {
            try seal.open(seal.seal(run, by: writer(), random: random))
        }
        try require(again.text == opened.text, "what was opened is all there was")
        try require(again.claim == opened.claim, "a claim is read as it was made")
        return true
    }

    /// One bit of the body, chosen by the body itself, is flipped.
    private static func refusesDamage(_ segment: Segment) throws(BrokenProperty) {
        var body = segment.body
        let bit = segment.hash.bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) } % (body.count * 8)
        body[bit / 8] ^= 1 << UInt8(bit % 8)
        let damaged = Segment(
            header: segment.header, commitment: segment.commitment, signature: segment.signature,
            body: body)
        guard let damaged else { throw BrokenProperty("a body may have any bytes") }
        try require((try? seal.open(damaged)) == nil, "a damaged body does not open")
        try require(!damaged.isSignedBySealer, "a signature covers the body")
    }
}
