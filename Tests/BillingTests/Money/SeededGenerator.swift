@testable import Billing

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

extension DraftContent {
    /// A content of up to eight lines with every kind of number.
    static func random(using random: inout SeededGenerator) -> DraftContent {
        let rates = [
            (2000, VATCategory.standard), (550, .standard), (210, .standard), (0, .zero),
            (0, .exempt),
        ]
        func rate(_ random: inout SeededGenerator) -> (VATCategory, Decimal) {
            let (coefficient, category) = rates[Int.random(in: 0..<rates.count, using: &random)]
            return (category, Decimal(coefficient: Int64(coefficient), scale: 2))
        }
        var content = DraftContent(currency: .eur)
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            let (category, rate) = rate(&random)
            var line = Line(
                name: "line",
                quantity: Decimal(
                    coefficient: .random(in: -99_999...99_999, using: &random),
                    scale: .random(in: 1...4, using: &random)),
                price: Decimal(
                    coefficient: .random(in: -9_999_999...9_999_999, using: &random),
                    scale: .random(in: 2...6, using: &random)),
                category: category, rate: rate)
            if Bool.random(using: &random) {
                line.priceBase = Decimal(
                    coefficient: .random(in: 1...120, using: &random), scale: 1)
            }
            if Bool.random(using: &random) {
                line.adjustments = [
                    LineAdjustment(
                        charge: .random(using: &random),
                        amount: .random(in: -5000...5000, using: &random))
                ]
            }
            content.lines.append(line)
        }
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let (category, rate) = rate(&random)
            content.adjustments.append(
                Adjustment(
                    charge: .random(using: &random),
                    amount: .random(in: -5000...5000, using: &random), category: category,
                    rate: rate))
        }
        content.prepaid = .random(in: 0...10_000, using: &random)
        content.rounding = .random(in: -99...99, using: &random)
        return content
    }
}
