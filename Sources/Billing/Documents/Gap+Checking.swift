import Convergence

extension Gap {
    /// What mandatory content is missing, by the rules of the books' country: France, and France's
    /// too where no country is given. Other countries' rules are not known here: nothing is named.
    static func missing(
        in content: DraftContent, seller: Settings, buyer: ClientView
    ) -> [Gap] {
        guard seller.country == nil || seller.country == "FR" else { return [] }
        let categories = Set(
            content.lines.map(\.category) + content.adjustments.map(\.category))
        var missing: Set<Gap> = []
        let details: [(Gap, String)] = [
            (.sellerLegalForm, "legalForm"), (.sellerAddress, "address"), (.sellerSiren, "siren"),
            (.sellerRegistration, "registration"), (.penalty, "penalty"),
            (.discount, "discount"), (.nature, "nature"),
        ]
        for (gap, field) in details where seller.details[field] == nil { missing.insert(gap) }
        // Who charges no VAT at all (the French franchise) needs no VAT id, but the reason.
        if !categories.isSubset(of: [.exempt, .notSubject]), seller.details["vatId"] == nil {
            missing.insert(.sellerVatId)
        }
        if categories.contains(.exempt), seller.details["exemption"] == nil {
            missing.insert(.exemption)
        }
        if buyer.address == nil { missing.insert(.buyerAddress) }
        if !categories.isDisjoint(with: [.reverseCharge, .intraCommunity]), buyer.vatId == nil {
            missing.insert(.buyerVatId)
        }
        // A French business is told by its VAT id; consumers have neither.
        if buyer.vatId?.hasPrefix("FR") == true, buyer.siren == nil { missing.insert(.buyerSiren) }
        return allCases.filter(missing.contains)
    }
}
