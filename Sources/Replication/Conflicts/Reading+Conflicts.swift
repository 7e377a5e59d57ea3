import Convergence
import Crypto
import Foundation
import GRDB
import Wire

extension Reading {
    /// All conflicts, in the same order with the same ids on every device at the same version.
    package func conflicts() throws -> [Conflict] {
        let rows = try Row.fetchAll(database, sql: "SELECT tbl, id FROM conflict ORDER BY tbl, id")
        guard !rows.isEmpty else { return [] }
        let merger = try Merger(database, schema, .live)
        let devices = try deviceNames()
        return try rows.flatMap { row -> [Conflict] in
            guard let id = RowID(row.text(1)) else { return [] }
            return try ConflictReader(merger, devices).conflicts(row.text(0), id)
        }
    }

    /// How many conflicts there are.
    package func conflictCount() throws -> Int { try conflicts().count }

    /// The devices' names by their writers, as the writers introduced themselves.
    package func deviceNames() throws -> [String: String] {
        var names: [String: String] = [:]
        try each("SELECT writer, name FROM devices ORDER BY id") { cursor in
            if let writer = cursor.text(0), let name = cursor.text(1) { names[writer] = name }
        }
        return names
    }
}

/// Lists what is disputed about one row.
struct ConflictReader {
    private let merger: Merger
    private let devices: [String: String]

    init(_ merger: Merger, _ devices: [String: String]) {
        self.merger = merger
        self.devices = devices
    }

    func conflicts(_ table: String, _ row: RowID) throws -> [Conflict] {
        let state = try merger.rows.state(table, row)
        let isFrozen = row.kind == .frozen
        let names = merger.writers.names
        guard state.isVisible(isFrozen: isFrozen) else { return [] }
        var conflicts: [Conflict] = []
        let alive = merger.rows.aliveIndex
        let fields = state.disputedFields(isFrozen: isFrozen, alive: alive, writers: names)
            .map { (index: $0, name: merger.rows.names.name($0)) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for field in fields {
            let shown = state.shown(field.index, isFrozen: isFrozen, writers: names)
            conflicts.append(value(table, row, field.name, shown, state, field.index))
        }
        if !state.removals.isEmpty { conflicts.append(removed(table, row, state)) }
        return conflicts
    }

    private func value(
        _ table: String, _ row: RowID, _ field: String, _ shown: RowState.Entry?,
        _ state: RowState, _ index: Int
    ) -> Conflict {
        let names = merger.writers.names
        let entries = state.entries.filter { $0.field == index }
            .sorted { RowState.precedes($1, $0, names) }
        var values: [Value] = [shown?.value ?? .null]
        var alternatives: [Conflict.Alternative] = []
        for entry in entries where !values.contains(entry.value) {
            values.append(entry.value)
            alternatives.append(alternative(entry.value, entry.dot, entry.stamp))
        }
        let kind: Conflict.Kind = row.kind == .frozen ? .issued : .value
        return Conflict(
            id: id(kind, table, row, field, entries.map(\.dot)), kind: kind, table: table, row: row,
            field: field, shown: shown?.value ?? .null, alternatives: alternatives, removals: [])
    }

    private func removed(_ table: String, _ row: RowID, _ state: RowState) -> Conflict {
        let names = merger.writers.names
        let removals = state.removals.sorted { left, right in
            if left.stamp != right.stamp { return left.stamp > right.stamp }
            return names.precedes(right.dot.writer, left.dot.writer)
        }
        let standing = state.entries.map(\.dot) + state.tallies.map(\.dot)
        return Conflict(
            id: id(.removed, table, row, nil, standing + removals.map(\.dot)), kind: .removed,
            table: table, row: row, field: nil, shown: .null,
            alternatives: removals.map { alternative(.null, $0.dot, $0.stamp) },
            removals: removals.map { removal in
                Conflict.RemovalDot(
                    writer: names[removal.dot.writer], number: removal.dot.number)
            })
    }

    private func alternative(_ value: Value, _ dot: Dot, _ stamp: Int64) -> Conflict.Alternative {
        let writer = merger.writers[dot.writer]
        return Conflict.Alternative(
            value: value, writer: writer.shortName, device: devices[writer.key.text], at: stamp)
    }

    /// Ten bytes of a hash over the kind, the place and the sorted dots.
    private func id(
        _ kind: Conflict.Kind, _ table: String, _ row: RowID, _ field: String?, _ dots: [Dot]
    ) -> String {
        var hasher = SHA256()
        hasher.update(data: Data("\(kind.rawValue) \(table) \(row.text) \(field ?? "")\n".utf8))
        let named = Set(dots).map { merger.writers.names[$0.writer] + bigEndian($0.number) }
        for dot in named.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            hasher.update(data: [UInt8(dot.count)] + dot)
        }
        return Base32.encode(Array(hasher.finalize()).prefix(10))
    }

    private func bigEndian(_ number: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: UInt64(bitPattern: number))
        return bytes
    }
}

extension WriterRegister.Entry {
    /// The name that people see: the first 80 bits of the key; a branch's id behind a dot.
    var shortName: String {
        let name = Base32.encode(key.bytes.prefix(10))
        guard let branch else { return name }
        return name + "." + Base32.encode(branch.bytes.prefix(5))
    }
}
