/// What a draft says: everything that its totals are computed from.
package struct DraftContent: Hashable, Sendable {
    /// One line.
    package struct Line: Hashable, Sendable {
        /// What was supplied.
        package var name: String
        /// How much of it.
        package var quantity: Decimal
        /// The unit of the quantity, as typed; nil if none was given.
        package var unit: String?
        /// The price of `priceBase` units, without VAT.
        package var price: Decimal
        /// How many units the price is for; nil means one.
        package var priceBase: Decimal?
        /// Allowances and charges of this line alone.
        package var adjustments: [LineAdjustment]
        /// The VAT category.
        package var category: VATCategory
        /// The VAT rate in percent.
        package var rate: Decimal

        /// Makes a line.
        package init(
            name: String, quantity: Decimal, unit: String? = nil, price: Decimal,
            priceBase: Decimal? = nil, adjustments: [LineAdjustment] = [],
            category: VATCategory, rate: Decimal
        ) {
            self.name = name
            self.quantity = quantity
            self.unit = unit
            self.price = price
            self.priceBase = priceBase
            self.adjustments = adjustments
            self.category = category
            self.rate = rate
        }
    }

    /// An allowance or a charge of one line; it shares the line's category and rate.
    package struct LineAdjustment: Hashable, Sendable {
        /// A charge is added, an allowance taken off.
        package var charge: Bool
        /// In minor units.
        package var amount: Int64
        /// Why; nil if nothing was given.
        package var reason: String?

        /// Makes an adjustment of a line.
        package init(charge: Bool, amount: Int64, reason: String? = nil) {
            self.charge = charge
            self.amount = amount
            self.reason = reason
        }
    }

    /// An allowance or a charge of the whole document.
    package struct Adjustment: Hashable, Sendable {
        /// A charge is added, an allowance taken off.
        package var charge: Bool
        /// In minor units.
        package var amount: Int64
        /// Why; nil if nothing was given.
        package var reason: String?
        /// The VAT category.
        package var category: VATCategory
        /// The VAT rate in percent.
        package var rate: Decimal

        /// Makes an adjustment of a document.
        package init(
            charge: Bool, amount: Int64, reason: String? = nil, category: VATCategory,
            rate: Decimal
        ) {
            self.charge = charge
            self.amount = amount
            self.reason = reason
            self.category = category
            self.rate = rate
        }
    }

    /// The currency of every amount and price.
    package var currency: Currency
    /// In the order of the document.
    package var lines: [Line]
    /// In the order of the document.
    package var adjustments: [Adjustment]
    /// What was paid before, in minor units.
    package var prepaid: Int64
    /// What rounds the sum, in minor units.
    package var rounding: Int64

    /// Makes a content; nothing is checked beyond the types.
    package init(
        currency: Currency, lines: [Line] = [], adjustments: [Adjustment] = [],
        prepaid: Int64 = 0, rounding: Int64 = 0
    ) {
        self.currency = currency
        self.lines = lines
        self.adjustments = adjustments
        self.prepaid = prepaid
        self.rounding = rounding
    }
}
