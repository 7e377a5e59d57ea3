import Convergence

/// What is said in clear of a segment: whose changes, which, sealed by whom, under which salt.
package struct SegmentHeader: Hashable, Sendable {
    /// The protocol version that this code speaks.
    package static let version: UInt8 = 1
    /// Bytes of the binary form.
    package static let byteCount = 186
    /// Bytes of a salt.
    package static let saltBytes = 16

    /// The books that the changes belong to.
    package let books: BooksID
    /// The number of the books' key that sealed the body, from 1.
    package let epoch: UInt32
    /// Who wrote the changes.
    package let writer: WriterID
    /// Who sealed and signed them: any member that holds them.
    package let sealer: WriterID
    /// The number of the first change.
    package let first: Int64
    /// The number of the last change.
    package let last: Int64
    /// The id of the change before the first; ``ChangeID/origin`` when the first is number 1.
    package let before: ChangeID
    /// The id of the last change.
    package let after: ChangeID
    /// The salt of the body's key.
    package let salt: [UInt8]

    /// Makes a header; nil when a number or the salt is out of bounds.
    package init?(
        books: BooksID, epoch: UInt32, writer: WriterID, sealer: WriterID, first: Int64,
        last: Int64, before: ChangeID, after: ChangeID, salt: [UInt8]
    ) {
        guard epoch >= 1, first >= 1, last >= first, last <= Limits.numberMax,
            last - first < Limits.changesPerSegmentMax, salt.count == Self.saltBytes,
            (first == 1) == (before == .origin)
        else { return nil }
        self.books = books
        self.epoch = epoch
        self.writer = writer
        self.sealer = sealer
        self.first = first
        self.last = last
        self.before = before
        self.after = after
        self.salt = salt
    }

    /// The binary form that is sealed with the body and signed: `Protocol/segments.md`.
    package var bytes: [UInt8] { bytesWithoutSalt + salt }

    /// The binary form up to the salt: what the salt is made from.
    package var bytesWithoutSalt: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        bytes.append(contentsOf: "jalon".utf8)
        bytes.append(Self.version)
        bytes.append(contentsOf: books.bytes)
        bytes.append(bigEndian: epoch)
        bytes.append(contentsOf: writer.bytes)
        bytes.append(contentsOf: sealer.bytes)
        bytes.append(bigEndian: UInt64(first))
        bytes.append(bigEndian: UInt64(last))
        bytes.append(contentsOf: before.bytes)
        bytes.append(contentsOf: after.bytes)
        return bytes
    }

    /// Reads the binary form; nil unless it is exactly one of this version.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var reader = ByteReader(bytes)
        guard reader.take(5) == Array("jalon".utf8), reader.take(1) == [Self.version],
            let books = BooksID(bytes: reader.take(16)),
            let epoch = UInt32(exactly: reader.integer(4)),
            let writer = WriterID(bytes: reader.take(32)),
            let sealer = WriterID(bytes: reader.take(32)),
            let first = Int64(exactly: reader.integer(8)),
            let last = Int64(exactly: reader.integer(8)),
            let before = ChangeID(bytes: reader.take(32)),
            let after = ChangeID(bytes: reader.take(32))
        else { return nil }
        self.init(
            books: books, epoch: epoch, writer: writer, sealer: sealer, first: first, last: last,
            before: before, after: after, salt: reader.take(Self.saltBytes))
    }

    /// The numbers of the changes.
    package var numbers: ClosedRange<Int64> { first...last }
}

/// Reads big-endian fields of a fixed layout; past the end it gives nothing.
private struct ByteReader {
    private let bytes: [UInt8]
    private var offset = 0

    init(_ bytes: some Collection<UInt8>) { self.bytes = Array(bytes) }

    mutating func take(_ count: Int) -> [UInt8] {
        let end = min(offset + count, bytes.count)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }

    mutating func integer(_ count: Int) -> UInt64 {
        take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
