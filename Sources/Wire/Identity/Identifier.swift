import Convergence
package import Crypto

/// A value of a fixed number of bytes, written on lines as base64url without padding.
package protocol Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// How many bytes every value has.
    static var byteCount: Int { get }
    /// The bytes; always ``byteCount`` of them.
    var bytes: [UInt8] { get }
    /// Takes bytes whose count has been checked.
    init(checked bytes: [UInt8])
}

extension Identifier {
    /// Takes exactly ``byteCount`` bytes; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        self.init(checked: Array(bytes))
    }

    /// Reads the written form; nil unless it stands for exactly ``byteCount`` bytes.
    package init?(text: String) {
        guard let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    /// The written form.
    package var text: String { Base64URL.encode(bytes) }

    package var description: String { text }

    package static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

/// Thirty-two bytes held in place: ids come by the hundred thousand, and none of them is to cost an
/// allocation.
package struct Words32: Hashable, Sendable {
    // In the order of the bytes in memory, whatever the machine's own order within a word.
    private var first: UInt64 = 0
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private var fourth: UInt64 = 0

    /// Zeros.
    package init() {}

    /// The first 32 of these bytes; what is missing is zero.
    package init(_ bytes: UnsafeRawBufferPointer) {
        Swift.withUnsafeMutableBytes(of: &self) { own in
            own.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes.prefix(32)))
        }
    }

    /// Hands the bytes out.
    package func withUnsafeBytes<Answer>(_ body: (UnsafeRawBufferPointer) -> Answer) -> Answer {
        Swift.withUnsafeBytes(of: self, body)
    }
}

/// An identifier of 32 bytes.
package protocol WideIdentifier: Identifier {
    /// The bytes, in place.
    var words: Words32 { get }
    /// Takes the bytes.
    init(words: Words32)
}

extension WideIdentifier {
    package static var byteCount: Int { 32 }

    package var bytes: [UInt8] { words.withUnsafeBytes { Array($0) } }

    package init(checked bytes: [UInt8]) {
        self.init(words: bytes.withUnsafeBytes { Words32($0) })
    }

    /// Takes a hash as it is.
    package init(_ digest: SHA256.Digest) {
        self.init(words: digest.withUnsafeBytes { Words32($0) })
    }

    /// Hands the bytes out without copying them.
    package func withUnsafeBytes<Answer>(_ body: (UnsafeRawBufferPointer) -> Answer) -> Answer {
        words.withUnsafeBytes(body)
    }
}

/// The books' identity: 16 bytes that the books' admission key gives, see ``Admission``.
package struct BooksID: Identifier {
    package static let byteCount = 16
    package let bytes: [UInt8]
    package init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// A writer's name: its Ed25519 public key (RFC 8032).
package struct WriterID: WideIdentifier {
    package let words: Words32
    package init(words: Words32) { self.words = words }
}

/// The identity of a change and of all changes of its writer before it, as the chain key gives it.
package struct ChangeID: WideIdentifier {
    package let words: Words32
    package init(words: Words32) { self.words = words }

    /// What stands before a writer's first change: 32 zero bytes.
    package static let origin = ChangeID(words: Words32())
}

/// The identity of a segment's exact bytes: SHA-256 of its binary form.
package struct SegmentHash: WideIdentifier {
    package let words: Words32
    package init(words: Words32) { self.words = words }
}

/// A mailbox's random name for one life of its contents: a mailbox made anew has another.
package struct Generation: Identifier {
    package static let byteCount = 16
    package let bytes: [UInt8]
    package init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// The running hash of a mailbox at a position: it stands for every segment up to there, in order.
package struct Mark: WideIdentifier {
    package let words: Words32
    package init(words: Words32) { self.words = words }

    /// The mark of an empty mailbox: 32 zero bytes.
    package static let origin = Mark(words: Words32())

    /// The mark after one more segment: SHA-256(this mark ‖ the segment's hash).
    package func following(_ hash: SegmentHash) -> Mark {
        var hasher = SHA256()
        withUnsafeBytes { hasher.update(bufferPointer: $0) }
        hash.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return Mark(hasher.finalize())
    }
}
