import Convergence
import Sealing
import TestSupport
import Testing
import Wire

@Suite struct SealTests {
    private static let secret = [UInt8](0..<32)

    private func scribe(_ seed: UInt64 = 1) throws -> Scribe {
        try Scribe(secret: Self.secret, seed: seed)
    }

    private func some(_ count: Int, _ seed: UInt64 = 1) throws -> (Scribe, Seal.Run) {
        let scribe = try scribe(seed)
        var random = SeededRandom(seed: seed &+ 99)
        var lines: [[UInt8]] = []
        var id = ChangeID.origin
        for number in 0..<count {
            let row = random.row()
            let change = Change(
                number: Int64(number + 1), stamp: 1, context: [],
                content: .operations([
                    .put(table: "thing", row: row, fields: [.init("f", random.value())])
                ]))
            let line = try TestSupport.some(change.encoded())
            id = scribe.seal.chain.id(of: line, after: id)
            lines.append(line)
        }
        let run = Seal.Run(
            writer: scribe.writer, first: 1, before: .origin, after: id, lines: lines, claim: nil)
        return (scribe, run)
    }

    @Test func `what is sealed opens to the same lines and ids`() throws {
        for seed in 0..<UInt64(60) {
            let (scribe, run) = try some(Int(seed % 7) + 1, seed)
            let segment = try scribe.seal.seal(
                run, by: scribe.key, random: [UInt8](repeating: 0, count: 32))
            let opened = try scribe.seal.open(segment)
            #expect(opened.members.map { Array(opened.text[$0.range]) } == run.lines)
            #expect(opened.members.last?.id == run.after)
            #expect(opened.members.map(\.change.number) == Array(1...Int64(run.lines.count)))
            #expect(opened.claim == nil)
            #expect(segment.isSignedBySealer)
            #expect(try Segment(line: segment.line) == segment)
            #expect(Segment(encoded: segment.encoded) == segment)
        }
    }

    @Test func `any member may seal another's changes`() throws {
        let (scribe, run) = try some(3)
        let other = try self.scribe(2)
        let segment = try other.seal.seal(run, by: other.key, random: [])
        #expect(segment.header.sealer == other.writer)
        #expect(segment.header.writer == scribe.writer)
        #expect(segment.isSignedBySealer)
        #expect(try scribe.seal.open(segment).members.last?.id == run.after)
    }

    @Test func `a claim comes back as it was made`() throws {
        let (scribe, run) = try some(2)
        let digest = try #require(Digest(bytes: [UInt8](100..<132)))
        let claiming = Seal.Run(
            writer: run.writer, first: 1, before: .origin, after: run.after, lines: run.lines,
            claim: Claim(digest: digest))
        let segment = try scribe.seal.seal(claiming, by: scribe.key, random: [1])
        #expect(try scribe.seal.open(segment).claim == Claim(digest: digest))
    }

    @Test func `every flipped bit of a segment is refused`() throws {
        let (scribe, run) = try some(1)
        let segment = try scribe.seal.seal(run, by: scribe.key, random: [1])
        let bytes = segment.encoded
        for bit in 0..<bytes.count * 8 {
            var damaged = bytes
            damaged[bit / 8] ^= 1 << (bit % 8)
            guard let read = Segment(encoded: damaged) else { continue }
            guard !read.isSignedBySealer, read.hash != segment.hash else {
                Issue.record("bit \(bit) keeps signature or hash")
                return
            }
            // The signature is checked first; all but its own bits are found without it too.
            let signature = SegmentHeader.byteCount + Segment.commitmentBytes
            let isOfSignature = (signature..<signature + Segment.signatureBytes).contains(bit / 8)
            guard isOfSignature || (try? scribe.seal.open(read)) == nil else {
                Issue.record("bit \(bit) opens")
                return
            }
        }
    }

