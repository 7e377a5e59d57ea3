/// Mandatory content of an invoice that is missing.
///
/// France: article 242 nonies A of annexe II of the Code général des impôts, articles L441-9 and
/// R123-237 of the Code de commerce.
package enum Gap: String, CaseIterable, Sendable {
    case sellerLegalForm, sellerCapital, sellerAddress, sellerSiren, sellerRegistration, sellerVatId
    case penalty, discount, nature, exemption
    case buyerAddress, buyerSiren, buyerVatId
    case exchange, purchaseOrder

    /// Who fills it.
    package enum Side: Sendable {
        /// The books' settings.
        case books
        /// The client.
        case client
        /// The draft itself.
        case draft
    }

    /// Where it is filled.
    package var side: Side {
        switch self {
        case .buyerAddress, .buyerSiren, .buyerVatId: .client
        case .exchange, .purchaseOrder: .draft
        default: .books
        }
    }

    /// The field of the settings or of the client that fills it.
    package var field: String {
        switch self {
        case .sellerLegalForm: "legalForm"
        case .sellerCapital: "capital"
        case .sellerAddress, .buyerAddress: "address"
        case .sellerSiren, .buyerSiren: "siren"
        case .sellerRegistration: "registration"
        case .sellerVatId, .buyerVatId: "vatId"
        case .purchaseOrder: "po"
        case .penalty, .discount, .nature, .exemption, .exchange: rawValue
        }
    }
}
