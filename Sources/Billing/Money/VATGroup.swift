/// What one VAT category and rate amounts to in a document.
package struct VATGroup: Hashable, Sendable {
    /// The category.
    package let category: VATCategory
    /// The rate in percent.
    package let rate: Decimal
    /// The sum of the group's nets, in minor units.
    package let basis: Int64
    /// The VAT on that sum, in minor units.
    package let vat: Int64

    /// The same taken back.
    var negated: VATGroup {
        VATGroup(category: category, rate: rate, basis: 0 &- basis, vat: 0 &- vat)
    }

    /// Whether another is of the same category and rate.
    func isLike(_ other: VATGroup) -> Bool { category == other.category && rate == other.rate }

    /// The sum with one of the same category and rate.
    func adding(_ other: VATGroup) -> VATGroup {
        VATGroup(
            category: category, rate: rate, basis: basis &+ other.basis, vat: vat &+ other.vat)
    }
}

extension [VATGroup] {
    /// Adds a group to the one of its category and rate.
    mutating func add(_ group: VATGroup) {
        guard let index = firstIndex(where: { $0.isLike(group) }) else { return append(group) }
        self[index] = self[index].adding(group)
    }
}
