extension DraftContent.Line {
    /// Reads a line as typed after `--line`: `NAME; QUANTITY; PRICE; RATE[; CATEGORY]`.
    ///
    /// The category is S unless given, or Z at rate 0. Spaces around a part do not count. A rate
    /// may end in `%`.
    package init(syntax text: String) throws(BillingFailure) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
            .map { String($0.trimmed) }
        guard parts.count == 4 || parts.count == 5 else {
            throw .line(text: text, .parts(parts.count))
        }
        let rateText = parts[3].hasSuffix("%") ? String(parts[3].dropLast().trimmed) : parts[3]
        let rate = try Decimal(rateText, as: .rate)
        let category =
            parts.count == 5 ? try VATCategory(parts[4]) : rate == .zero ? .zero : .standard
        try category.check(rate)
        self.init(
            name: try PlainText.line(parts[0], .name),
            quantity: try Decimal(parts[1], as: .quantity),
            price: try Decimal(parts[2], as: .price),
            category: category, rate: rate)
    }
}
