import Convergence
import Crypto

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

/// The books' identity: 16 bytes that the books' admission key gives, see ``Admission``.
package struct BooksID: Identifier {
    package static let byteCount = 16
    package let bytes: [UInt8]
    package init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// A writer's name: its Ed25519 public key (RFC 8032).
package struct WriterID: Identifier {
    package static let byteCount = 32
    package let bytes: [UInt8]
    package init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// The identity of a change and of all changes of its writer before it, as the chain key gives it.
package struct ChangeID: Identifier {
    package static let byteCount = 32
    package let bytes: [UInt8]
    package init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// What stands before a writer's first change: 32 zero bytes.
    package static let origin = ChangeID(checked: [UInt8](repeating: 0, count: 32))
}

/// The identity of a segment's exact bytes: SHA-256 of its binary form.
package struct SegmentHash: Identifier {
    package static let byteCount = 32
    package let bytes: [UInt8]
    package init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// A mailbox's random name for one life of its contents: a mailbox made anew has another.
package struct Generation: Identifier {
    package static let byteCount = 16
    package let bytes: [UInt8]
    package init(checked bytes: [UInt8]) { self.bytes = bytes }
}

/// The running hash of a mailbox at a position: it stands for every segment up to there, in order.
package struct Mark: Identifier {
    package static let byteCount = 32
    package let bytes: [UInt8]
    package init(checked bytes: [UInt8]) { self.bytes = bytes }

    /// The mark of an empty mailbox: 32 zero bytes.
    package static let origin = Mark(checked: [UInt8](repeating: 0, count: 32))

    /// The mark after one more segment: SHA-256(this mark ‖ the segment's hash).
    package func following(_ hash: SegmentHash) -> Mark {
        var hasher = SHA256()
        hasher.update(data: bytes)
        hasher.update(data: hash.bytes)
        return Mark(checked: Array(hasher.finalize()))
    }
}
