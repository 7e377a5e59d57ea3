package import AsyncHTTPClient
import Convergence
import NIOCore
import NIOHTTP1
package import Wire

/// What the live channel tells.
package enum LiveEvent: Hashable, Sendable {
    /// The relay listens: whatever was missed meanwhile may be fetched now.
    case connected
    /// The mailbox reaches this position.
    case position(Int64)
    /// The channel broke; it is tried again after so many seconds.
    case lost(SyncFailure, retryAfterSeconds: Int)
}

/// Tells when something new lies in the mailbox, for as long as it is listened to.
///
/// It comes back by itself after a lost connection or 60 seconds of silence, waiting twice as long
/// each time up to a minute, and a minute at once after what hardly passes by itself: a proxy may
/// answer anything for the moments in which its relay is restarted, and whoever listens must not be
/// deaf from then on. It ends by throwing only when its task is cancelled.
package struct LiveChannel: AsyncSequence {
    package typealias Element = LiveEvent

    /// The longest wait before it is tried again.
    package static let pauseSecondsMax = 60

    private let address: PeerAddress
    private let books: BooksID
    private let token: @Sendable () -> [UInt8]
    private let client: HTTPClient
    private let position: @Sendable () -> Int64
    private let pause: @Sendable (_ seconds: Int) async throws -> Void

    /// A channel to a relay. `client`: see ``HTTPClient/forLiveChannel()``. `position` is asked at
    /// each connection where the replica stands, and `token` which one it shows: a conversation may
    /// get a new one meanwhile. `pause` waits.
    package init(
        _ address: PeerAddress, books: BooksID, token: @escaping @Sendable () -> [UInt8],
        client: HTTPClient, position: @escaping @Sendable () -> Int64,
        pause: @escaping @Sendable (_ seconds: Int) async throws -> Void = LiveChannel.sleep
    ) {
        self.address = address
        self.books = books
        self.token = token
        self.client = client
        self.position = position
        self.pause = pause
    }

    /// Waits so long, and up to a fifth less, so that many devices do not come back at once.
    package static func sleep(seconds: Int) async throws {
        let milliseconds = seconds * 1_000
        try await Task.sleep(
            for: .milliseconds(milliseconds - Int.random(in: 0...(milliseconds / 5))))
    }

    package func makeAsyncIterator() -> Iterator { Iterator(channel: self) }

    /// Listens.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let channel: LiveChannel
        private var parts: HTTPClientResponse.Body.AsyncIterator?
        private var splitter = LineSplitter()
        private var waiting: [LiveEvent] = []
        private var pauseSeconds = 0
        private var failures = 0

        fileprivate init(channel: LiveChannel) { self.channel = channel }

        package mutating func next() async throws -> LiveEvent? {
            while true {
                if !waiting.isEmpty { return waiting.removeFirst() }
                if pauseSeconds > 0 {
                    let seconds = pauseSeconds
                    pauseSeconds = 0
                    try await channel.pause(seconds)
                }
                try Task.checkCancellation()
                do {
                    try await listen()
                } catch let failure as SyncFailure {
                    parts = nil
                    pauseSeconds = LiveChannel.pauseSeconds(after: failure, failures)
                    failures += 1
                    return .lost(failure, retryAfterSeconds: pauseSeconds)
                }
            }
        }

        private mutating func listen() async throws {
            guard parts != nil else {
                parts = try await channel.connect()
                splitter = LineSplitter()
                waiting = [.connected]
                return
            }
            let part: ByteBuffer?
            do {
                part = try await parts?.next(isolation: #isolation)
            } catch {
                throw SyncFailure.from(error, host: channel.address.host, isAnswering: true)
            }
            guard let part else { throw SyncFailure.cut(host: channel.address.host) }
            // Only a channel that says something counts as one that works.
            failures = 0
            do {
                let lines = try splitter.take(part.readableBytesView)
                waiting = try lines.map { try .position(LiveChannel.position($0)) }
            } catch let failure as WireFailure {
                throw SyncFailure.broken(failure)
            }
        }
    }

    /// Twice as long each time, or the longest. A token that is not known is got anew by a conversation.
    private static func pauseSeconds(after failure: SyncFailure, _ failures: Int) -> Int {
        let maySoonPass = failure.mayPass || failure == .refused(Refusal(.token))
        return maySoonPass && failures < 6 ? 1 << failures : pauseSecondsMax
    }

    private func connect() async throws -> HTTPClientResponse.Body.AsyncIterator {
        var request = HTTPClientRequest(
            url: "\(address.text)/v1/books/\(books.text)/live?position=\(position())")
        request.headers.add(name: "authorization", value: "Bearer " + Base64URL.encode(token()))
        let answer: HTTPClientResponse
        do {
            answer = try await client.execute(request, deadline: .distantFuture)
        } catch {
            throw SyncFailure.from(error, host: address.host, isAnswering: false)
        }
        guard answer.status == .ok, answer.isLines else {
            throw try await SyncFailure.from(answer, address: address)
        }
        return answer.body.makeAsyncIterator()
    }

    private static func position(_ line: [UInt8]) throws(WireFailure) -> Int64 {
        var scanner = Scanner(line)
        do {
            try scanner.expect(#"{"position":"#)
            let position = try scanner.integer()
            try scanner.expect("}")
            return position
        } catch {
            throw .form(offset: error.offset)
        }
    }
}

extension SyncFailure {
    /// Whether the same may succeed a little later.
    package var mayPass: Bool {
        switch self {
        case .unreachable, .cut, .slow: true
        case .refused(let refusal): refusal.kind == .later
        case .notARelay, .insecure, .program, .broken: false
        }
    }
}
