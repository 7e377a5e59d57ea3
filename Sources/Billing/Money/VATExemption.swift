/// Why a document charges no VAT on some of its lines: BT-120 and BT-121.
package struct VATExemption: Hashable, Sendable {
    /// The category of the lines.
    package let category: VATCategory
    /// The code of the VATEX list, where it has one.
    package let code: String?
    /// The words that stand on the document.
    package let text: String

    /// The reasons of a document, by category: what the lines say, else what the business says of
    /// itself, else the words of the law.
    static func all(of content: DraftContent, seller: Settings) -> [VATExemption] {
        var reasons: [VATExemption] = []
        for category in VATCategory.allCases {
            let lines = content.lines.filter { $0.category == category }
            guard !lines.isEmpty else { continue }
            let typed = lines.compactMap(\.reason)
            var seen: Set<String> = []
            for text in typed where seen.insert(text).inserted {
                reasons.append(VATExemption(category: category, code: nil, text: text))
            }
            if typed.count < lines.count, let usual = usual(category, seller) {
                reasons.append(usual)
            }
        }
        return reasons
    }

    /// The codes are those of the code list VATEX; the articles are of the Code général des impôts.
    private static func usual(_ category: VATCategory, _ seller: Settings) -> VATExemption? {
        switch category {
        case .exempt:
            if let own = seller.details["exemption"] {
                return VATExemption(category: category, code: nil, text: own)
            }
            guard seller.regime == .franchise else { return nil }
            return VATExemption(
                category: category, code: "VATEX-FR-FRANCHISE",
                text: "TVA non applicable, art. 293 B du CGI")
        case .reverseCharge:
            return VATExemption(
                category: category, code: "VATEX-EU-AE",
                text: "Autoliquidation, art. 283 du CGI / Reverse charge")
        case .intraCommunity:
            return VATExemption(
                category: category, code: "VATEX-EU-IC",
                text: "Exonération de TVA, art. 262 ter, I du CGI")
        case .export:
            return VATExemption(
                category: category, code: "VATEX-EU-G",
                text: "Exonération de TVA, art. 262, I du CGI")
        case .notSubject:
            return VATExemption(
                category: category, code: "VATEX-EU-O", text: "Non soumis à la TVA")
        case .standard, .zero, .canaryIslands, .ceutaMelilla, .transferred: return nil
        }
    }
}
