import Convergence

/// Hides the exact size of a body: `Protocol/segments.md`, "Padding".
///
/// The sizes are those of Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and
/// Communication with PURBs", 2019), which add at most 12 %, and at least ``sizeMin``.
enum Padding {
    /// The smallest padded size: small single edits all look alike.
    static let sizeMin = 192

    /// The padded size of `count` bytes.
    static func size(of count: Int) -> Int {
        guard count > sizeMin else { return sizeMin }
        let exponent = Int.bitWidth - 1 - count.leadingZeroBitCount
        let mantissaBits = Int.bitWidth - exponent.leadingZeroBitCount
        let mask = 1 << (exponent - mantissaBits) - 1
        return (count + mask) & ~mask
    }
}
