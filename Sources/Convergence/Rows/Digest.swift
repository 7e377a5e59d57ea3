/// An order-free sum of hashes of rows, modulo 2^256: equal states have equal digests.
package struct Digest: Hashable, Sendable {
    private var limbs: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// The digest of no rows.
    package init() {}

    /// The digest as stored: 32 bytes, big end first; nil for any other count.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        limbs = Array(bytes).withUnsafeBytes { Self.limbs(of: $0) }
    }

    /// Adds the hash of a row: a buffer of 32 bytes; a shorter one counts as zero.
    package mutating func add(_ hash: UnsafeRawBufferPointer) {
        let other = Self.limbs(of: hash)
        var carry = false
        (limbs.3, carry) = Self.sum(limbs.3, other.3, carry)
        (limbs.2, carry) = Self.sum(limbs.2, other.2, carry)
        (limbs.1, carry) = Self.sum(limbs.1, other.1, carry)
        (limbs.0, _) = Self.sum(limbs.0, other.0, carry)
    }

    /// Takes the hash of a row away again: the buffer as in ``add(_:)``.
    package mutating func subtract(_ hash: UnsafeRawBufferPointer) {
        let other = Self.limbs(of: hash)
        var borrow = false
        (limbs.3, borrow) = Self.difference(limbs.3, other.3, borrow)
        (limbs.2, borrow) = Self.difference(limbs.2, other.2, borrow)
        (limbs.1, borrow) = Self.difference(limbs.1, other.1, borrow)
        (limbs.0, _) = Self.difference(limbs.0, other.0, borrow)
    }

    /// The 32 bytes, big end first.
    package var bytes: [UInt8] {
        [limbs.0, limbs.1, limbs.2, limbs.3].flatMap { limb in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: limb >> $0) }
        }
    }

    /// The first 80 bits, as people compare them.
    package var text: String { Base32.encode(bytes.prefix(10)) }

    private static func limbs(of hash: UnsafeRawBufferPointer) -> (UInt64, UInt64, UInt64, UInt64) {
        func limb(_ index: Int) -> UInt64 {
            guard hash.count >= 32 else { return 0 }
            return UInt64(bigEndian: hash.loadUnaligned(fromByteOffset: index * 8, as: UInt64.self))
        }
        return (limb(0), limb(1), limb(2), limb(3))
    }

    private static func sum(_ left: UInt64, _ right: UInt64, _ carry: Bool) -> (UInt64, Bool) {
        let (partial, first) = left.addingReportingOverflow(right)
        let (sum, second) = partial.addingReportingOverflow(carry ? 1 : 0)
        return (sum, first || second)
    }

    private static func difference(
        _ left: UInt64, _ right: UInt64, _ borrow: Bool
    ) -> (UInt64, Bool) {
        let (partial, first) = left.subtractingReportingOverflow(right)
        let (difference, second) = partial.subtractingReportingOverflow(borrow ? 1 : 0)
        return (difference, first || second)
    }

    package static func == (left: Digest, right: Digest) -> Bool {
        left.limbs == right.limbs
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(limbs.0)
        hasher.combine(limbs.3)
    }
}
