import Convergence
import Replication
import Sealing
import Wire

/// The changes of a busy writer, sealed as a device would seal them: the same for every run.
struct Workload {
    static let schema = Schema(
        version: 1,
        tables: [
            Table(
                "bill",
                [
                    .register("client"), .register("number"), .register("issued"),
                    .register("due"), .register("currency"), .register("amount"),
                    .register("title"), .register("note"),
                ])
        ])

    private static let texts = ["client", "title", "note"]
    private let seal: Seal
    private let writer: WriterKey
    private var random = SplitMix(state: 42)
    private var number: Int64 = 0
    private var id = ChangeID.origin

    init(key: BooksKey) throws {
        seal = Seal(key)
        writer = try WriterKey(seed: [UInt8](repeating: 9, count: 32))
    }

    mutating func segments(invoices: Int, edits: Int) throws -> [Segment] {
        var rows: [RowID] = []
        var changes: [[UInt8]] = []
        for index in 0..<invoices {
            guard let row = RowID(.random, bytes: (0..<15).map { _ in random.byte() }) else {
                continue
            }
            rows.append(row)
            let fields = Self.schema["bill"]?.fields.map(\.name) ?? []
            changes += change(
                .put(
                    table: "bill", row: row,
                    fields: fields.map { Operation.Assignment($0, value(of: $0, index)) }))
        }
        for index in 0..<edits {
            let row = rows[Int(random.next() % UInt64(rows.count))]
            let names = ["number", "issued", "due", "amount", "title", "note"]
            let field = names[Int(random.next() % UInt64(names.count))]
            changes += change(
                .put(
                    table: "bill", row: row,
                    fields: [Operation.Assignment(field, value(of: field, index))]))
        }
        return try sealed(changes)
    }

    private mutating func value(of field: String, _ index: Int) -> Value {
        switch field {
        case "client": .text("Atelier \(random.next() % 400) et fils")
        case "number": .text("F-\(index)")
        case "issued", "due": .text("2026-\(10 + random.next() % 3)-\(10 + random.next() % 18)")
        case "currency": .text("EUR")
        case "amount": .integer(Int64(random.next() % 1_000_000))
        case "title": .text("Design system, part \(random.next() % 5_000)")
        default: .text("as agreed on \(1 + random.next() % 28) March")
        }
    }

    private mutating func change(_ operation: Operation) -> [[UInt8]] {
        number += 1
        let change = Change(
            number: number, stamp: 1_700_000_000_000 + number * 731, context: [],
            content: .operations([operation]))
        return change.encoded().map { [$0] } ?? []
    }

    private mutating func sealed(_ changes: [[UInt8]]) throws -> [Segment] {
        var segments: [Segment] = []
        var first: Int64 = 1
        var start = 0
        while start < changes.count {
            var end = start
            var bytes = 0
            let before = id
            while end < changes.count, bytes < Seal.textBytesAim, end - start < 5_000 {
                id = seal.chain.id(of: changes[end], after: id)
                bytes += changes[end].count + 1
                end += 1
            }
            let run = Seal.Run(
                writer: writer.writer, first: first, before: before, after: id,
                lines: Array(changes[start..<end]), claim: nil)
            segments.append(
                try seal.seal(run, by: writer, random: (0..<32).map { _ in random.byte() }))
            first += Int64(end - start)
            start = end
        }
        return segments
    }
}

/// SplitMix64: the same workload in every run.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next()) }
}
