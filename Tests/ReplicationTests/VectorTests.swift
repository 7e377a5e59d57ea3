import Convergence
import TestSupport
import Testing
import Wire

@testable import Replication

/// `Protocol/vectors`, as far as ids of rows, stamps and merges go.
@Suite struct VectorTests {
    @Test(arguments: Vector.all(for: .replication))
    func `what another implementation wrote holds here`(vector: Vector) throws {
        switch vector.topic {
        case "derived-row":
            let keys = try vector["keys"].list().map(value)
            let row = RowIDs.derived(try vector.text("table"), keys: keys)
            #expect(try row?.text == vector.text("row"), "\(vector)")
        case "frozen-row":
            let fields = try vector["fields"].object().map { name, json in
                Operation.Assignment(name, try value(json))
            }
            let row = RowIDs.frozen(
                try vector.text("table"), by: WriterID(checked: try vector.bytes("writer")), fields)
            #expect(try row?.text == vector.text("row"), "\(vector)")
        case "branch": try checkBranch(vector)
        case "stamp": try checkStamp(vector)
        case "merge": try checkMerge(vector)
        default: Issue.record("a topic that nobody checks: \(vector)")
        }
    }

    private func value(_ json: JSON) throws -> Value {
        switch json {
        case .null: .null
        case .integer(let integer): .integer(integer)
        default: .text(try json.text())
        }
    }

    private func checkBranch(_ vector: Vector) throws {
        let name = try vector.bytes("bytes")
        let entry = WriterRegister.Entry(
            key: WriterID(checked: Array(name.prefix(32))),
            branch: ChangeID(checked: Array(name.dropFirst(32))), parent: 0, fork: 2, number: 1,
            id: .origin, stamp: 0, context: nil)
        #expect(try entry.shortName == vector.text("short"), "\(vector)")
    }

    private func checkStamp(_ vector: Vector) throws {
        let fleet = try Fleet(devices: 1, seed: 1)
        let row = try some(RowID(.random, bytes: [UInt8](repeating: 0, count: 15)))
        let last = try vector["last"]
        if !last.isNull {
            fleet.devices[0].world.clock = try last.integer()
            try fleet.put(0, row, ["f": 1])
        }
        fleet.devices[0].world.clock = try vector.integer("clock")
        try fleet.put(0, row, ["f": 2])
        #expect(try fleet.writer(of: 0)?.at == vector.integer("stamp"), "\(vector)")
    }

    // MARK: - Merging

    /// In several orders, one by one and all at once.
    private func checkMerge(_ vector: Vector) throws {
        let segments = try vector["segments"].list().map { json in
            try Segment(line: Array(json.text().utf8))
        }
        var random = SeededRandom(seed: 1)
        let orders = [segments, segments.reversed(), segments.shuffled(using: &random)]
        for (number, order) in orders.enumerated() {
            for batches in [order.map { [$0] }, [order]] {
                let replica = try replica(vector)
                for batch in batches {
                    _ = try replica.accept(batch, from: nil)
                    try replica.mend()
                }
                try check(replica, vector, "\(vector), order \(number), \(batches.count) batches")
            }
        }
    }

    private func replica(_ vector: Vector) throws -> Replica {
        let world = Fleet.World(seed: 1)
        return try Replica.inMemory(
            secret: vector.bytes("secret"), schema: Fleet.schema, environment: world.environment,
            vault: MemoryWriterVault(), device: "vectors")
    }

    private func check(_ replica: Replica, _ vector: Vector, _ place: String) throws {
        let status = try replica.status()
        #expect(try status.digest == vector.text("shown"), "\(place)")
        let waiting = status.waiting.reduce(0) { count, segment in
            let applied = status.writers.filter { $0.name.hasPrefix(segment.writer) }
            let last = applied.map(\.number).max() ?? 0
            // One that misses its own branch's changes lies below those of another.
            let rest = segment.numbers.filter { $0 > last }
            return count + (rest.isEmpty ? segment.numbers.count : rest.count)
        }
        #expect(try Int64(waiting) == vector.integer("waiting"), "\(place)")
        let refused = try vector["refused"].list().map {
            SegmentHash(checked: try $0.bytes()).text
        }
        #expect(Set(status.rejected.map(\.hash)) == Set(refused), "\(place)")
        #expect(status.rejected.allSatisfy { $0.reason == "context" }, "\(place)")
        let aside = try vector.integer("unknown") + vector.integer("unlawful")
        #expect(Int64(status.aside) == aside, "\(place)")
        try replica.read { reading in
            let merger = try Merger(reading.database, replica.schema, .live)
            #expect(try merger.digest.bytes == vector.bytes("digest"), "\(place)")
            #expect(try merger.isComparable == vector["compares"].bool(), "\(place)")
            let version = merger.writers.version.entries.filter { $0.number > 0 }
            #expect(
                try Dictionary(
                    uniqueKeysWithValues: version.map {
                        (merger.writers.names[$0.writer], $0.number)
                    }
                ) == self.version(vector), "\(place)")
            for row in try vector["rows"].list() { try check(row.object(), merger, place) }
            let conflicts = try reading.conflicts()
            let expected = try vector["conflicts"].list().map { try $0.object() }
            #expect(conflicts.count == expected.count, "\(place)")
            for (conflict, members) in zip(conflicts, expected) {
                try check(conflict, members, place)
            }
        }
    }

    private func version(_ vector: Vector) throws -> [[UInt8]: Int64] {
        try Dictionary(
            uniqueKeysWithValues: vector["version"].list().map { json in
                let entry = try json.object()
                return (try some(entry["writer"]).bytes(), try some(entry["number"]).integer())
            })
    }

    private func check(_ members: [String: JSON], _ merger: Merger, _ place: String) throws {
        let table = try some(members["table"]).text()
        let id = try some(RowID(some(members["row"]).text()))
        let isFrozen = id.kind == .frozen
        let state = try merger.rows.state(table, id)
        #expect(
            try state.isVisible(isFrozen: isFrozen) != some(members["hidden"]).bool(), "\(place)")
        var registers: [String: Value] = [:]
        for field in Set(state.entries.map(\.field)) {
            let entry = state.shown(field, isFrozen: isFrozen, writers: merger.writers.names)
            if let entry { registers[merger.rows.names.name(field)] = entry.value }
        }
        let expected = try some(members["registers"]).object().mapValues(value)
        #expect(registers == expected, "\(place)")
        var counters: [String: Int64] = [:]
        for field in Set(state.tallies.map(\.field)) where !isFrozen {
            counters[merger.rows.names.name(field)] = state.sum(field)
        }
        let sums = try some(members["counters"]).object().mapValues { try $0.integer() }
        #expect(counters == sums, "\(place)")
    }

    private func check(
        _ conflict: Conflict, _ members: [String: JSON], _ place: String
    ) throws {
        #expect(try conflict.id == some(members["id"]).text(), "\(place)")
        #expect(try conflict.kind.rawValue == some(members["kind"]).text(), "\(place)")
        #expect(try conflict.table == some(members["table"]).text(), "\(place)")
        #expect(try conflict.row.text == some(members["row"]).text(), "\(place)")
        #expect(try (conflict.field ?? "") == some(members["field"]).text(), "\(place)")
        let alternatives = try some(members["alternatives"]).list().map(value)
        let listed = conflict.kind == .removed ? [] : conflict.alternatives.map(\.value)
        #expect(listed == alternatives, "\(place)")
    }
}
