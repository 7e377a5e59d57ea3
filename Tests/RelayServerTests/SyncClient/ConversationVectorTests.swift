import Convergence
import SyncClient
import TestSupport
import Testing
import Wire

/// `Protocol/vectors`: the client's half of conversations, with a peer that answers what they say.
@Suite struct ConversationVectorTests {
    @Test(arguments: Vector.all(for: .client))
    func `what another implementation says in a conversation is said here`(vector: Vector)
        async throws
    {
        guard vector.topic == "conversation" else {
            Issue.record("a topic that nobody checks: \(vector)")
            return
        }
        let ledger = try VectorLedger(vector)
        let peer = try VectorPeer(vector)
        var session = try SyncSession(ledger, over: peer, batchBytes: 0)
        var over: String?
        do {
            _ = try await session.run()
        } catch let failure as SyncFailure {
            over = Self.over(failure)
        }
        let expected = try vector["over"]
        #expect(try over == (expected.isNull ? nil : expected.text()), "\(vector)")
        let requests = try peer.exchanges.map { try some($0["request"]).text() }
        #expect(peer.requests == requests, "\(vector)")
        let after = try Set(vector["after"].list().map { SegmentHash(checked: try $0.bytes()) })
        #expect(Set(session.ledger.held.map(\.hash)) == after, "\(vector)")
        try expect(session.ledger.scores, of: peer.exchanges.compactMap { $0["commit"] }, vector)
    }

    private func expect(_ scores: [SyncScore], of commits: [JSON], _ vector: Vector) throws {
        #expect(scores.count == commits.count, "\(vector)")
        var refused: [SegmentHash: String] = [:]
        var noted: [SegmentHash: String] = [:]
        for (score, commit) in zip(scores, commits) {
            let commit = try commit.object()
            #expect(try score.standing == Vector.standing(some(commit["standing"])), "\(vector)")
            for (hash, code) in try some(commit["refused"]).object() {
                refused[SegmentHash(checked: try JSON.text(hash).bytes())] = try code.text()
            }
            let lasting = (score.refusals + score.unread).filter {
                $0.kind == .never || $0.kind == .identity
            }
            let codes = lasting.compactMap { refusal in
                refusal.hash.map { ($0, refusal.code.rawValue) }
            }
            for (hash, code) in codes { noted[hash] = code }
            #expect(noted == refused, "\(vector)")
            let held = try Set(
                some(commit["held"]).list().map { SegmentHash(checked: try $0.bytes()) })
            // What came counts as held as well; a ledger notes that by itself.
            let own = try Set(vector["held"].list().map(Vector.segment).map(\.hash))
            #expect(score.settled.intersection(own) == held.intersection(own), "\(vector)")
            #expect(score.settled.subtracting(own).isSubset(of: held), "\(vector)")
        }
    }

    /// Why a conversation was given up, in the words of the vectors.
    private static func over(_ failure: SyncFailure) -> String {
        switch failure {
        case .cut, .broken(.cut): "cut"
        case .broken(.version): "version"
        case .refused(let refusal): refusal.code.rawValue
        default: "peer"
        }
    }
}

extension Vector {
    fileprivate static func segment(_ json: JSON) throws -> Segment {
        try Segment(line: Array(try json.text().utf8))
    }

    fileprivate static func standing(_ json: JSON) throws -> Standing {
        guard !json.isNull else { return .nowhere }
        let members = try json.object()
        return Standing(
            generation: Generation(checked: try some(members["generation"]).bytes()),
            position: try some(members["position"]).integer(),
            mark: Mark(checked: try some(members["mark"]).bytes()))
    }
}

/// A peer that answers what a vector says, and remembers what it was asked.
private final class VectorPeer: Transport {
    let exchanges: [[String: JSON]]
    private(set) var requests: [String] = []

    init(_ vector: Vector) throws {
        exchanges = try vector["exchanges"].list().map { try $0.object() }
    }

    func exchange(
        _ request: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
    ) async throws {
        let exchange = try some(exchanges.dropFirst(requests.count).first)
        requests.append(String(decoding: request, as: UTF8.self))
        let answer = Array(try some(exchange["answer"]).text().utf8)
        // In parts, so that lines are cut anywhere.
        for start in stride(from: 0, to: answer.count, by: 700) {
            try receive(Array(answer[start..<min(start + 700, answer.count)]))
        }
    }
}

/// A replica in memory that refuses what its vector calls bad.
private struct VectorLedger: SyncLedger {
    let books: BooksID
    private let start: Standing
    private let outgoing: Set<SegmentHash>
    private let bad: Set<SegmentHash>
    private(set) var held: [Segment]
    private(set) var scores: [SyncScore] = []
    private var refused: Set<SegmentHash> = []

    init(_ vector: Vector) throws {
        func hashes(_ name: String) throws -> Set<SegmentHash> {
            Set(try vector[name].list().map { SegmentHash(checked: try $0.bytes()) })
        }
        books = BooksID(checked: try vector.bytes("books"))
        start = try Vector.standing(vector["start"])
        outgoing = try hashes("outgoing")
        bad = try hashes("bad")
        held = try vector["held"].list().map(Vector.segment)
    }

    private func offers(_ segments: [Segment]) -> [ClientConversation.Offer] {
        segments.map {
            ClientConversation.Offer(
                hash: $0.hash, lineBytes: SegmentBudget.lineBytes(bodyBytes: $0.body.count))
        }
    }

    func begin() -> (standing: Standing, offers: [ClientConversation.Offer]) {
        (start, offers(held.filter { outgoing.contains($0.hash) }))
    }

    func inventory() -> [ClientConversation.Offer] { offers(held) }

    func setAside() -> Set<SegmentHash> { refused }

    func segment(_ hash: SegmentHash) -> Segment? { held.first { $0.hash == hash } }

    mutating func accept(_ segments: [Segment]) -> Int {
        var count = 0
        for segment in segments {
            if bad.contains(segment.hash) {
                count += refused.insert(segment.hash).inserted ? 1 : 0
            } else if !held.contains(where: { $0.hash == segment.hash }) {
                held.append(segment)
            }
        }
        return count
    }

    func setAside(unreadable line: [UInt8]) {}

    mutating func settle(_ score: SyncScore) { scores.append(score) }

    func finish() {}
}
