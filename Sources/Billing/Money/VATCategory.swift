/// A VAT category of EN 16931 (code list UNCL 5305).
package enum VATCategory: String, Hashable, Sendable, CaseIterable {
    /// Standard rate, and the reduced ones.
    case standard = "S"
    /// Zero rate.
    case zero = "Z"
    /// Exempt; a document names the reason.
    case exempt = "E"
    /// Reverse charge: the buyer owes the tax.
    case reverseCharge = "AE"
    /// Supply within the European Union.
    case intraCommunity = "K"
    /// Export.
    case export = "G"
    /// Not subject to VAT.
    case notSubject = "O"
    /// Canary Islands.
    case canaryIslands = "L"
    /// Ceuta and Melilla.
    case ceutaMelilla = "M"
    /// Transferred VAT (Italy).
    case transferred = "B"

    /// Reads the code, in capitals or not.
    package init(_ text: String) throws(BillingFailure) {
        guard let category = VATCategory(rawValue: text.uppercased()) else {
            throw .category(text: text)
        }
        self = category
    }

    /// Whether the category carries a rate: the others are always at zero.
    package var hasRate: Bool {
        switch self {
        case .standard, .canaryIslands, .ceutaMelilla, .transferred: true
        case .zero, .exempt, .reverseCharge, .intraCommunity, .export, .notSubject: false
        }
    }

    /// Refuses a rate other than zero where the category has none.
    package func check(_ rate: Decimal) throws(BillingFailure) {
        guard hasRate || rate == .zero else { throw .rateWithoutVAT(category: self, rate: rate) }
    }

    /// The place in lists of groups: the order of the cases.
    var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
