/// A credit transfer as a bank's app reads it from a QR code: EPC069-12, version 002.
package struct TransferCode: Equatable, Sendable {
    /// The text in the code.
    package let text: String
    /// The code.
    package let code: QRCode

    /// Amounts that the guidelines allow, in cents.
    private static let amounts: ClosedRange<Int64> = 1...99_999_999_999
    private static let nameMax = 70
    private static let referenceMax = 140

    /// The transfer of an amount in euros to an account; nil where the guidelines have none: another
    /// currency, nothing to be paid, or more than they allow.
    package init?(
        iban: String, bic: String?, holder: String, minor: Int64, currency: Currency,
        reference: String
    ) {
        guard currency == .eur, Self.amounts.contains(minor), !iban.isEmpty else { return nil }
        let name = Self.line(holder, Self.nameMax)
        guard !name.isEmpty else { return nil }
        text = [
            // The service, its version, UTF-8, and a SEPA credit transfer.
            "BCD", "002", "1", "SCT", Self.line(bic ?? "", 11), name, Self.line(iban, 34),
            "EUR" + currency.text(minor),
            // No purpose and no structured reference; then what the payer writes.
            "", "", Self.line(reference, Self.referenceMax),
        ].joined(separator: "\n")
        guard let code = QRCode(Array(text.utf8)) else { return nil }
        self.code = code
    }

    /// The transfer that an issued document asks for, as far as the document says whereto; of an
    /// amount that is still open, or of all.
    package init?(document content: JSON, open: Int64? = nil) {
        let kind = content["kind"]?.string.flatMap { DocumentKind(rawValue: $0) } ?? .invoice
        guard !kind.isCredit, let payment = content["payment"],
            let iban = payment["iban"]?.string,
            let currency = content["currency"]?.string.flatMap({ try? Currency($0) })
        else { return nil }
        self.init(
            iban: iban, bic: payment["bic"]?.string, holder: payment["holder"]?.string ?? "",
            minor: open ?? content["totals"]?["due"]?.integer?.minor ?? 0, currency: currency,
            reference: payment["reference"]?.string ?? "")
    }

    /// One line of so many characters: a line break would begin the next field.
    private static func line(_ text: String, _ limit: Int) -> String {
        String(
            String(text.trimmed.prefix(limit)).unicodeScalars.map { scalar in
                scalar.properties.generalCategory == .control ? " " : Character(scalar)
            })
    }
}
