import Convergence

/// Where a client stood in a mailbox: nothing yet, or a generation, a position and its mark.
package struct Standing: Hashable, Sendable {
    /// The mailbox's generation; nil before the first conversation.
    package var generation: Generation?
    /// How many segments of the mailbox were taken.
    package var position: Int64
    /// The mark at that position.
    package var mark: Mark

    /// A standing that no mailbox has, so that both sides compare what they hold.
    package static var doubtful: Standing {
        Standing(
            generation: Generation(checked: [UInt8](repeating: 0, count: Generation.byteCount)),
            position: 0, mark: .origin)
    }

    /// A standing.
    package init(generation: Generation?, position: Int64, mark: Mark) {
        self.generation = generation
        self.position = position
        self.mark = mark
    }

    /// Before the first conversation.
    package static let nowhere = Standing(generation: nil, position: 0, mark: .origin)
}

/// One line of a conversation.
package enum Line: Hashable, Sendable {
    /// Client, first: which books, and where it stood.
    case hello(books: BooksID, Standing)
    /// Either side: a segment.
    case segment(Segment)
    /// Relay: segments that it holds.
    case have([SegmentHash])
    /// Client: segments that it asks for.
    case want([SegmentHash])
    /// Client, last.
    case done
    /// Relay, first: its generation, and whether the client's standing is one of its own.
    case welcome(Generation, matches: Bool)
    /// Relay: what it does not take.
    case refused(Refusal)
    /// Relay, last: where the client stands now, and whether there is more to fetch.
    case end(position: Int64, mark: Mark, more: Bool)
}

