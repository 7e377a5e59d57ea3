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
        for position in inOrder(entries, fields, writers) {
            let entry = entries[position]
            bytes.append(0x76)  // v
            Self.append(entry.field, entry.dot, fields, writers, to: &bytes)
            bytes.append(entry.isOriginal ? 1 : 0)
            entry.value.append(to: &bytes)
        }
        for position in inOrder(tallies, fields, writers) {
            let tally = tallies[position]
            bytes.append(0x74)  // t
            Self.append(tally.field, tally.dot, fields, writers, to: &bytes)
            bytes.append(bigEndian: UInt64(bitPattern: tally.sum))
        }
        guard !removals.isEmpty else { return }
        for removal in removals.sorted(by: { Self.precedes($0.dot, $1.dot, writers) }) {
            bytes.append(0x72)  // r
            Self.append(removal.dot, writers, to: &bytes)
            bytes.append(removal.hides ? 1 : 0)
        }
    }

    /// The places of the parts in the order of fields, then dots.
    private func inOrder<Part: CanonicalPart>(
        _ parts: [Part], _ fields: Names, _ writers: Names
    ) -> [Int] {
        var places = Array(parts.indices)
        guard places.count > 1 else { return places }
        places.sort { left, right in
            let (left, right) = (parts[left], parts[right])
            if left.field != right.field { return fields.precedes(left.field, right.field) }
            if left.dot != right.dot { return Self.precedes(left.dot, right.dot, writers) }
            return left.comesFirst && !right.comesFirst
        }
        return places
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
        bytes.append(bigEndian: UInt64(dot.number))
    }
}

/// A part of a row's state that stands in the digest in the order of fields, then dots.
private protocol CanonicalPart {
    var field: Int { get }
    var dot: Dot { get }
    /// Whether it stands before others of the same field and dot.
    var comesFirst: Bool { get }
}

extension RowState.Entry: CanonicalPart {
    var comesFirst: Bool { isOriginal }
}

extension RowState.Tally: CanonicalPart {
    var comesFirst: Bool { false }
}
