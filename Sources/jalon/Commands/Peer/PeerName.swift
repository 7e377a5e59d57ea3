/// What a peer may be called.
enum PeerName {
    /// A name that can be told from an address and fits an invitation.
    static func checked(_ text: String) throws(Failure) -> String {
        let isPlain = text.unicodeScalars.allSatisfy { !SafeText.isUnsafe($0) }
        guard !text.isEmpty, isPlain, text.utf8.count <= 100, !text.contains("://") else {
            throw Failure(
                "a peer cannot be called “\(text)”.",
                why: "its name is a short word of your own, as in team or home", status: .badInput)
        }
        return text
    }
}
