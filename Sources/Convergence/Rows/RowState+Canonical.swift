extension RowState {
    /// Appends the bytes that stand for this row in the digest: `Protocol/merging.md`, "Digest".
    ///
    /// Writers and fields stand by their names and in the order of these, so that the bytes are the
    /// same in every replica that holds the same state.
    package func appendCanonical(
        table: [UInt8], row: RowID, fields: Names, writers: Names,
        to bytes: inout [UInt8]
    ) {
        bytes.append(UInt8(table.count))
        bytes.append(contentsOf: table)
        row.append(to: &bytes)
        var parts = canonicalParts
        if parts.count > 1 {
            parts.sort { Self.precedes($0, $1, fields, writers) }
        }
        var writer: Int?
        for part in parts {
            if part.dot.writer != writer {
                writer = part.dot.writer
                append(writers[part.dot.writer], to: &bytes)
            }
            append(part, fields, to: &bytes)
        }
    }

    /// A part of the state: which one, and what decides its place.
    private struct Part {
        enum Kind: UInt8 {
            case entry = 0x76  // v
            case tally = 0x74  // t
            case removal = 0x72  // r

            var rank: Int {
                switch self {
                case .entry: 0
                case .tally: 1
                case .removal: 2
                }
            }
        }

        let kind: Kind
        let position: Int
        let dot: Dot
        /// The field; removals have none.
        var field = -1
        var isOriginal = false
    }

    private var canonicalParts: [Part] {
        var parts: [Part] = []
        parts.reserveCapacity(entries.count + tallies.count + removals.count)
        for (position, entry) in entries.enumerated() {
            parts.append(
                Part(
                    kind: .entry, position: position, dot: entry.dot, field: entry.field,
                    isOriginal: entry.isOriginal))
        }
        for (position, tally) in tallies.enumerated() {
            parts.append(
                Part(kind: .tally, position: position, dot: tally.dot, field: tally.field))
        }
        for (position, removal) in removals.enumerated() {
            parts.append(Part(kind: .removal, position: position, dot: removal.dot))
        }
        return parts
    }

    /// The order of writers, kinds, fields, numbers, with originals first.
    private static func precedes(
        _ left: Part, _ right: Part, _ fields: Names, _ writers: Names
    ) -> Bool {
        if left.dot.writer != right.dot.writer {
            return writers.precedes(left.dot.writer, right.dot.writer)
        }
        if left.kind != right.kind { return left.kind.rank < right.kind.rank }
        if left.field != right.field { return fields.precedes(left.field, right.field) }
        if left.dot.number != right.dot.number { return left.dot.number < right.dot.number }
        return left.isOriginal && !right.isOriginal
    }

    private func append(_ part: Part, _ fields: Names, to bytes: inout [UInt8]) {
        bytes.append(part.kind.rawValue)
        if part.field >= 0 { append(fields[part.field], to: &bytes) }
        bytes.append(bigEndian: UInt64(part.dot.number))
        switch part.kind {
        case .entry:
            let entry = entries[part.position]
            bytes.append(entry.isOriginal ? 1 : 0)
            entry.value.append(to: &bytes)
        case .tally:
            bytes.append(bigEndian: UInt64(bitPattern: tallies[part.position].sum))
        case .removal:
            bytes.append(removals[part.position].hides ? 1 : 0)
        }
    }

    private func append(_ name: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(UInt8(name.count))
        bytes.append(contentsOf: name)
    }
}
