import Convergence
import Replication
import Sealing
import TestSupport
import Wire

/// What was seen so far, whoever holds it now: segments and what is in them, what was acknowledged,
/// what may be gone, which digest which version had.
struct Ledger {
    /// Something that must not be.
    struct Fault: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    private struct Number: Hashable {
        let writer: WriterID
        let number: Int64
    }

    private let seal: Seal
    private var contents: [SegmentHash: Set<ChangeID>] = [:]
    /// Every good segment that was ever seen.
    private(set) var segments: [Segment] = []
    private var bodies: [[UInt8]: [UInt8]] = [:]
    private var ids: [Number: ChangeID] = [:]
    private var digests: [Set<ChangeID>: String] = [:]
    /// Changes whose write was reported as done.
    private(set) var acknowledged: Set<ChangeID> = []
    /// Changes that went with the only place that had them.
    private(set) var gone: Set<ChangeID> = []
    /// Whether a machine was rolled back or copied with what it remembers: only then may one writer
    /// have two changes of one number.
    var mayFork = false

    init(secret: [UInt8]) throws { seal = Seal(try some(BooksKey(secret: secret))) }

    /// The changes in a segment; none when it is not one of the members'.
    mutating func changes(in segment: Segment) throws -> Set<ChangeID> {
        if let known = contents[segment.hash] { return known }
        guard let opened = try? seal.open(segment), segment.isSignedBySealer else {
            contents[segment.hash] = []
            return []
        }
        let known = Set(opened.members.map(\.id))
        contents[segment.hash] = known
        segments.append(segment)
        try examine(segment, opened)
        return known
    }

    /// The changes of a segment that was looked at before; nil for another one.
    func knows(_ hash: SegmentHash) -> Set<ChangeID>? { contents[hash] }

    /// The history that these changes make up.
    func lineage(of held: Set<ChangeID>) -> Lineage {
        Lineage(segments.filter { contents[$0.hash]?.isSubset(of: held) ?? false }, seal)
    }

    private mutating func examine(_ segment: Segment, _ opened: OpenedSegment) throws {
        if let other = bodies[segment.header.salt], other != segment.body {
            throw Fault("two bodies under one key")
        }
        bodies[segment.header.salt] = segment.body
        if contains(segment.encoded, Business.canary) || contains(segment.line, Business.canary) {
            throw Fault("a segment shows what is in it")
        }
        for (offset, member) in opened.members.enumerated() {
            let number = Number(
                writer: segment.header.writer, number: segment.header.first + Int64(offset))
            if let other = ids[number], other != member.id, !mayFork {
                throw Fault("\(number.writer.text) used number \(number.number) twice")
            }
            ids[number] = member.id
        }
    }

    /// Notes changes whose write was reported as done.
    mutating func acknowledge(_ changes: Set<ChangeID>) { acknowledged.formUnion(changes) }

    /// Notes what is nowhere any more, after something was destroyed.
    mutating func count(gone everywhere: Set<ChangeID>) {
        gone.formUnion(acknowledged.subtracting(everywhere))
    }

    /// Who holds the same changes has the same digest, whoever it is and whenever.
    mutating func note(digest: String, of held: Set<ChangeID>) throws {
        if let other = digests[held], other != digest {
            throw Fault("two digests of the same changes: \(other) and \(digest)")
        }
        digests[held] = digest
    }
}

/// Whether bytes hold a word.
private func contains(_ bytes: [UInt8], _ word: String) -> Bool {
    let word = Array(word.utf8)
    guard bytes.count >= word.count else { return false }
    return (0...bytes.count - word.count).contains { start in
        bytes[start] == word[0] && bytes[start..<start + word.count].elementsEqual(word)
    }
}
