import Convergence

extension Gap {
    /// What mandatory content is missing, by the rules of the books' country: France, and France's
    /// too where no country is given. Other countries' rules are not known here: nothing is named.
    static func missing(
        in content: DraftContent, seller: Settings, buyer: ClientView
    ) -> [Gap] {
        guard seller.country == nil || seller.country == "FR" else { return [] }
        let categories = Set(
            content.lines.map(\.category) + content.adjustments.compactMap(\.category))
        var missing: Set<Gap> = []
        let details: [(Gap, String)] = [
            (.sellerLegalForm, "legalForm"), (.sellerAddress, "address"), (.sellerSiren, "siren"),
            (.sellerRegistration, "registration"), (.penalty, "penalty"),
            (.discount, "discount"), (.nature, "nature"),
        ]
        for (gap, field) in details where seller.details[field] == nil { missing.insert(gap) }
        if let form = seller.details["legalForm"], form.namesCapital,
            seller.details["capital"] == nil
        {
            missing.insert(.sellerCapital)
        }
        // Who charges no VAT at all (the French franchise) needs no VAT id, but the reason.
        if !categories.isSubset(of: [.exempt, .notSubject]), seller.details["vatId"] == nil {
            missing.insert(.sellerVatId)
        }
        // The franchise says its reason by itself: the law has the words for it.
        let isUnexplained = content.lines.contains { $0.category == .exempt && $0.reason == nil }
        if isUnexplained, seller.details["exemption"] == nil, seller.regime != .franchise {
            missing.insert(.exemption)
        }
        if buyer.address == nil { missing.insert(.buyerAddress) }
        if !categories.isDisjoint(with: [.reverseCharge, .intraCommunity]), buyer.vatId == nil {
            missing.insert(.buyerVatId)
        }
        // Directive 2006/112/EC, art. 230: the VAT stands in euros too.
        let hasVAT = content.lines.contains { $0.category.hasRate && $0.rate != .zero }
        if content.currency != .eur, hasVAT, content.details[.exchange] == nil {
            missing.insert(.exchange)
        }
        if buyer[.poRule] == "required", content.details[.po] == nil {
            missing.insert(.purchaseOrder)
        }
        // A French business; consumers have no SIREN, and clients abroad neither.
        let isFrench = (buyer.country ?? buyer.vatId.map { String($0.prefix(2)) }) == "FR"
        if isFrench, buyer.kind != .consumer, buyer.siren == nil { missing.insert(.buyerSiren) }
        return allCases.filter(missing.contains)
    }
}

extension String {
    /// Companies that have a capital, which their papers must name: Code de commerce art. R123-238.
    private static let withCapital: Set<String> = [
        "SARL", "EURL", "SAS", "SASU", "SA", "SCA", "SELARL", "SELAS", "SELASU", "SELCA",
    ]
    /// Others that are no person either.
    private static let others: Set<String> = [
        "SNC", "SCS", "SCI", "SCM", "SCP", "SCOP", "GIE", "ASSOCIATION", "GMBH", "UG", "AG", "OHG",
        "KG", "LTD", "LLP", "LLC", "PLC", "INC", "BV", "NV", "SRL", "SPA", "SL", "LDA",
    ]

    private var words: [String] { split { !$0.isLetter }.map { $0.uppercased() } }

    /// Whether a legal form is one of a company that has a capital, and does not name it itself.
    fileprivate var namesCapital: Bool {
        !Self.withCapital.isDisjoint(with: words) && !contains { $0.asciiDigit != nil }
    }

    /// Whether a legal form is one of a company or an association.
    var namesCompany: Bool { !Self.withCapital.union(Self.others).isDisjoint(with: words) }
}
