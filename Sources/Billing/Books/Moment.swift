/// When a command runs, as its machine sees it.
package struct Moment: Hashable, Sendable {
    /// The local date.
    package let today: CivilDate
    /// The wall clock, in milliseconds since 1970.
    package let milliseconds: Int64

    /// Makes a moment.
    package init(today: CivilDate, milliseconds: Int64) {
        self.today = today
        self.milliseconds = milliseconds
    }
}

/// What an edit does to one field.
package enum Edit<Content: Sendable>: Sendable {
    /// Leaves it.
    case keep
    /// Gives it a value.
    case set(Content)
    /// Empties it.
    case clear
}

extension Edit: Equatable where Content: Equatable {}
