/// What a document is: UNTDID 1001, as EN 16931 uses it (BT-3).
package enum DocumentKind: String, CaseIterable, Sendable {
    /// A commercial invoice; with deposits on it, a final one.
    case invoice = "380"
    /// An invoice for money that is paid in advance.
    case deposit = "386"
    /// Takes back an invoice, or a part of it.
    case credit = "381"
    /// Takes the place of an invoice.
    case corrective = "384"
    /// Takes back a deposit invoice, or a part of it.
    case depositCredit = "503"

    /// Whether it takes back what another document asks for: its amounts are negative.
    package var isCredit: Bool { self == .credit || self == .depositCredit }

    /// As SQL writes it.
    var sql: String { "'\(rawValue)'" }

    /// The kinds that take back, as SQL lists them.
    static let creditsSQL = allCases.filter(\.isCredit).map(\.sql).joined(separator: ", ")

    /// What it is called in answers.
    package var words: String {
        switch self {
        case .invoice: "invoice"
        case .deposit: "deposit invoice"
        case .credit: "credit note"
        case .corrective: "corrective invoice"
        case .depositCredit: "credit note on a deposit"
        }
    }
}

extension DraftContent {
    /// A deposit invoice that a final invoice deducts: what is left of it, as it was when it was put
    /// there. A deposit is frozen, so these facts are copied.
    package struct Deposit: Hashable, Sendable {
        /// The row of the deposit's document.
        package let document: String
        /// Its number.
        package let number: String
        /// Its date of issue.
        package let date: CivilDate
        /// Its VAT by category and rate.
        package let groups: [VATGroup]

        /// Without VAT, in minor units.
        package var net: Int64 { groups.reduce(0) { $0 &+ $1.basis } }
        /// Its VAT.
        package var vat: Int64 { groups.reduce(0) { $0 &+ $1.vat } }
        /// With VAT.
        package var gross: Int64 { net &+ vat }

        /// The same taken back.
        var negated: Deposit {
            Deposit(
                document: document, number: number, date: date,
                groups: groups.map(\.negated))
        }
    }

    /// The content that takes this one back: totals turn with the sign, so both sum to nothing.
    package var negated: DraftContent {
        var content = self
        for index in content.lines.indices {
            let quantity = content.lines[index].quantity
            content.lines[index].quantity = Decimal(
                coefficient: -quantity.coefficient, scale: quantity.scale)
            for inner in content.lines[index].adjustments.indices {
                content.lines[index].adjustments[inner].amount.negate()
            }
        }
        for index in content.adjustments.indices { content.adjustments[index].amount.negate() }
        content.prepaid.negate()
        content.rounding.negate()
        content.deposits = content.deposits.map(\.negated)
        return content
    }
}
