import Convergence
import SyncClient
import TestSupport
import Testing
import Wire

/// When what came is accepted, and when a conversation keeps score.
@Suite struct SyncSessionTests {
    private let forge: SegmentForge
    private let generation = Generation(checked: [UInt8](repeating: 7, count: 16))

    init() throws { forge = try SegmentForge(writer: 2, books: Device().books) }

    /// Answers with a segment each, and says that there is more before the last one.
    private func answers(_ count: Int) throws -> [[Line]] {
        var mark = Mark.origin
        return try (1...count).map { number in
            let segment = try forge.segment(Int64(number))
            mark = mark.following(segment.hash)
            return [
                .welcome(generation, matches: true), .segment(segment),
                .end(position: Int64(number), mark: mark, more: number < count),
            ]
        }
    }

    @Test func `segments of several answers are accepted at once`() async throws {
        let device = try Device()
        var session = try SyncSession(device, over: ScriptedPeer(answers(3)))
        let report = try await session.run()
        #expect(report.requests == 3)
        #expect(device.batches == [3])
        #expect(device.standing.position == 3)
    }

    @Test func `a full batch is accepted and scored before the next answer`() async throws {
        let device = try Device()
        let peer = ScriptedPeer(try answers(3)) { number in
            // Nothing is committed before the second request, one segment before the third…
            #expect(device.held.count == number - 1)
            #expect(device.standing.position == Int64(number - 1))
        }
        var session = try SyncSession(device, over: peer, batchBytes: 1)
        _ = try await session.run()
        #expect(device.batches == [1, 1, 1])
    }

    @Test func `a segment that is damaged here is neither sent nor counted as there`() async throws
    {
        let device = try Device()
        try device.write(3)
        let hashes = device.held.map(\.hash)
        device.damaged = [hashes[1]]
        let mark = Mark.origin.following(hashes[0]).following(hashes[2])
        let peer = ScriptedPeer([
            [
                .welcome(generation, matches: true), .have([hashes[0], hashes[2]]),
                .end(position: 2, mark: mark, more: false),
            ]
        ])
        var session = try SyncSession(device, over: peer)
        let report = try await session.run()
        #expect(report.sent == 2)
        #expect(report.unsendable == 1)
        #expect(device.settled == [hashes[0], hashes[2]])
        #expect(device.standing.position == 2)
    }

    @Test func `a long push keeps its score on the way`() async throws {
        let device = try Device()
        // Six of these fill a request of 4 MiB.
        try device.write(14, bodyBytes: 500_000)
        let hashes = device.held.map(\.hash)
        var mark = Mark.origin
        var answers: [[Line]] = []
        for range in [0..<6, 6..<12, 12..<14] {
            for hash in hashes[range] { mark = mark.following(hash) }
            answers.append([
                .welcome(generation, matches: true), .have(Array(hashes[range])),
                .end(position: Int64(range.upperBound), mark: mark, more: false),
            ])
        }
        var positions: [Int64] = []
        let peer = ScriptedPeer(answers) { _ in positions.append(device.standing.position) }
        var session = try SyncSession(device, over: peer, batchBytes: 10_000_000)
        let report = try await session.run()
        #expect(report.sent == 14)
        // Two requests and the next one would exceed the ten megabytes.
        #expect(positions == [0, 0, 12])
        #expect(device.standing.position == 14)
    }

    @Test func `a cut conversation keeps what came, and the score of the answers that ended`()
        async throws
    {
        let device = try Device()
        var lines = try answers(4)
        // The third answer has its segment, but no end.
        lines[2].removeLast()
        var session = try SyncSession(device, over: ScriptedPeer(Array(lines.prefix(3))))
        await #expect(throws: SyncFailure.broken(.cut)) { try await session.run() }
        #expect(device.held.count == 3)
        #expect(device.standing.position == 2)
        #expect(device.standing.generation == generation)
        #expect(device.finished == 0)
    }
}

/// A peer with prepared answers.
private final class ScriptedPeer: Transport {
    private var answers: ArraySlice<[Line]>
    private var count = 0
    private let before: (Int) -> Void

    /// `before` is told the number of each request, from 1.
    init(_ answers: [[Line]], before: @escaping (Int) -> Void = { _ in }) {
        self.answers = answers[...]
        self.before = before
    }

    func exchange(
        _ request: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
    ) async throws {
        count += 1
        before(count)
        for line in try some(answers.popFirst()) { try receive(line.encoded + [0x0a]) }
    }
}
