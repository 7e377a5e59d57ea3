import Convergence

/// What a draft says beside its lines; the raw values are the names in answers and draft files.
package enum DraftField: String, CaseIterable, Sendable {
    /// The purchase order (BT-13).
    case po
    /// The buyer's reference, as a department or a service code (BT-10).
    case reference
    /// When it was delivered or done (BT-72), or over which days (BT-73, BT-74).
    case delivered, periodFrom, periodTo
    /// How it is to be paid, and where it can be paid at once.
    case method, link
    /// The language of the document.
    case language
    /// How many euros one unit of the currency is, on which day, by which source.
    case exchange, exchangeDate, exchangeSource
    /// Whether what the client still owes is told below the total: `yes` or `no`.
    case carry
    /// What else is to be read on it.
    case note

    /// The name in the table, where names have no capitals.
    var column: String { rawValue.columnName }

    /// All fields with their columns, which are asked of every draft.
    static let columns = allCases.map { (field: $0, column: $0.column) }

    /// Whether the field holds a date: the command line reads it in words and hands it on in ISO.
    package var isDate: Bool {
        switch self {
        case .delivered, .periodFrom, .periodTo, .exchangeDate: true
        default: false
        }
    }

    /// The form that is kept of what was typed.
    func checked(_ text: String) throws(BillingFailure) -> String {
        switch self {
        case .delivered, .periodFrom, .periodTo, .exchangeDate:
            guard let date = CivilDate(iso: text) else {
                throw .date(text: text, text.isEmpty ? .empty : .rest(at: 0))
            }
            return date.iso
        case .exchange:
            let rate = try Decimal(text, as: .price)
            guard rate > .zero else { throw .number(.price, text: text, .zero) }
            return rate.text
        case .language:
            return try ChoiceFault.checked(text, rawValue, Language.allCases.map(\.rawValue))
        case .carry: return try ChoiceFault.checked(text, rawValue, ["yes", "no"])
        case .po: return try PlainText.line(text, .purchaseOrder)
        case .reference, .exchangeSource: return try PlainText.line(text, .reference)
        case .method: return try PaymentMethod.checked(text)
        case .link: return try Self.link(text)
        case .note: return try PlainText.block(text, .note)
        }
    }

    /// An address that can be opened: https alone, without blanks.
    private static func link(_ text: String) throws(BillingFailure) -> String {
        let link = try PlainText.line(text, .website)
        guard link.lowercased().hasPrefix("https://"), link.count > 11,
            !link.contains(where: \.isWhitespace)
        else {
            throw .choice(
                ChoiceFault(field: "link", text: text, allowed: ["https://…, without blanks"]))
        }
        return link
    }

    /// The checked values of what was typed, by column; an empty text empties its field.
    static func values(_ typed: [DraftField: String]) throws(BillingFailure) -> [String: Value] {
        var values: [String: Value] = [:]
        for field in allCases {
            guard let text = typed[field] else { continue }
            values[field.column] = text.trimmed.isEmpty ? .null : .text(try field.checked(text))
        }
        return values
    }

    /// The checked forms of what was typed, without what is empty.
    package static func details(
        _ typed: [DraftField: String]
    ) throws(BillingFailure) -> [DraftField: String] {
        var details: [DraftField: String] = [:]
        for (field, text) in typed where !text.trimmed.isEmpty {
            details[field] = try field.checked(text)
        }
        return details
    }
}