extension Line {
    /// The line's bytes, without an end-of-line.
    package var encoded: [UInt8] {
        var line: [UInt8] = []
        switch self {
        case .hello(let books, let standing):
            line.append(#"{"hello":{"jalon":1"#)
            line.append(key: "books", binary: books.bytes)
            if let generation = standing.generation {
                line.append(key: "generation", binary: generation.bytes)
                line.append(key: "position", integer: standing.position)
                line.append(key: "mark", binary: standing.mark.bytes)
            }
            line.append("}}")
        case .segment(let segment): return segment.line
        case .have(let hashes): line.append("have", hashes)
        case .want(let hashes): line.append("want", hashes)
        case .done: line.append(#"{"done":{}}"#)
        case .welcome(let generation, let matches):
            line.append(#"{"welcome":{"jalon":1"#)
            line.append(key: "generation", binary: generation.bytes)
            line.append(matches ? #","matches":true}}"# : #","matches":false}}"#)
        case .refused(let refusal):
            line.append(#"{"refused":{"kind":""#)
            line.append(contentsOf: refusal.kind.rawValue.utf8)
            line.append(#"","code":""#)
            line.append(contentsOf: refusal.code.rawValue.utf8)
            line.append(#"""#)
            if let hash = refusal.hash { line.append(key: "hash", binary: hash.bytes) }
            line.append("}}")
        case .end(let position, let mark, let more):
            line.append(#"{"end":{"position":"#)
            line.append(contentsOf: String(position).utf8)
            line.append(key: "mark", binary: mark.bytes)
            line.append(more ? #","more":true}}"# : #","more":false}}"#)
        }
        return line
    }

    /// Reads a line; throws unless it is exactly one.
    package init(_ bytes: [UInt8]) throws(WireFailure) {
        guard bytes.count < Limits.lineBytesMax else { throw .limit }
        var scanner = Scanner(bytes)
        if scanner.takes(#"{"segment":"#) {
            self = .segment(try Segment(line: bytes))
            return
        }
        if let version = Self.version(scanner), version != 1 { throw .version(version) }
        let line: Line
        do {
            line = try Self.read(&scanner)
        } catch {
            throw .form(offset: error.offset)
        }
        guard scanner.isAtEnd else { throw .form(offset: scanner.offset) }
        guard line.hashCount <= Limits.hashesPerLineMax else { throw .limit }
        self = line
    }

    /// The version that a first line names; nil when it is none.
    private static func version(_ start: Scanner) -> Int64? {
        var scanner = start
        guard scanner.takes(#"{"hello":{"jalon":"#) || scanner.takes(#"{"welcome":{"jalon":"#)
        else { return nil }
        guard let version = try? scanner.integer(), version >= 0 else {
            return nil
        }
        return version
    }

    /// How many segments it names without carrying them.
    private var hashCount: Int {
        switch self {
        case .have(let hashes), .want(let hashes): hashes.count
        default: 0
        }
    }

    private static func read(_ scanner: inout Scanner) throws(ScanFault) -> Line {
        if scanner.takes(#"{"hello":{"jalon":1,"#) { return try hello(&scanner) }
        if scanner.takes(#"{"have":["#) { return .have(try scanner.hashes()) }
        if scanner.takes(#"{"want":["#) { return .want(try scanner.hashes()) }
        if scanner.takes(#"{"done":{}}"#) { return .done }
        if scanner.takes(#"{"welcome":{"jalon":1,"generation":"#) {
            let generation = Generation(checked: try scanner.base64(count: Generation.byteCount))
            try scanner.expect(#","matches":"#)
            let matches = try scanner.boolean()
            try scanner.expect("}}")
            return .welcome(generation, matches: matches)
        }
        if scanner.takes(#"{"refused":{"kind":"#) { return try refusal(&scanner) }
        try scanner.expect(#"{"end":{"position":"#)
        let position = try scanner.position()
        try scanner.expect(#","mark":"#)
        let mark = Mark(checked: try scanner.base64(count: Mark.byteCount))
        try scanner.expect(#","more":"#)
        let more = try scanner.boolean()
        try scanner.expect("}}")
        return .end(position: position, mark: mark, more: more)
    }

    private static func hello(_ scanner: inout Scanner) throws(ScanFault) -> Line {
        try scanner.expect(#""books":"#)
        let books = BooksID(checked: try scanner.base64(count: BooksID.byteCount))
        var standing = Standing.nowhere
        if scanner.takes(#","generation":"#) {
            standing.generation = Generation(
                checked: try scanner.base64(count: Generation.byteCount))
            try scanner.expect(#","position":"#)
            standing.position = try scanner.position()
            try scanner.expect(#","mark":"#)
            standing.mark = Mark(checked: try scanner.base64(count: Mark.byteCount))
        }
        try scanner.expect("}}")
        return .hello(books: books, standing)
    }

    private static func refusal(_ scanner: inout Scanner) throws(ScanFault) -> Line {
        let start = scanner.offset
        let kind = try scanner.word()
        try scanner.expect(#","code":"#)
        let code = Refusal.Code(rawValue: try scanner.word())
        var hash: SegmentHash?
        if scanner.takes(#","hash":"#) {
            hash = SegmentHash(checked: try scanner.base64(count: SegmentHash.byteCount))
        }
        try scanner.expect("}}")
        guard let code, code.kind.rawValue == kind else { throw ScanFault(offset: start) }
        return .refused(Refusal(code, hash: hash))
    }
}

extension Scanner {
    fileprivate mutating func boolean() throws(ScanFault) -> Bool {
        if takes("true") { return true }
        try expect("false")
        return false
    }

    /// A string that is written without escapes, as a line has one text.
    fileprivate mutating func word() throws(ScanFault) -> String {
        let range = try plainString()
        return String(decoding: bytes[range], as: UTF8.self)
    }

    fileprivate mutating func position() throws(ScanFault) -> Int64 {
        let start = offset
        let position = try integer()
        guard (0...Limits.numberMax).contains(position) else { throw ScanFault(offset: start) }
        return position
    }

    fileprivate mutating func hashes() throws(ScanFault) -> [SegmentHash] {
        var hashes: [SegmentHash] = []
        if !takes("]") {
            repeat {
                hashes.append(SegmentHash(checked: try base64(count: SegmentHash.byteCount)))
            } while takes(",")
            try expect("]")
        }
        try expect("}")
        return hashes
    }
}

extension [UInt8] {
    /// Appends `{"key":["…","…"]}`.
    fileprivate mutating func append(_ key: StaticString, _ hashes: [SegmentHash]) {
        append(#"{""#)
        append(key)
        append(#"":["#)
        for (position, hash) in hashes.enumerated() {
            append(position == 0 ? #"""# : #",""#)
            Base64URL.encode(hash.bytes, to: &self)
            append(#"""#)
        }
        append("]}")
    }
}
