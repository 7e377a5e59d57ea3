import Convergence
import TestSupport
import Testing
import Wire

/// `Protocol/vectors`, as far as lines, segments and both halves of a conversation go.
@Suite struct VectorTests {
    @Test(arguments: Vector.all(for: .wire))
    func `what another implementation wrote holds here`(vector: Vector) throws {
        switch vector.topic {
        case "line": try checkLine(vector)
        case "line-refused":
            #expect(throws: WireFailure.self, "\(vector)") { try Line(vector.line) }
            #expect(try code(of: vector.line) == vector.text("code"), "\(vector)")
        case "refusal": try checkRefusal(vector)
        case "segment-line": try checkSegmentLine(vector)
        case "admission-check": try checkAdmission(vector)
        case "mark": try checkMarks(vector)
        case "exchange": try checkExchange(vector)
        default: Issue.record("a topic that nobody checks: \(vector)")
        }
    }

    /// Why a line cannot be read, as a relay says it.
    private func code(of bytes: [UInt8]) -> String? {
        do {
            _ = try Line(bytes)
            return nil
        } catch {
            return Self.code(of: error)
        }
    }

    private static func code(of failure: WireFailure) -> String {
        switch failure {
        case .limit: "size"
        case .version: "version"
        case .books: "books"
        default: "form"
        }
    }

    // MARK: - Lines

    private func checkLine(_ vector: Vector) throws {
        let bytes = try vector.line
        let line = try Line(bytes)
        #expect(line.encoded == bytes, "\(vector)")
        #expect(try line == meaning(of: vector) ?? line, "\(vector)")
        #expect(try kind(of: line) == vector.text("kind"), "\(vector)")
    }

    private func kind(of line: Line) -> String {
        switch line {
        case .hello: "hello"
        case .segment: "segment"
        case .have: "have"
        case .want: "want"
        case .done: "done"
        case .welcome: "welcome"
        case .refused: "refused"
        case .end: "end"
        }
    }

    /// The line that the vector's members describe; nil for a segment, which has a hash alone.
    private func meaning(of vector: Vector) throws -> Line? {
        switch try vector.text("kind") {
        case "hello":
            return .hello(
                books: BooksID(checked: try vector.bytes("books")),
                try standing(vector["standing"]))
        case "want": return .want(try hashes(vector["hashes"]))
        case "have": return .have(try hashes(vector["hashes"]))
        case "done": return .done
        case "welcome":
            return .welcome(
                Generation(checked: try vector.bytes("generation")),
                matches: try vector["matches"].bool())
        case "refused":
            let hash = try vector["hash"]
            return .refused(
                Refusal(
                    try some(Refusal.Code(rawValue: vector.text("code"))),
                    hash: hash.isNull ? nil : SegmentHash(checked: try hash.bytes())))
        case "end":
            return .end(
                position: try vector.integer("position"),
                mark: Mark(checked: try vector.bytes("mark")), more: try vector["more"].bool())
        default:
            let segment = try Segment(line: vector.line)
            #expect(try segment.hash.bytes == vector.bytes("hash"), "\(vector)")
            return nil
        }
    }

    private func hashes(_ json: JSON) throws -> [SegmentHash] {
        try json.list().map { SegmentHash(checked: try $0.bytes()) }
    }

    private func standing(_ json: JSON) throws -> Standing {
        guard !json.isNull else { return .nowhere }
        let members = try json.object()
        return Standing(
            generation: Generation(checked: try some(members["generation"]).bytes()),
            position: try some(members["position"]).integer(),
            mark: Mark(checked: try some(members["mark"]).bytes()))
    }

    private func checkRefusal(_ vector: Vector) throws {
        let code = try some(Refusal.Code(rawValue: vector.text("code")))
        #expect(try code.kind.rawValue == vector.text("kind"), "\(vector)")
        let hash = SegmentHash(checked: try vector.bytes("hash"))
        for (refusal, member) in [
            (Refusal(code), "line"), (Refusal(code, hash: hash), "lineWithHash"),
        ] {
            let line = Array(try vector.text(member).utf8)
            #expect(Line.refused(refusal).encoded == line, "\(vector)")
            #expect(try Line(line) == .refused(refusal), "\(vector)")
        }
    }

    private func checkSegmentLine(_ vector: Vector) throws {
        let bytes = try vector.line
        guard vector.members["fault"] == nil else {
            #expect(try code(of: bytes) == vector.text("fault"), "\(vector)")
            return
        }
        let segment = try Segment(line: bytes)
        #expect(try segment.hash.bytes == vector.bytes("hash"), "\(vector)")
        #expect(segment.line == bytes, "\(vector)")
        #expect(Segment(encoded: segment.encoded) == segment, "\(vector)")
    }

    private func checkAdmission(_ vector: Vector) throws {
        func bytes(_ name: String) throws -> [UInt8] {
            try some(Base64URL.decode(try vector.text(name)))
        }
        let admission = try some(
            Admission(key: bytes("key"), tokenHash: bytes("tokenHash"), proof: bytes("proof")))
        let code = admission.fault(for: BooksID(checked: try bytes("books")))?.rawValue
        let expected = try vector["code"]
        #expect(try code == (expected.isNull ? nil : expected.text()), "\(vector)")
    }

    private func checkMarks(_ vector: Vector) throws {
        var mark = Mark.origin
        var marks = [mark.bytes]
        for hash in try hashes(vector["hashes"]) {
            mark = mark.following(hash)
            marks.append(mark.bytes)
        }
        #expect(try marks == vector["marks"].list().map { try $0.bytes() }, "\(vector)")
    }

    // MARK: - The relay's half

    private func checkExchange(_ vector: Vector) throws {
        let store = MemorySegmentStore(
            generation: Generation(checked: try vector.bytes("generation")))
        store.append(try segments(vector["mailbox"]))
        let request = Array(try vector.text("request").utf8)
        do {
            let answer = try answer(vector, request, store)
            #expect(
                try String(decoding: answer, as: UTF8.self) == vector.text("answer"), "\(vector)")
        } catch let failure as WireFailure {
            #expect(try Self.code(of: failure) == vector.text("code"), "\(vector)")
        }
        #expect(try store.inventory() == hashes(vector["after"]), "\(vector)")
    }

    private func segments(_ json: JSON) throws -> [Segment] {
        try json.list().map { try Segment(line: Array($0.text().utf8)) }
    }

    private func answer(
        _ vector: Vector, _ request: [UInt8], _ store: MemorySegmentStore
    ) throws -> [UInt8] {
        var relay = RelayConversation(books: BooksID(checked: try vector.bytes("books")))
        var splitter = LineSplitter()
        for line in try splitter.take(request) { try relay.receive(line) }
        if !splitter.remainder.isEmpty { try relay.receive(splitter.remainder) }
        guard relay.isComplete else { throw WireFailure.cut }
        let fits = try vector["fits"]
        if !fits.isNull {
            var held = Set(store.inventory())
            let room = try Int(fits.integer())
            let stored = relay.accepted.prefix { segment in
                held.contains(segment.hash)
                    || (held.count < room && held.insert(segment.hash).inserted)
            }
            relay.refuseAccepted(after: stored.count, .quota)
        }
        store.append(relay.accepted)
        return try relay.answer(from: store).flatMap { $0.encoded + [0x0a] }
    }
}
