import SyncClient

/// What a peer may be called.
enum PeerName {
    /// A name that can be told from an address and fits an invitation.
    static func checked(_ text: String) throws(Failure) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { !SafeText.isUnsafe($0) }
        guard !text.isEmpty, isPlain, text.utf8.count <= 100, !isPlace(text) else {
            throw Failure(
                "a peer cannot be called “\(text)”.",
                why: "its name is a short word of your own, as in team or home", status: .badInput)
        }
        return text
    }

    /// Whether a text is an address or a folder rather than a name.
    private static func isPlace(_ text: String) -> Bool {
        text.contains("/") || text == "." || text == ".."
    }

    /// The address that a text is, folders by their path from the root; nil when it is a name.
    static func address(_ text: String) throws -> String? {
        if text.contains("://") { return try PeerPlace(text).text }
        guard isPlace(text) else { return nil }
        var path = Folders.absolute(text)
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        let isPlain = path.unicodeScalars.allSatisfy { !SafeText.isUnsafe($0) }
        guard isPlain, path.utf8.count <= 1000 else {
            throw Failure(
                "this is no folder that can be a peer.",
                why: "its path holds control characters or is too long", status: .badInput)
        }
        return path
    }
}
