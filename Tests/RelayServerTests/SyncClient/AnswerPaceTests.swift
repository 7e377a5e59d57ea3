import Convergence
import SyncClient
import Synchronization
import TestSupport
import Testing
import Wire

/// Answers that come slowly, or never end.
@Suite struct AnswerPaceTests {
    /// A peer that answers in parts, so many seconds one after the other.
    private final class Dripping: Transport {
        let parts: any Sequence<[UInt8]>
        let secondsBetween: Double
        let time = Mutex(SuspendingClock.now)
        private(set) var handed = 0

        init(_ parts: any Sequence<[UInt8]>, every seconds: Double) {
            self.parts = parts
            secondsBetween = seconds
        }

        func exchange(
            _ request: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
        ) async throws {
            for part in parts {
                time.withLock { $0 = $0.advanced(by: .seconds(secondsBetween)) }
                handed += 1
                try receive(part)
            }
        }

        func talk(_ device: Device) async throws -> SyncReport {
            var session = try SyncSession(device, over: self, now: { self.time.withLock { $0 } })
            return try await session.run()
        }
    }

    private static let welcome =
        Line.welcome(
            Generation(checked: [UInt8](repeating: 1, count: 16)), matches: true
        ).encoded + [0x0a]

    @Test func `a peer that says nothing more but keeps the line alive is left`() async throws {
        let nothing = repeatElement([UInt8(0x0a)], count: 1_000)
        let peer = Dripping([Self.welcome] + nothing, every: 5)
        await #expect(throws: SyncFailure.slow) { try await peer.talk(try Device()) }
        // After a minute, and what the welcome is worth.
        #expect(peer.handed == 14)
    }

    @Test func `a real answer may come byte by byte`() async throws {
        let end = Line.end(position: 0, mark: .origin, more: false).encoded + [0x0a]
        let bytes = (Self.welcome + end).map { [$0] }
        let report = try await Dripping(bytes, every: 0.25).talk(try Device())
        #expect(report.requests == 1)
    }

    @Test func `a great answer may come over a slow link`() async throws {
        // Two MiB of segments, 6 250 bytes a second: more than five minutes.
        let forge = try SegmentForge(writer: 2, books: Device().books)
        let segments = try (1...4).map { try forge.segment($0, bodyBytes: 400_000) }
        let mark = segments.reduce(Mark.origin) { $0.following($1.hash) }
        var answer = Self.welcome + segments.flatMap { $0.line + [0x0a] }
        answer += Line.end(position: 4, mark: mark, more: false).encoded + [0x0a]
        #expect(answer.count > 2_097_152)
        let parts = stride(from: 0, to: answer.count, by: 1_250).map {
            Array(answer[$0..<min($0 + 1_250, answer.count)])
        }
        let report = try await Dripping(parts, every: 0.2).talk(try Device())
        #expect(report.received == 4)
    }

    @Test func `an answer that never ends is given up, however fast it comes`() throws {
        var pace = AnswerPace()
        try pace.take(Self.welcome)
        let rest = AnswerPace.bytesMax - Self.welcome.count
        #expect(throws: SyncFailure.broken(.limit)) {
            try pace.take(repeatElement(0x20, count: rest + 1))
        }
    }

    @Test func `the greatest inventory fits an answer`() {
        let hashes = Array(
            repeating: SegmentHash(checked: [UInt8](repeating: 1, count: 32)),
            count: Limits.hashesPerLineMax)
        let lines = ClientConversation.inventoryMax / Limits.hashesPerLineMax
        #expect((Line.have(hashes).encoded.count + 1) * lines < AnswerPace.bytesMax * 3 / 4)
    }
}
