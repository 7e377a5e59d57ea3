/// The totals of a document, in minor units of its currency (EN 16931, BT-106 to BT-115).
package struct Totals: Hashable, Sendable {
    /// Per line, in the order of the content: quantity × price / base, less allowances, plus charges.
    package let lineNets: [Int64]
    /// The sum of the lines.
    package let lines: Int64
    /// The sum of the document's allowances.
    package let allowances: Int64
    /// The sum of the document's charges.
    package let charges: Int64
    /// Lines less allowances plus charges.
    package let net: Int64
    /// The sum of the groups' VAT.
    package let vat: Int64
    /// Net plus VAT.
    package let gross: Int64
    /// What was paid before.
    package let prepaid: Int64
    /// What was added to round the sum.
    package let rounding: Int64
    /// Gross less prepaid plus rounding.
    package let due: Int64
    /// By category, then by falling rate, whatever the order of the lines.
    package let groups: [VATGroup]
    /// The document's allowances and charges with their amounts; one of a percentage of all lines
    /// stands there once for each group.
    package let adjustments: [DraftContent.Adjustment]

    /// The VAT in euros at a rate of exchange, rounded half up; nil for euros and without a rate.
    ///
    /// Directive 2006/112/EC, art. 230 and 91: the VAT stands in the national currency too.
    func vatInEuros(_ currency: Currency, _ exchange: String?) throws(BillingFailure) -> Int64? {
        guard currency != .eur, let exchange else { return nil }
        return try currency.inEuros(vat, rate: exchange)
    }
}

extension Totals {
    /// Computes the totals; everything that needs one calls this.
    ///
    /// Rounding is half up on the absolute value: once per line, and once per group for the VAT,
    /// which is never summed from lines. Fails if an amount leaves the range of amounts.
    package init(of content: DraftContent) throws(BillingFailure) {
        var gathering = Gathering(decimals: content.currency.decimals)
        for line in content.lines { try gathering.add(line) }
        let adjustments = try gathering.resolved(content.adjustments)
        for adjustment in adjustments { try gathering.add(adjustment) }
        var groups: [VATGroup] = []
        var vat: Int64 = 0
        for (key, basis) in gathering.bases {
            let group = VATGroup(
                category: key.category, rate: key.rate, basis: basis,
                vat: try key.rate.percentage(of: basis))
            groups.append(group)
            vat = try vat.adding(group.vat)
        }
        groups.sort {
            $0.category.order == $1.category.order
                ? $0.rate > $1.rate : $0.category.order < $1.category.order
        }
        let net = try gathering.lines.subtracting(gathering.allowances)
            .adding(gathering.charges)
        let gross = try net.adding(vat)
        var prepaid = content.prepaid
        for deposit in content.deposits { prepaid = try prepaid.adding(deposit.gross) }
        self.init(
            lineNets: gathering.nets, lines: gathering.lines, allowances: gathering.allowances,
            charges: gathering.charges, net: net, vat: vat, gross: gross,
            prepaid: prepaid, rounding: content.rounding,
            due: try gross.subtracting(prepaid).adding(content.rounding),
            groups: groups, adjustments: adjustments)
    }

    /// The sums of lines and adjustments, and the basis of each group.
    private struct Gathering {
        struct Key: Hashable {
            let category: VATCategory
            let rate: Decimal
        }

        let decimals: Int
        var bases: [Key: Int64] = [:]
        var nets: [Int64] = []
        var lines: Int64 = 0
        var allowances: Int64 = 0
        var charges: Int64 = 0

        init(decimals: Int) {
            self.decimals = decimals
        }

        mutating func add(_ line: DraftContent.Line) throws(BillingFailure) {
            let net = try line.net(decimals: decimals)
            nets.append(net)
            lines = try lines.adding(net)
            let key = Key(category: line.category, rate: line.rate)
            bases[key] = try bases[key, default: 0].adding(net)
        }

        /// The adjustments with their amounts: percentages are taken of the lines, not of each
        /// other.
        func resolved(
            _ adjustments: [DraftContent.Adjustment]
        ) throws(BillingFailure) -> [DraftContent.Adjustment] {
            let keys = bases.keys.sorted {
                $0.category.order == $1.category.order
                    ? $0.rate > $1.rate : $0.category.order < $1.category.order
            }
            var resolved: [DraftContent.Adjustment] = []
            for adjustment in adjustments {
                guard let percent = adjustment.percent else {
                    resolved.append(adjustment)
                    continue
                }
                for key in keys {
                    if let rate = adjustment.rate, let category = adjustment.category,
                        key != Key(category: category, rate: rate)
                    {
                        continue
                    }
                    var one = adjustment
                    one.category = key.category
                    one.rate = key.rate
                    one.amount = try percent.percentage(of: bases[key, default: 0])
                    resolved.append(one)
                }
            }
            return resolved
        }

        mutating func add(_ adjustment: DraftContent.Adjustment) throws(BillingFailure) {
            guard let category = adjustment.category, let rate = adjustment.rate else { return }
            let key = Key(category: category, rate: rate)
            let basis = bases[key, default: 0]
            if adjustment.charge {
                charges = try charges.adding(adjustment.amount)
                bases[key] = try basis.adding(adjustment.amount)
            } else {
                allowances = try allowances.adding(adjustment.amount)
                bases[key] = try basis.subtracting(adjustment.amount)
            }
        }
    }

}

extension Decimal {
    /// So many percent of an amount, rounded half up on the absolute value.
    func percentage(of minor: Int64) throws(BillingFailure) -> Int64 {
        try Int128(minor).times(Int128(coefficient))
            .dividedHalfUp(by: 100 * Int128.powerOfTen(scale)).asMinor()
    }
}

extension DraftContent.LineAdjustment {
    /// The amount, of a line whose quantity × price is this.
    func amount(of gross: Int64) throws(BillingFailure) -> Int64 {
        try percent?.percentage(of: gross) ?? amount
    }
}

extension DraftContent.Line {
    /// The line's net in minor units of a currency with so many decimals.
    func net(decimals: Int) throws(BillingFailure) -> Int64 {
        let base = priceBase ?? .one
        let product = try Int128(quantity.coefficient).times(Int128(price.coefficient))
            .times(Int128.powerOfTen(base.scale + decimals))
        let divisor = try Int128(base.coefficient)
            .times(Int128.powerOfTen(quantity.scale + price.scale))
        let gross = try product.dividedHalfUp(by: divisor).asMinor()
        var net = gross
        for adjustment in adjustments {
            let amount = try adjustment.amount(of: gross)
            net = try adjustment.charge ? net.adding(amount) : net.subtracting(amount)
        }
        return net
    }
}
