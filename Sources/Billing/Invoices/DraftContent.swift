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

        /// The code of the rate card's item that it was taken from.
        package var item: String?
        /// What stands below it.
        package var note: String?
        /// The client's own code for it (BT-132, BT-128).
        package var reference: String?
        /// The first and the last day of what it covers, in ISO (BT-134, BT-135).
        package var periodFrom: String?
        package var periodTo: String?
        /// Why no VAT is charged, where the law's usual words do not fit (BT-120).
        package var reason: String?

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
        /// In minor units; 0 where a percentage says it.
        package var amount: Int64
        /// In percent of quantity × price.
        package var percent: Decimal?
        /// Why; nil if nothing was given.
        package var reason: String?

        /// Makes an adjustment of a line.
        package init(
            charge: Bool, amount: Int64 = 0, percent: Decimal? = nil, reason: String? = nil
        ) {
            self.charge = charge
            self.amount = amount
            self.percent = percent
            self.reason = reason
        }
    }

    /// An allowance or a charge of the whole document.
    package struct Adjustment: Hashable, Sendable {
        /// A charge is added, an allowance taken off.
        package var charge: Bool
        /// In minor units; 0 where a percentage says it.
        package var amount: Int64
        /// In percent of the lines of the same category and rate.
        package var percent: Decimal?
        /// Why; nil if nothing was given.
        package var reason: String?
        /// The VAT category; nil for a percentage of all lines, each under its own VAT.
        package var category: VATCategory?
        /// The VAT rate in percent; nil like the category.
        package var rate: Decimal?

        /// Makes an adjustment of a document.
        package init(
            charge: Bool, amount: Int64 = 0, percent: Decimal? = nil, reason: String? = nil,
            category: VATCategory?, rate: Decimal?
        ) {
            self.charge = charge
            self.amount = amount
            self.percent = percent
            self.reason = reason
            self.category = category
            self.rate = rate
        }
    }

    /// What the document is.
    package var kind: DocumentKind = .invoice
    /// The row of the document that this one takes back or replaces.
    package var corrects: String?
    /// The deposits that this one deducts.
    package var deposits: [Deposit] = []
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
    /// What it says beside, in the forms that are kept.
    package var details: [DraftField: String]

    /// Makes a content; nothing is checked beyond the types.
    package init(
        currency: Currency, lines: [Line] = [], adjustments: [Adjustment] = [],
        prepaid: Int64 = 0, rounding: Int64 = 0, details: [DraftField: String] = [:]
    ) {
        self.currency = currency
        self.lines = lines
        self.adjustments = adjustments
        self.prepaid = prepaid
        self.rounding = rounding
        self.details = details
    }
}
