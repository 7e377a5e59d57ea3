/// Why a segment, an invitation or a key cannot be opened, made or read.
package enum SealingFailure: Error, Hashable, Sendable {
    /// The body was sealed under another key: other books, or an epoch that is not held.
    case key
    /// The seal does not hold: bytes were changed after sealing.
    case seal
    /// The body opens, but what is in it is not of the form that every version shares.
    case form
    /// The changes do not give the ids that the header names.
    case chain
    /// The changes, inflated or as a count, exceed a bound.
    case limit
    /// The private key is none.
    case signingKey
    /// An invitation is cut or mistyped.
    case invitation(InvitationFault)
    /// A line of a recovery sheet, by its number from 1, is missing, cut or mistyped.
    case sheet(line: Int, InvitationFault)
}

/// What is wrong with an invitation, or with a line of a recovery sheet.
package enum InvitationFault: Hashable, Sendable {
    /// It does not begin as one.
    case unknown
    /// A character belongs to no invitation.
    case character
    /// It is shorter or longer than it says.
    case cut
    /// All characters are lawful but the check digits do not fit.
    case checksum
    /// It was made by a later version.
    case version(Int)
}
