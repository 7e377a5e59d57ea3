import AsyncHTTPClient
import RelayServer
import Sealing
import SyncClient
import TestSupport
import Wire

/// A device that keeps segments in memory and talks to a relay as a replica does.
final class Device: SyncLedger, Membership {
    let key: BooksKey
    let forge: SegmentForge
    private var current: [UInt8]
    private var random: SeededRandom
    var enrolment: String?
    var held: [Segment] = []
    var standing = Standing.nowhere
    var settled: Set<SegmentHash> = []
    var batches: [Int] = []
    var unreadable: [[UInt8]] = []
    var renewals = 0
    var finished = 0
    /// Segments whose bytes are damaged.
    var damaged: Set<SegmentHash> = []

    /// A device of books that come from a number; `writer` tells their devices apart.
    init(books number: UInt8 = 1, writer: UInt8 = 1, enrolment: String? = nil) throws {
        key = try some(BooksKey(secret: [UInt8](repeating: number, count: 32)))
        forge = try SegmentForge(writer: writer, books: key.books)
        random = SeededRandom(seed: UInt64(number) << 8 | UInt64(writer))
        current = random.bytes(32)
        self.enrolment = enrolment
    }

    var books: BooksID { key.books }
    var hashes: Set<SegmentHash> { Set(held.map(\.hash)) }

    func write(_ count: Int, bodyBytes: Int = 96) throws {
        let first = Int64(held.filter { $0.header.writer == forge.writer }.count + 1)
        for number in first..<(first + Int64(count)) {
            held.append(try forge.segment(number, bodyBytes: bodyBytes))
        }
    }

    @discardableResult
    func sync(
        _ relay: RunningRelay, comparing: Bool = false, batchBytes: Int = 1_000_000_000
    ) async throws -> SyncReport {
        try await sync(
            relay.address, relay.client, comparing: comparing, batchBytes: batchBytes)
    }

    @discardableResult
    func sync(
        _ address: PeerAddress, _ client: HTTPClient, comparing: Bool = false,
        batchBytes: Int = 1_000_000_000
    ) async throws -> SyncReport {
        let carrier = HTTPCarrier(address, member: self, client: client)
        // As patient as the client: no time passes.
        let moment = SuspendingClock.now
        var session = try SyncSession(
            self, over: carrier, comparing: comparing, batchBytes: batchBytes, now: { moment })
        return try await session.run()
    }

    // MARK: - Membership

    func token() -> [UInt8] { current }

    func renewal() throws -> (token: [UInt8], request: AdmissionRequest) {
        renewals += 1
        current = random.bytes(32)
        return (
            current,
            AdmissionRequest(
                admission: try key.admission(token: current), name: "device \"\(renewals)\"\n",
                enrolment: enrolment)
        )
    }

    // MARK: - Ledger

    private func offer(_ segment: Segment) -> ClientConversation.Offer {
        ClientConversation.Offer(
            hash: segment.hash,
            lineBytes: SegmentBudget.lineBytes(bodyBytes: segment.body.count))
    }

    func begin() -> (standing: Standing, offers: [ClientConversation.Offer]) {
        (standing, held.filter { !settled.contains($0.hash) }.map(offer))
    }

    func inventory() -> [ClientConversation.Offer] { held.map(offer) }

    func setAside() -> Set<SegmentHash> { [] }

    func segment(_ hash: SegmentHash) -> Segment? {
        damaged.contains(hash) ? nil : held.first { $0.hash == hash }
    }

    func accept(_ segments: [Segment]) -> Int {
        batches.append(segments.count)
        var bad = 0
        for segment in segments {
            guard segment.isSignedBySealer else {
                bad += 1
                continue
            }
            settled.insert(segment.hash)
            if !hashes.contains(segment.hash) { held.append(segment) }
        }
        return bad
    }

    func setAside(unreadable line: [UInt8]) { unreadable.append(line) }

    func settle(_ score: SyncScore) {
        if score.peerChanged { settled = [] }
        settled.formUnion(score.settled)
        standing = score.standing
    }

    func finish() { finished += 1 }
}
