extension RowState {
    /// Appends the bytes that stand for this row in the digest: `Protocol/merging.md`, "Digest".
    ///
    /// Writers and fields stand by their names and in the order of these, so that the bytes are the
    /// same in every replica that holds the same state.
    package func appendCanonical(
        table: some Collection<UInt8>, row: RowID, fields: Names, writers: Names,
        to bytes: inout [UInt8]
    ) {
        bytes.append(UInt8(table.count))
        bytes.append(contentsOf: table)
        row.append(to: &bytes)
        for entry in inOrder(entries, fields, writers) {
            bytes.append(0x76)  // v
            Self.append(entry.field, entry.dot, fields, writers, to: &bytes)
            bytes.append(entry.isOriginal ? 1 : 0)
            Self.append(entry.value, to: &bytes)
        }
        for tally in inOrder(tallies, fields, writers) {
            bytes.append(0x74)  // t
            Self.append(tally.field, tally.dot, fields, writers, to: &bytes)
            Self.append(UInt64(bitPattern: tally.sum), to: &bytes)
        }
        for removal in removals.sorted(by: { Self.precedes($0.dot, $1.dot, writers) }) {
            bytes.append(0x72)  // r
            Self.append(removal.dot, writers, to: &bytes)
            bytes.append(removal.hides ? 1 : 0)
        }
    }

    private func inOrder<Part: CanonicalPart>(
        _ parts: [Part], _ fields: Names, _ writers: Names
    ) -> [Part] {
        guard parts.count > 1 else { return parts }
        return parts.sorted { left, right in
            if left.field != right.field { return fields.precedes(left.field, right.field) }
            return Self.precedes(left.dot, right.dot, writers)
        }
    }

    private static func precedes(_ left: Dot, _ right: Dot, _ writers: Names) -> Bool {
        if left.writer != right.writer { return writers.precedes(left.writer, right.writer) }
        return left.number < right.number
    }

    private static func append(
        _ field: Int, _ dot: Dot, _ fields: Names, _ writers: Names, to bytes: inout [UInt8]
    ) {
        let name = fields[field]
        bytes.append(UInt8(name.count))
        bytes.append(contentsOf: name)
        append(dot, writers, to: &bytes)
    }

    private static func append(_ dot: Dot, _ writers: Names, to bytes: inout [UInt8]) {
        let name = writers[dot.writer]
        bytes.append(UInt8(name.count))
        bytes.append(contentsOf: name)
        append(UInt64(dot.number), to: &bytes)
    }

    private static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0)
        case .integer(let integer):
            bytes.append(1)
            append(UInt64(bitPattern: integer), to: &bytes)
        case .text(let text):
            bytes.append(2)
            append(UInt64(text.utf8.count), to: &bytes)
            bytes.append(contentsOf: text.utf8)
        }
    }

    private static func append(_ integer: UInt64, to bytes: inout [UInt8]) {
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: integer >> UInt64(shift)))
        }
    }
}

/// A part of a row's state that stands in the digest in the order of fields, then dots.
private protocol CanonicalPart {
    var field: Int { get }
    var dot: Dot { get }
}

extension RowState.Entry: CanonicalPart {}
extension RowState.Tally: CanonicalPart {}
