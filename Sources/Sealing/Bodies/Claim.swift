package import Convergence

/// What a sealer says of its books right after a segment's last change: the digest that every
/// replica at exactly that version must have.
package struct Claim: Hashable, Sendable {
    /// The sealer's digest.
    package let digest: Digest

    /// A claim.
    package init(digest: Digest) { self.digest = digest }
}
