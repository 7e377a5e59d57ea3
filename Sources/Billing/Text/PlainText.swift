/// Checks of texts before they are kept.
package enum PlainText {
    /// The most characters of a text of one line.
    package static let lineMax = 500
    /// The most characters of a text of several lines.
    package static let blockMax = 4_000

    /// A text of one line, without the blanks around it; refuses an empty one.
    package static func line(_ text: String, _ field: TextField) throws(BillingFailure) -> String {
        try checked(text, field, limit: lineMax, newlines: false)
    }

    /// A text that may have several lines, without the blanks around it; refuses an empty one.
    package static func block(_ text: String, _ field: TextField) throws(BillingFailure) -> String {
        try checked(text, field, limit: blockMax, newlines: true)
    }

    private static func checked(
        _ text: String, _ field: TextField, limit: Int, newlines: Bool
    ) throws(BillingFailure) -> String {
        let trimmed = text.trimmed
        guard !trimmed.isEmpty else { throw .text(field, .empty) }
        guard trimmed.count <= limit else { throw .text(field, .tooLong(limit: limit)) }
        for (offset, character) in text.enumerated()
        where character.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }
        ) {
            if newlines, character.isNewline { continue }
            throw .text(field, .controlCharacter(at: offset))
        }
        return String(trimmed)
    }
}

extension StringProtocol {
    /// The text without the spaces, tabs and line ends around it.
    var trimmed: SubSequence {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[endIndex...] }
        return self[first...last]
    }
}
