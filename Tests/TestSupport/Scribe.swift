package import Convergence
package import Sealing
package import Wire

/// A member of the books that writes whatever lines a test wants, lawful or not, and seals them.
package struct Scribe {
    /// The writer's key.
    package let key: WriterKey
    /// The books' seal.
    package let seal: Seal
    /// The number of the last change.
    package private(set) var number: Int64 = 0
    /// The id of the last change.
    package private(set) var id = ChangeID.origin
    private var stamp: Int64 = 1_000
    private var random: SeededRandom

    /// A writer whose key comes from a seed.
    package init(secret: [UInt8], seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        key = try WriterKey(seed: random.bytes(32))
        seal = Seal(try some(BooksKey(secret: secret)))
    }

    /// Who this is.
    package var writer: WriterID { key.writer }

    /// What others say when they have seen all of this writer's changes.
    package var entry: Change.ContextEntry {
        Change.ContextEntry(writer: writer.bytes, number: number, id: id.bytes)
    }

    /// The line of the next change.
    package mutating func line(
        _ operations: [Operation], seeing context: [Change.ContextEntry] = []
    ) throws -> [UInt8] {
        stamp += 1
        return try some(
            Change(
                number: number + 1, stamp: stamp, context: context, content: .operations(operations)
            ).encoded())
    }

    /// The line of the next change, with operations and context in their own words.
    package mutating func line(operations: String, context: String = "") -> [UInt8] {
        stamp += 1
        return Array(#"{"n":\#(number + 1),"t":\#(stamp)\#(context),"o":[\#(operations)]}"#.utf8)
    }

    /// Seals one line as the next change.
    package mutating func segment(
        _ line: [UInt8], claim: Claim? = nil, by sealer: WriterKey? = nil
    ) throws -> Segment {
        let before = id
        let first = number + 1
        id = seal.chain.id(of: line, after: id)
        number += 1
        return try seal.seal(
            Seal.Run(
                writer: writer, first: first, before: before, after: id, lines: [line],
                claim: claim),
            by: sealer ?? key, random: random.bytes(32))
    }

    /// Seals one change as the next.
    package mutating func segment(
        _ operations: [Operation], seeing context: [Change.ContextEntry] = []
    ) throws -> Segment {
        try segment(try line(operations, seeing: context))
    }

    /// Seals several lines that the caller made for consecutive numbers, as one segment.
    package mutating func segment(
        run lines: (inout Scribe) throws -> [UInt8]..., claim: Claim? = nil
    )
        throws -> Segment
    {
        let before = id
        let first = number + 1
        var made: [[UInt8]] = []
        for make in lines {
            let line = try make(&self)
            id = seal.chain.id(of: line, after: id)
            number += 1
            made.append(line)
        }
        return try seal.seal(
            Seal.Run(
                writer: writer, first: first, before: before, after: id, lines: made, claim: claim),
            by: key, random: random.bytes(32))
    }
}
