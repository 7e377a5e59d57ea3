import ServiceLifecycle
import Synchronization
import Wire

/// Tells waiting devices that something new lies in their mailbox.
///
/// One timer beats for all of them, a part of them every second, so that ten thousand idle
/// connections cost neither timers nor a burst.
package final class LiveHub: Service {
    /// Live channels of one token.
    package static let channelsPerTokenMax = 16
    /// Every channel gets a sign of life once in so many seconds.
    static let beatSeconds = 20

    /// What a waiting device is told: where its mailbox stands, nil when nothing was added since
    /// the relay started.
    typealias Signals = AsyncStream<Int64?>

    private struct Subscriber {
        let continuation: Signals.Continuation
        let token: [UInt8]
    }

    private struct State {
        var nextNumber = 0
        var subscribers: [BooksID: [Int: Subscriber]] = [:]
        var positions: [BooksID: Int64] = [:]
        var channelsOfToken: [[UInt8]: Int] = [:]
        var count = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    /// A hub without subscribers.
    package init() {}

    /// How many devices wait.
    package var count: Int { state.withLock { $0.count } }

    /// A waiting device's place; it leaves when it is let go of.
    final class Subscription: Sendable {
        let signals: Signals
        /// Ends the signals.
        let end: @Sendable () -> Void
        private let leave: @Sendable () -> Void

        init(
            signals: Signals, end: @escaping @Sendable () -> Void,
            leave: @escaping @Sendable () -> Void
        ) {
            self.signals = signals
            self.end = end
            self.leave = leave
        }

        deinit { leave() }
    }

    /// Lets a device wait; throws the refusal when its token has too many channels already or the
    /// relay is stopping.
    func subscribe(_ visitor: Visitor) throws(Refused) -> Subscription {
        let (books, token) = (visitor.books, visitor.tokenHash)
        let (signals, continuation) = Signals.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state -> Int? in
            let channels = state.channelsOfToken[token] ?? 0
            guard !state.isClosed, channels < Self.channelsPerTokenMax else { return nil }
            state.channelsOfToken[token] = channels + 1
            state.nextNumber += 1
            state.count += 1
            state.subscribers[books, default: [:]][state.nextNumber] = Subscriber(
                continuation: continuation, token: token)
            return state.nextNumber
        }
        guard let number else { throw Refused(.busy) }
        return Subscription(
            signals: signals, end: { continuation.finish() },
            leave: { [weak self] in self?.remove(number, of: books) })
    }

    private func remove(_ number: Int, of books: BooksID) {
        state.withLock { state in
            guard let gone = state.subscribers[books]?.removeValue(forKey: number) else { return }
            state.count -= 1
            if state.subscribers[books]?.isEmpty == true {
                state.subscribers[books] = nil
                state.positions[books] = nil
            }
            let left = (state.channelsOfToken[gone.token] ?? 1) - 1
            state.channelsOfToken[gone.token] = left > 0 ? left : nil
        }
    }

    /// Tells all devices of these books where their mailbox stands now.
    func publish(_ books: BooksID, position: Int64) {
        let (told, newest) = state.withLock { state -> ([Signals.Continuation], Int64) in
            let newest = max(position, state.positions[books] ?? 0)
            guard let subscribers = state.subscribers[books] else { return ([], newest) }
            state.positions[books] = newest
            return (subscribers.values.map(\.continuation), newest)
        }
        for continuation in told { continuation.yield(newest) }
    }

    /// Ends the channels of these tokens, named by their hashes.
    func end(_ tokens: Set<[UInt8]>, of books: BooksID) {
        guard !tokens.isEmpty else { return }
        let ended = state.withLock { state in
            (state.subscribers[books] ?? [:]).values.filter { tokens.contains($0.token) }
                .map(\.continuation)
        }
        for continuation in ended { continuation.finish() }
    }

    /// The books whose devices wait.
    var books: [BooksID] { state.withLock { Array($0.subscribers.keys) } }

    /// Gives a sign of life to the devices whose second it is.
    func beat(second: Int) {
        let told = state.withLock { state -> [(Signals.Continuation, Int64?)] in
            state.subscribers.flatMap { books, subscribers in
                let position = state.positions[books]
                return subscribers.compactMap { number, subscriber in
                    number % Self.beatSeconds == second % Self.beatSeconds
                        ? (subscriber.continuation, position) : nil
                }
            }
        }
        for (continuation, position) in told { continuation.yield(position) }
    }

    /// Ends all channels; nobody is let in any more.
    package func close() {
        let told = state.withLock { state -> [Signals.Continuation] in
            state.isClosed = true
            return state.subscribers.values.flatMap { $0.values.map(\.continuation) }
        }
        for continuation in told { continuation.finish() }
    }

    /// Beats until the relay stops, then ends all channels.
    package func run() async throws {
        var second = 0
        let seconds = AsyncStream<Void> {
            try? await Task.sleep(for: .seconds(1))
            return Task.isCancelled ? nil : ()
        }
        for await _ in seconds.cancelOnGracefulShutdown() {
            second += 1
            beat(second: second)
        }
        close()
    }
}
