/// Why a relay does not take a segment or a request, and what the client does next.
package struct Refusal: Hashable, Sendable {
    /// What the client does next.
    package enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Does not send these bytes again.
        case never
        /// Sends them again in a later conversation.
        case later
        /// Stops and tells a person: the two sides do not mean the same thing.
        case identity
        /// Gets itself admitted, or tells a person what is missing.
        case denied
    }

    /// The closed list of reasons: `Protocol/errors.md`.
    package enum Code: String, Hashable, Sendable, CaseIterable {
        /// A line cannot be read.
        case form
        /// A line, a body or a segment is larger than allowed.
        case size
        /// A segment's signature is not its sealer's.
        case signature
        /// The protocol version is not spoken here.
        case version
        /// A segment or a greeting is of other books.
        case books
        /// The admission key does not give these books' id.
        case key
        /// The admission's proof does not hold.
        case proof
        /// The books' storage on this relay is used up.
        case quota
        /// Too much at once.
        case busy
        /// The relay could not store.
        case storage
        /// No token, or one that this relay does not know.
        case token
        /// The token was revoked.
        case revoked
        /// These books are not enrolled on this relay, and it is not open.
        case enrolment

        /// What the client does next.
        package var kind: Kind {
            switch self {
            case .form, .size, .signature, .version: .never
            case .quota, .busy, .storage: .later
            case .books, .key: .identity
            case .proof, .token, .revoked, .enrolment: .denied
            }
        }
    }

    /// The reason.
    package let code: Code
    /// The segment, or nil when the whole conversation is refused.
    package let hash: SegmentHash?

    /// Makes a refusal.
    package init(_ code: Code, hash: SegmentHash? = nil) {
        self.code = code
        self.hash = hash
    }

    /// What the client does next.
    package var kind: Kind { code.kind }
}
