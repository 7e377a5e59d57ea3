/// Who may issue from a series, as the books say at present.
package struct SeriesClaim: Equatable, Sendable {
    /// What became of a series.
    package enum State: String, Sendable {
        /// Its writer may issue from it.
        case open
        /// Nobody issues from it any more.
        case closed
        /// Two writers claimed it without having seen each other: one must continue it anew.
        case claimedTwice = "claimed twice"
    }

    /// The name that its numbers begin with.
    package let name: String
    /// What became of it.
    package let state: State
    /// The writers that hold it: one, or several if it was claimed twice; none when closed.
    package let writers: [String]
    /// The number of its last document, or the one that was confirmed; 0 for none.
    package let lastNumber: Int64
}
