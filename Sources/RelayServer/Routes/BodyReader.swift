import Convergence
import Hummingbird
import NIOCore
import Synchronization
import Wire

/// Reads a request's body within its bounds of size and time.
struct BodyReader {
    /// So many bytes a second a body has to bring, once its time of grace is over.
    static let bytesPerSecondMin = 1_024
    /// Parts of so many bytes take long enough that others have their turn before the next.
    private static let turnBytes = 4_096

    private let bytesMax: Int
    private let graceSeconds: Int64
    private let start = ContinuousClock.now
    private(set) var bytes = 0

    /// A reader of a body; throws the refusal when it says itself that it is too large.
    init(_ request: Request, bytesMax: Int, graceSeconds: Int64) throws(Refused) {
        self.bytesMax = bytesMax
        self.graceSeconds = graceSeconds
        if let length = request.headers[.contentLength].flatMap(Int.init), length > bytesMax {
            throw Refused(.size)
        }
    }

    /// Hands over the body in parts as they come; throws the refusal when it is too much or comes
    /// too slowly, and ``ClientLeft`` when it does not end.
    mutating func read(
        _ request: Request, _ take: (ByteBuffer) throws -> Void
    ) async throws {
        var parts = request.body.makeAsyncIterator()
        var failure: (any Error)?
        while let part = try await Self.next(&parts) {
            try count(part)
            // A client that is cut off while it sends may never see why: the rest is passed over.
            guard failure == nil else { continue }
            do { try take(part) } catch { failure = error }
            // Others share this thread.
            if part.readableBytes >= Self.turnBytes { await Task.yield() }
        }
        if let failure { throw failure }
    }

    private static func next(
        _ parts: inout RequestBody.AsyncIterator
    ) async throws -> ByteBuffer? {
        do { return try await parts.next(isolation: #isolation) } catch { throw ClientLeft() }
    }

    private mutating func count(_ part: ByteBuffer) throws(Refused) {
        bytes += part.readableBytes
        guard bytes <= bytesMax else { throw Refused(.size) }
        let seconds = (ContinuousClock.now - start).components.seconds
        guard seconds <= graceSeconds || bytes >= Int(seconds) * Self.bytesPerSecondMin else {
            throw Refused(.busy)
        }
    }
}

/// The connection ended before the request did.
struct ClientLeft: Error {}

/// Bytes of requests that are held in memory, all told.
final class Intake: Sendable {
    /// So many bytes may be held; who comes then is told to come again.
    static let bytesMax = 256 << 20

    private let held = Mutex(0)

    /// Bytes held for one request; given back when it is let go of.
    final class Share: Sendable {
        private let intake: Intake
        private let held = Mutex(0)

        fileprivate init(_ intake: Intake) { self.intake = intake }

        /// Holds more; throws the refusal when the relay holds too much already.
        func add(_ bytes: Int) throws(Refused) {
            let fits = intake.held.withLock { total in
                guard total + bytes <= Intake.bytesMax else { return false }
                total += bytes
                return true
            }
            guard fits else { throw Refused(.busy) }
            held.withLock { $0 += bytes }
        }

        deinit {
            let bytes = held.withLock { $0 }
            intake.held.withLock { $0 -= bytes }
        }
    }

    /// A share for one request.
    func share() -> Share { Share(self) }
}
