import Convergence
import Replication
import Sealing
import Wire

/// The changes of a busy writer, sealed as a device would seal them: the same for every run.
struct Workload {
    typealias Assignment = Operation.Assignment

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
    /// The books' secret.
    static let secret = [UInt8](repeating: 7, count: 32)

    private let seal: Seal
    private let writer: WriterKey
    private var fields = Fields()
    /// Apart from the fields' chance, so that these do not depend on the segments' sizes.
    private var salts = SplitMix(state: 43)
    private var number: Int64 = 0
    private var id = ChangeID.origin
    private var pending = Pending()

    init(key: BooksKey) throws {
        seal = Seal(key)
        writer = try WriterKey(seed: [UInt8](repeating: 9, count: 32))
    }

    /// Makes the invoices, one change each, then edits of single fields at random. No segment holds
    /// both.
    mutating func run(
        invoices: Int, edits: Int,
        change: (RowID, [Assignment]) throws -> Void = { _, _ in },
        segment: (Segment) throws -> Void
    ) throws {
        var rows: [RowID] = []
        rows.reserveCapacity(invoices)
        for index in 0..<invoices {
            guard let row = RowID(.random, bytes: (0..<15).map { _ in fields.random.byte() }) else {
                continue
            }
            rows.append(row)
            let values = fields.ofCreation(index)
            let assignments = Fields.names.map {
                Assignment($0, values[$0] ?? .null)
            }
            try change(row, assignments)
            try append(.put(table: "bill", row: row, fields: assignments), segment)
        }
        try sealPending(segment)
        for index in 0..<edits {
            let row = rows[Int(fields.random.next() % UInt64(rows.count))]
            let assignment = fields.ofEdit(index)
            try change(row, [assignment])
            try append(.put(table: "bill", row: row, fields: [assignment]), segment)
        }
        try sealPending(segment)
    }

    private mutating func append(
        _ operation: Operation, _ segment: (Segment) throws -> Void
    ) throws {
        if pending.bytes >= Seal.textBytesAim || pending.lines.count == 5_000 {
            try sealPending(segment)
        }
        number += 1
        let change = Change(
            number: number, stamp: 1_700_000_000_000 + number * 731, context: [],
            content: .operations([operation]))
        guard let line = change.encoded() else { return }
        if pending.lines.isEmpty { pending.before = id }
        id = seal.chain.id(of: line, after: id)
        pending.lines.append(line)
        pending.bytes += line.count + 1
    }

    private mutating func sealPending(_ segment: (Segment) throws -> Void) throws {
        guard !pending.lines.isEmpty else { return }
        let run = Seal.Run(
            writer: writer.writer, first: number - Int64(pending.lines.count) + 1,
            before: pending.before, after: id, lines: pending.lines, claim: nil)
        let salt = (0..<32).map { _ in salts.byte() }
        try segment(try seal.seal(run, by: writer, random: salt))
        pending = Pending()
    }

    /// Lines that are not sealed yet.
    private struct Pending {
        var lines: [[UInt8]] = []
        var bytes = 0
        var before = ChangeID.origin
    }
}

extension Workload {
    /// Realistic texts, days and amounts.
    struct Fields {
        static let names = Workload.schema["bill"]?.fields.map(\.name) ?? []
        private static let edited = ["number", "issued", "due", "amount", "title", "note"]

        var random = SplitMix(state: 42)

        mutating func ofCreation(_ index: Int) -> [String: Value] {
            var values: [String: Value] = [:]
            for name in Self.names { values[name] = value(of: name, index) }
            return values
        }

        mutating func ofEdit(_ index: Int) -> Assignment {
            let field = Self.edited[Int(random.next() % UInt64(Self.edited.count))]
            return Assignment(field, value(of: field, index))
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
