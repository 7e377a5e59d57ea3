/// Splitting an amount into parts that always sum to it exactly.
package enum Splitting {
    /// The parts of an amount by shares, such as 30, 30, 40: each is cut off to whole minor units
    /// towards zero, and the last takes what remains.
    ///
    /// Shares are positive; their sum stays within `Currency.minorMax`.
    package static func split(
        _ minor: Int64, shares: [Int64]
    ) throws(BillingFailure) -> [Int64] {
        var sum: Int128 = 0
        for share in shares {
            guard share > 0 else { throw .shares }
            sum += Int128(share)
        }
        guard !shares.isEmpty, sum <= Int128(Currency.minorMax) else { throw .shares }
        var rest = minor
        var parts = shares.dropLast().map { share in
            let part = Int64(Int128(minor) * Int128(share) / sum)
            rest -= part
            return part
        }
        parts.append(rest)
        return parts
    }

    /// An amount in so many parts, as equal as whole minor units allow; the last takes the rest.
    package static func split(_ minor: Int64, parts: Int) throws(BillingFailure) -> [Int64] {
        guard (1...10_000).contains(parts) else { throw .shares }
        return try split(minor, shares: Array(repeating: 1, count: parts))
    }
}
