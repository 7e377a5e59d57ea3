import Wire

/// Watches over the bytes and the time that one answer takes, so that a peer that says nothing, or
/// goes on for ever, is left. Silence is the carriers' affair.
///
/// What counts is what is said: ends of lines alone keep a connection alive and carry nothing. A slow
/// link is honest: one of 10 kbit/s keeps the pace.
package struct AnswerPace {
    /// Bytes of one answer: an inventory of a million hashes, and room for everything else.
    package static let bytesMax = 67_108_864
    /// How long an answer is waited for, however little comes; from its first part on.
    package static let patience = Duration.seconds(60)
    /// Bytes that must come in each further second, on average: what a relay asks of requests.
    package static let bytesPerSecondMin = 1_024

    private let now: () -> SuspendingClock.Instant
    private var bytes = 0
    private var bytesSaid = 0
    private var waited = Duration.zero
    /// Since when the next part is waited for; nil before the first one.
    private var waitsSince: SuspendingClock.Instant?

    /// Begins with an answer of which nothing came. `now` reads a clock that stands still while the
    /// machine sleeps.
    package init(now: @escaping () -> SuspendingClock.Instant = { .now }) { self.now = now }

    /// Counts a part that came. Throws ``SyncFailure/slow``, or ``WireFailure/limit`` as
    /// ``SyncFailure/broken(_:)``.
    package mutating func take(_ part: some Collection<UInt8>) throws(SyncFailure) {
        let time = now()
        waited += waitsSince?.duration(to: time) ?? .zero
        waitsSince = time
        bytes += part.count
        guard bytes <= Self.bytesMax else { throw .broken(.limit) }
        bytesSaid += part.count { $0 != 0x0a }
        let earned = Duration.seconds(bytesSaid) / Self.bytesPerSecondMin
        guard waited <= Self.patience + earned else { throw .slow }
    }

    /// Says that the next part is waited for only now: what was done with the last one took its time.
    package mutating func goOn() { waitsSince = now() }
}
