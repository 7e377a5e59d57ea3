import Convergence
import TestSupport
import Testing

/// `Protocol/vectors`, as far as values, changes and rows go.
@Suite struct VectorTests {
    @Test(arguments: Vector.all(for: .convergence))
    func `what another implementation wrote holds here`(vector: Vector) throws {
        switch vector.topic {
        case "base32": try checkBase(vector, Base32.decode, Base32.encode)
        case "base64url": try checkBase(vector, Base64URL.decode) { Base64URL.encode($0) }
        case "name":
            #expect(try vector.text("text").isLawfulName == vector["lawful"].bool(), "\(vector)")
        case "row-id":
            let row = RowID(try vector.text("text"))
            #expect(try (row != nil) == vector["lawful"].bool(), "\(vector)")
        case "random-row":
            let row = RowID(.random, bytes: try vector.bytes("bytes"))
            #expect(try row?.text == vector.text("row"), "\(vector)")
        case "value": try checkValue(vector)
        case "digest": try checkDigest(vector)
        case "outcome": try checkOutcome(vector)
        case "encode": try checkEncoding(vector)
        default: Issue.record("a topic that nobody checks: \(vector)")
        }
    }

    private func checkBase(
        _ vector: Vector, _ decode: (String) -> [UInt8]?, _ encode: ([UInt8]) -> String
    ) throws {
        let text = try vector.text("text")
        guard try !vector["bytes"].isNull else {
            #expect(decode(text) == nil, "\(vector)")
            return
        }
        let bytes = try vector.bytes("bytes")
        #expect(decode(text) == bytes, "\(vector)")
        #expect(encode(bytes) == text, "\(vector)")
    }

    // MARK: - Rows

    /// A value's bytes stand at the end of a row that has nothing else.
    private func checkValue(_ vector: Vector) throws {
        var fields = Names()
        var writers = Names()
        var row = RowState()
        row.entries = [
            RowState.Entry(
                field: fields.insert([0x61]), dot: Dot(writers.insert([1]), 1), stamp: 1,
                value: try value(vector["value"]))
        ]
        var canonical: [UInt8] = []
        row.appendCanonical(
            table: [0x61], row: try some(RowID(.random, bytes: [UInt8](repeating: 0, count: 15))),
            fields: fields, writers: writers, to: &canonical)
        // u8 1 ‖ "a" ‖ row ‖ 76 ‖ N("a") ‖ D(dot) ‖ original
        let head = 2 + 25 + 1 + 2 + 1 + 1 + 8 + 1
        #expect(try Array(canonical.dropFirst(head)) == vector.bytes("bytes"), "\(vector)")
    }

    private func checkDigest(_ vector: Vector) throws {
        var digest = Digest()
        for json in try vector["rows"].list() {
            let row = try json.object()
            let canonical = try canonicalBytes(of: row)
            #expect(try canonical == some(row["canonical"]).bytes(), "\(vector)")
            sha256(canonical).withUnsafeBytes { digest.add($0) }
        }
        #expect(try digest.bytes == vector.bytes("digest"), "\(vector)")
        #expect(try digest.text == vector.text("shown"), "\(vector)")
    }

    private func canonicalBytes(of json: [String: JSON]) throws -> [UInt8] {
        var fields = Names()
        var writers = Names()
        func parts(_ name: String) throws -> [[String: JSON]] {
            try some(json[name]).list().map { try $0.object() }
        }
        func field(_ part: [String: JSON]) throws -> Int {
            fields.insert(Array(try some(part["field"]).text().utf8))
        }
        func dot(_ part: [String: JSON]) throws -> Dot {
            Dot(
                writers.insert(try some(part["writer"]).bytes()),
                try some(part["number"]).integer())
        }
        var state = RowState()
        state.entries = try parts("entries").map { part in
            RowState.Entry(
                field: try field(part), dot: try dot(part), stamp: 1,
                value: try value(some(part["value"])),
                isOriginal: try some(part["original"]).bool())
        }
        state.tallies = try parts("tallies").map { part in
            RowState.Tally(
                field: try field(part), dot: try dot(part), sum: try some(part["sum"]).integer())
        }
        state.removals = try parts("removals").map { part in
            RowState.Removal(
                dot: try dot(part), stamp: 1, hides: try some(part["hides"]).bool())
        }
        var bytes: [UInt8] = []
        state.appendCanonical(
            table: Array(try some(json["table"]).text().utf8),
            row: try some(RowID(some(json["row"]).text())), fields: fields, writers: writers,
            to: &bytes)
        return bytes
    }

    // MARK: - Changes

    private func checkOutcome(_ vector: Vector) throws {
        let expected = try vector.text("outcome")
        let writer = try vector.bytes("writer")
        // That a context names its own writer is seen where the writer is known: in its segment.
        guard let change = try? Change(line: vector.line),
            !change.context.contains(where: { $0.writer == writer })
        else {
            #expect(expected == "refused", "\(vector)")
            return
        }
        switch change.content {
        case .operations: #expect(expected == "lawful", "\(vector)")
        case .unknown: #expect(expected == "unknown", "\(vector)")
        case .unlawful(let fault):
            #expect(expected == "unlawful", "\(vector)")
            #expect(try fault.rawValue == vector.text("fault"), "\(vector)")
        }
    }

    private func checkEncoding(_ vector: Vector) throws {
        let context = try vector["context"].list().map { json in
            let entry = try json.object()
            return Change.ContextEntry(
                writer: try some(entry["writer"]).bytes(),
                number: try some(entry["number"]).integer(), id: try some(entry["id"]).bytes())
        }
        let change = Change(
            number: try vector.integer("number"), stamp: try vector.integer("stamp"),
            context: context,
            content: .operations(try vector["operations"].list().map(operation)))
        let line = Array(try vector.text("line").utf8)
        #expect(change.encoded() == line, "\(vector)")
        #expect(try Change(line: line) == change, "\(vector)")
    }

    private func operation(_ json: JSON) throws -> Operation {
        let members = try json.object()
        let table = try some(members["table"]).text()
        let row = try some(RowID(some(members["row"]).text()))
        let fields = try some(members["fields"]).list().map { try $0.list() }
        switch try some(members["kind"]).text() {
        case "put":
            return .put(
                table: table, row: row,
                fields: try fields.map { .init(try $0[0].text(), try value($0[1])) })
        case "add":
            return .add(
                table: table, row: row,
                deltas: try fields.map { .init(try $0[0].text(), try $0[1].integer()) })
        default: return .remove(table: table, row: row)
        }
    }

    private func value(_ json: JSON) throws -> Value {
        switch json {
        case .null: .null
        case .integer(let integer): .integer(integer)
        default: .text(try json.text())
        }
    }
}
