/// What credit notes left of a document: their amounts are negative, so taking them is adding.
///
/// It is measured by VAT category and rate, and not by what is to be paid: of an invoice that was paid
/// beforehand nothing is, and what stood under one rate is not taken back under another.
struct Remainder: Equatable {
    /// What is left by VAT, in the order of the document.
    private(set) var groups: [VATGroup]
    private var prepaid: Int64
    private var rounding: Int64

    /// A document of which nothing was taken back.
    init(of totals: Totals) {
        groups = totals.groups
        prepaid = totals.prepaid
        rounding = totals.rounding
    }

    /// With VAT, in minor units.
    var gross: Int64 { groups.reduce(0) { $0 &+ $1.basis &+ $1.vat } }

    /// Whether all of it was taken back.
    var isNothing: Bool { groups.allSatisfy { $0.basis == 0 } }

    /// Whether more was taken back of a document than there was.
    func isOverdrawn(of totals: Totals) -> Bool {
        zip(groups, totals.groups).contains { left, own in
            own.basis >= 0 ? left.basis < 0 : left.basis > 0
        }
    }

    /// The same groups with nothing in them.
    var nothing: Remainder {
        var remainder = self
        remainder.groups = groups.map {
            VATGroup(category: $0.category, rate: $0.rate, basis: 0, vat: 0)
        }
        remainder.prepaid = 0
        remainder.rounding = 0
        return remainder
    }

    /// Takes back what a credit note does.
    mutating func take(_ credit: Totals) {
        prepaid &+= credit.prepaid
        rounding &+= credit.rounding
        groups = groups.map { own in
            credit.groups.first { $0.isLike(own) }.map(own.adding) ?? own
        }
    }

    /// Whether a credit note takes back no more than is left, and something where there is anything.
    func holds(_ credit: Totals) -> Bool {
        func isWithin(_ taken: Int64, _ left: Int64) -> Bool {
            left >= 0 ? taken <= 0 && taken >= -left : taken >= 0 && taken <= -left
        }
        let isWithinAll = credit.groups.allSatisfy { taken in
            isWithin(taken.basis, groups.first { $0.isLike(taken) }?.basis ?? 0)
        }
        return isWithinAll && isWithin(credit.prepaid, prepaid)
            && isWithin(credit.rounding, rounding)
            && (isNothing || credit.groups.contains { $0.basis != 0 })
    }
}
