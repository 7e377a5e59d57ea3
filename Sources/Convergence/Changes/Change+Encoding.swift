extension Change {
    /// The change's line, without an end-of-line: the exact bytes that its id covers.
    ///
    /// Only lawful operations can be written; ``Content/unknown`` and ``Content/unlawful(_:)`` have
    /// no bytes of their own and give none.
    package func encoded() -> [UInt8]? {
        guard case .operations(let operations) = content else { return nil }
        var line = LineWriter()
        line.raw(#"{"n":"#)
        line.integer(number)
        line.raw(#","t":"#)
        line.integer(stamp)
        if !context.isEmpty {
            line.raw(#","c":["#)
            for (position, entry) in context.enumerated() {
                line.raw(position == 0 ? #"[""# : #",[""#)
                Base64URL.encode(entry.writer, to: &line.bytes)
                line.raw(#"","#)
                line.integer(entry.number)
                line.raw(#",""#)
                Base64URL.encode(entry.id, to: &line.bytes)
                line.raw(#""]"#)
            }
            line.raw("]")
        }
        line.raw(#","o":["#)
        for (position, operation) in operations.enumerated() {
            if position > 0 { line.raw(",") }
            line.operation(operation)
        }
        line.raw("]}")
        return line.bytes
    }
}

/// Writes the compact JSON of change lines.
struct LineWriter {
    var bytes: [UInt8] = []

    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func integer(_ integer: Int64) {
        bytes.append(contentsOf: String(integer).utf8)
    }

    mutating func string(_ text: String) { bytes.append(json: text) }

    mutating func value(_ value: Value) {
        switch value {
        case .null: raw("null")
        case .integer(let number): integer(number)
        case .text(let text): string(text)
        }
    }

    mutating func operation(_ operation: Operation) {
        switch operation {
        case .put(let table, let row, let fields):
            head("put", table, row)
            for (position, assignment) in fields.enumerated() {
                raw(position == 0 ? ",{" : ",")
                string(assignment.field)
                raw(":")
                value(assignment.value)
            }
            raw("}]")
        case .add(let table, let row, let deltas):
            head("add", table, row)
            for (position, delta) in deltas.enumerated() {
                raw(position == 0 ? ",{" : ",")
                string(delta.field)
                raw(":")
                integer(delta.amount)
            }
            raw("}]")
        case .remove(let table, let row):
            head("remove", table, row)
            raw("]")
        }
    }

    private mutating func head(_ kind: StaticString, _ table: String, _ row: RowID) {
        raw(#"[""#)
        raw(kind)
        raw(#"","#)
        string(table)
        raw(#",""#)
        row.append(to: &bytes)
        raw(#"""#)
    }
}
