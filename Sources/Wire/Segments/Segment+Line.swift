import Convergence

extension Segment {
    /// The segment as one line of JSON, without an end-of-line.
    package var line: [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(512 + body.count * 4 / 3)
        line.append(#"{"segment":1"#)
        line.append(key: "books", binary: header.books.bytes)
        line.append(key: "epoch", integer: Int64(header.epoch))
        line.append(key: "writer", binary: header.writer.bytes)
        if header.sealer != header.writer {
            line.append(key: "sealer", binary: header.sealer.bytes)
        }
        line.append(key: "first", integer: header.first)
        line.append(key: "last", integer: header.last)
        if header.first > 1 { line.append(key: "before", binary: header.before.bytes) }
        line.append(key: "after", binary: header.after.bytes)
        line.append(key: "salt", binary: header.salt)
        line.append(key: "commitment", binary: commitment)
        line.append(key: "signature", binary: signature)
        line.append(key: "body", binary: body)
        line.append("}")
        return line
    }

    /// Reads the line; throws unless it is exactly one: ``WireFailure/limit`` if only its body or its
    /// run of changes is too long. The signature is not checked here.
    package init(line bytes: [UInt8]) throws(WireFailure) {
        let read: Segment?
        do {
            read = try Self.read(bytes)
        } catch {
            throw .form(offset: error.offset)
        }
        guard let read else { throw .limit }
        self = read
    }

    private static func read(_ bytes: [UInt8]) throws(ScanFault) -> Segment? {
        var scanner = Scanner(bytes)
        try scanner.expect(#"{"segment":1,"books":"#)
        let books = BooksID(checked: try scanner.base64(count: BooksID.byteCount))
        try scanner.expect(#","epoch":"#)
        let epoch = try scanner.integer()
        try scanner.expect(#","writer":"#)
        let writer = WriterID(checked: try scanner.base64(count: WriterID.byteCount))
        var sealer = writer
        if scanner.takes(#","sealer":"#) {
            sealer = WriterID(checked: try scanner.base64(count: WriterID.byteCount))
            guard sealer != writer else { throw ScanFault(offset: scanner.offset) }
        }
        try scanner.expect(#","first":"#)
        let first = try scanner.integer()
        try scanner.expect(#","last":"#)
        let last = try scanner.integer()
        var before = ChangeID.origin
        if scanner.takes(#","before":"#) {
            before = ChangeID(checked: try scanner.base64(count: ChangeID.byteCount))
            // What stands before a first change is never written, or two texts were one segment.
            guard before != .origin else { throw ScanFault(offset: scanner.offset) }
        }
        try scanner.expect(#","after":"#)
        let after = ChangeID(checked: try scanner.base64(count: ChangeID.byteCount))
        try scanner.expect(#","salt":"#)
        let salt = try scanner.base64(count: SegmentHeader.saltBytes)
        try scanner.expect(#","commitment":"#)
        let commitment = try scanner.base64(count: commitmentBytes)
        try scanner.expect(#","signature":"#)
        let signature = try scanner.base64(count: signatureBytes)
        try scanner.expect(#","body":"#)
        let range = try scanner.plainString()
        guard let body = Base64URL.decode(bytes[range]) else {
            throw ScanFault(offset: range.lowerBound)
        }
        try scanner.expect("}")
        guard scanner.isAtEnd else { throw ScanFault(offset: scanner.offset) }
        // Of the form, and only too much.
        guard body.count <= Limits.bodyBytesMax else { return nil }
        let isRun = 1 <= first && first <= last && last <= Limits.numberMax
        guard !isRun || last - first < Limits.changesPerSegmentMax else { return nil }
        guard let epoch = UInt32(exactly: epoch),
            let header = SegmentHeader(
                books: books, epoch: epoch, writer: writer, sealer: sealer, first: first,
                last: last, before: before, after: after, salt: salt),
            let segment = Segment(
                header: header, commitment: commitment, signature: signature, body: body)
        else { throw ScanFault(offset: range.lowerBound) }
        return segment
    }
}

extension [UInt8] {
    /// Appends the bytes of a text.
    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { append(contentsOf: $0) }
    }

    /// Appends `,"key":"base64url"`.
    mutating func append(key: StaticString, binary: [UInt8]) {
        append(#",""#)
        append(key)
        append(#"":""#)
        Base64URL.encode(binary, to: &self)
        append(#"""#)
    }

    /// Appends `,"key":integer`.
    mutating func append(key: StaticString, integer: Int64) {
        append(#",""#)
        append(key)
        append(#"":"#)
        append(contentsOf: String(integer).utf8)
    }
}
