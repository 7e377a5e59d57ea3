/// When a watch meets a peer again that it could not meet, or that did not take everything.
///
/// Nothing else may ever ask for it: what was written here is sealed by then, and what lies there was
/// told already.
struct Retry {
    /// The first pause.
    static let pauseMin = Duration.seconds(5)
    /// The longest one.
    static let pauseMax = Duration.seconds(60)

    /// What hindered it last, as it was told.
    let failure: Failure
    /// How long is waited for the next try: twice as long each time.
    let pause: Duration
    /// When that is. Time goes on while the machine sleeps, so that it is due on waking.
    let due: ContinuousClock.Instant

    /// The next try, after a failure at `now`; `last` is what that one was, if it was one.
    init(_ failure: Failure, after last: Retry?, now: ContinuousClock.Instant = .now) {
        self.failure = failure
        pause = last.map { min($0.pause * 2, Self.pauseMax) } ?? Self.pauseMin
        due = now + pause
    }
}
