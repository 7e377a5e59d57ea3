/// A way to pay; the raw values are the words that are typed, kept and shown.
///
/// Whatever is typed as a method is one of these. Other texts, which earlier programs kept, are shown,
/// listed and printed as they stand.
package enum PaymentMethod: String, CaseIterable, Sendable {
    case transfer, cheque, card
    case directDebit = "direct debit"
    /// A wallet on a telephone or a site, as Apple Pay or PayPal.
    case wallet
    /// A link that was sent, as one of PayPal or Stripe.
    case link
    /// From person to person, as Wero or Lydia.
    case person = "person to person"
    case cash, crypto
    /// Goods, an exchange of services, anything else: a note says what.
    case other

    /// What else people write for them, folded.
    private static let synonyms: [String: PaymentMethod] = [
        "bank transfer": .transfer, "wire": .transfer, "sepa": .transfer, "virement": .transfer,
        "check": .cheque, "chèque": .cheque, "credit card": .card,
        "debit card": .card, "carte": .card, "debit": .directDebit, "prélèvement": .directDebit,
        "prelevement": .directDebit, "portefeuille": .wallet, "lien": .link, "p2p": .person,
        "peer to peer": .person, "espèces": .cash, "especes": .cash, "bitcoin": .crypto,
        "autre": .other,
    ]

    /// The words, in the order of the cases.
    package static var words: [String] { allCases.map(\.rawValue) }

    /// Reads a word of these, the beginning of just one, or what else people write for it; case, and
    /// `-` or `_` for a blank, are ignored.
    package init(_ text: String) throws(BillingFailure) {
        let word = String(
            Matcher.folded(text).map { $0 == "-" || $0 == "_" ? " " : $0 })
        let begun = word.isEmpty ? [] : Self.allCases.filter { $0.rawValue.hasPrefix(word) }
        guard
            let method = Self(rawValue: word) ?? Self.synonyms[word]
                ?? (begun.count == 1 ? begun.first : nil)
        else {
            throw .choice(ChoiceFault(field: "method", text: text, allowed: Self.words))
        }
        self = method
    }

    /// What is kept of a text that was typed.
    static func checked(_ text: String) throws(BillingFailure) -> String {
        try PaymentMethod(text).rawValue
    }

    /// What stands on a document in a language for a text that is kept; one that is none of these stays.
    static func printed(_ text: String, _ language: Language) -> String {
        guard language == .french else { return text }
        return switch PaymentMethod(rawValue: text) {
        case .transfer: "virement"
        case .cheque: "chèque"
        case .card: "carte bancaire"
        case .directDebit: "prélèvement"
        case .wallet: "portefeuille électronique"
        case .link: "lien de paiement"
        case .person: "de particulier à particulier"
        case .cash: "espèces"
        case .crypto: "cryptomonnaie"
        case .other: "autre"
        case nil: text
        }
    }
}
