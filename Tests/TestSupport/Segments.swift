import Convergence
import Crypto
package import Foundation
package import Wire

/// Makes signed segments whose bodies mean nothing, for tests of what never opens them.
package struct SegmentForge: Sendable {
    /// The books of every segment.
    package let books: BooksID
    /// The writer, who is the sealer too.
    package let writer: WriterID
    private let key: Curve25519.Signing.PrivateKey

    /// A forge whose writer comes from a number.
    package init(writer number: UInt8 = 1, books: BooksID = SegmentForge.someBooks) throws {
        key = try Curve25519.Signing.PrivateKey(
            rawRepresentation: [UInt8](repeating: number, count: 32))
        writer = WriterID(checked: Array(key.publicKey.rawRepresentation))
        self.books = books
    }

    /// Books that nobody has a key of.
    package static let someBooks = BooksID(checked: Array(1...16))

    /// A segment of one change, or of a run up to `last`. `variant` tells apart segments of the same
    /// numbers.
    package func segment(
        _ first: Int64, to last: Int64? = nil, bodyBytes: Int = 96, variant: UInt8 = 0
    ) throws -> Segment {
        let id = { (number: Int64) in
            number == 0
                ? ChangeID.origin
                : ChangeID(checked: Array(SHA256.hash(data: self.writer.bytes + "\(number)".utf8)))
        }
        let header = try some(
            SegmentHeader(
                books: books, epoch: 1, writer: writer, sealer: writer, first: first,
                last: last ?? first, before: id(first - 1), after: id(last ?? first),
                salt: [UInt8](repeating: variant, count: SegmentHeader.saltBytes)))
        let commitment = [UInt8](repeating: variant, count: Segment.commitmentBytes)
        let body = (0..<bodyBytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ Int(first)) }
        let signed = Segment.signedBytes(header: header, commitment: commitment, body: body)
        return try some(
            Segment(
                header: header, commitment: commitment,
                signature: Array(try key.signature(for: signed)), body: body))
    }

    /// Segments of the changes 1 to `count`, one each.
    package func segments(_ count: Int, bodyBytes: Int = 96) throws -> [Segment] {
        try (1...Int64(count)).map { try segment($0, bodyBytes: bodyBytes) }
    }
}

/// The SHA-256 of bytes.
package func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

/// The bytes of a key.
package func bytes(of key: some ContiguousBytes) -> [UInt8] { key.withUnsafeBytes { Array($0) } }

/// A value that a test cannot go on without.
package struct Missing: Error {
    /// What was missing.
    package let what: String

    /// Says what was missing.
    package init(what: String) { self.what = what }
}

/// Gives a value that has to be there.
package func some<T>(_ value: T?) throws -> T {
    guard let value else { throw Missing(what: "\(T.self)") }
    return value
}