    @Test func `repeated randomness repeats no salt for another text, header or sealer`() throws {
        let zeros = [UInt8](repeating: 0, count: 32)
        var salts: Set<[UInt8]> = []
        for seed in 0..<UInt64(40) {
            let (scribe, run) = try some(1, seed)
            salts.insert(try scribe.seal.seal(run, by: scribe.key, random: zeros).header.salt)
        }
        #expect(salts.count == 40)
        let (scribe, run) = try some(1)
        let other = try self.scribe(2)
        let one = try scribe.seal.seal(run, by: scribe.key, random: zeros)
        #expect(try scribe.seal.seal(run, by: scribe.key, random: zeros) == one)
        #expect(
            try scribe.seal.seal(run, by: other.key, random: zeros).header.salt != one.header.salt)
        #expect(
            try scribe.seal.seal(run, by: scribe.key, random: [1]).header.salt != one.header.salt)
    }

    @Test func `sizes are padded so that small edits all look alike`() throws {
        var sizes: Set<Int> = []
        for seed in 0..<UInt64(30) {
            var scribe = try scribe(seed)
            let row = try TestSupport.some(RowID(.random, bytes: [UInt8](repeating: 1, count: 15)))
            let text = String(repeating: "x", count: Int(seed))
            let segment = try scribe.segment([
                .put(table: "thing", row: row, fields: [.init("f", .text(text))])
            ])
            sizes.insert(segment.body.count)
        }
        #expect(sizes == [192 + 16])
    }

    @Test func `padding adds at most an eighth to what is larger`() throws {
        var random = SeededRandom(seed: 5)
        for bytes in [400, 1_000, 5_000, 20_000, 60_000] {
            var scribe = try scribe(UInt64(bytes))
            // Random digits hardly compress: four bits of eight at best.
            let text = Base64URL.encode(random.bytes(bytes * 3 / 4))
            let segment = try scribe.segment([
                .put(table: "thing", row: random.row(), fields: [.init("f", .text(text))])
            ])
            #expect(segment.body.count - 16 <= (bytes + 200) * 9 / 8)
        }
    }

    @Test func `another key opens nothing`() throws {
        let (scribe, run) = try some(1)
        let segment = try scribe.seal.seal(run, by: scribe.key, random: [1])
        let stranger = try Scribe(secret: [UInt8](1..<33), seed: 1)
        #expect(throws: SealingFailure.key) { try stranger.seal.open(segment) }
    }

    @Test func `a run that is not what its ids say is refused`() throws {
        let (scribe, run) = try some(2)
        let wrong = ChangeID(checked: [UInt8](repeating: 7, count: 32))
        let ends = Seal.Run(
            writer: run.writer, first: 1, before: .origin, after: wrong, lines: run.lines,
            claim: nil)
        let segment = try scribe.seal.seal(ends, by: scribe.key, random: [1])
        #expect(throws: SealingFailure.chain) { try scribe.seal.open(segment) }
        let starts = Seal.Run(
            writer: run.writer, first: 3, before: wrong, after: run.after, lines: run.lines,
            claim: nil)
        let other = try scribe.seal.seal(starts, by: scribe.key, random: [1])
        #expect(throws: SealingFailure.form) { try scribe.seal.open(other) }
    }

    @Test(arguments: [
        "", "{}", "\n", "no json", #"{"n":2,"t":0,"o":[]}"#, #"{"n":1,"t":0,"o":[1]},"#,
    ])
    func `a body of another form is refused`(line: String) throws {
        var scribe = try scribe()
        let segment = try scribe.segment(Array(line.utf8))
        #expect(throws: SealingFailure.form) { try scribe.seal.open(segment) }
    }

    @Test func `a change that names its own writer in its context is refused`() throws {
        var scribe = try scribe()
        let own = Change.ContextEntry(
            writer: scribe.writer.bytes, number: 1, id: [UInt8](repeating: 0, count: 32))
        let row = try TestSupport.some(RowID(.random, bytes: [UInt8](repeating: 1, count: 15)))
        let segment = try scribe.segment([.remove(table: "thing", row: row)], seeing: [own])
        #expect(throws: SealingFailure.form) { try scribe.seal.open(segment) }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `the text of a segment ends at its bound`(beyond: Int, isSealed: Bool) throws {
        let (scribe, run) = try some(1)
        let rest = Limits.inflatedBytesMax + beyond - run.lines[0].count - 2
        let long = Seal.Run(
            writer: run.writer, first: 1, before: .origin, after: run.after,
            lines: run.lines + [[UInt8](repeating: 0x20, count: rest)], claim: nil)
        if isSealed {
            // It is sealed; that its second line is no change is found at opening.
            let segment = try scribe.seal.seal(long, by: scribe.key, random: [1])
            #expect(throws: SealingFailure.form) { try scribe.seal.open(segment) }
        } else {
            #expect(throws: SealingFailure.limit) {
                try scribe.seal.seal(long, by: scribe.key, random: [1])
            }
        }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `the changes of a segment end at their bound`(beyond: Int, isSealed: Bool) throws {
        let scribe = try scribe()
        var lines: [[UInt8]] = []
        var id = ChangeID.origin
        for number in 1...Limits.changesPerSegmentMax + beyond {
            let line = Array(#"{"n":\#(number),"t":0,"o":[1]}"#.utf8)
            id = scribe.seal.chain.id(of: line, after: id)
            lines.append(line)
        }
        let run = Seal.Run(
            writer: scribe.writer, first: 1, before: .origin, after: id, lines: lines, claim: nil)
        if isSealed {
            let segment = try scribe.seal.seal(run, by: scribe.key, random: [1])
            #expect(try scribe.seal.open(segment).members.count == lines.count)
        } else {
            #expect(throws: SealingFailure.limit) {
                try scribe.seal.seal(run, by: scribe.key, random: [1])
            }
        }
    }
}
