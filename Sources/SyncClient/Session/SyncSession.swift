import Convergence
import Wire

/// One conversation from the first line to the last: it moves lines between a ledger and a peer, and
/// leaves every decision to ``ClientConversation``.
///
/// It may end anywhere, by a failure, a cancelled task or a lost machine; the next one goes on from
/// what was committed.
package struct SyncSession<Ledger: SyncLedger, Carrier: Transport> {
    /// So many segments are accepted at once, however small.
    private static var batchCount: Int { 1_024 }

    /// Where segments come from and go to.
    package private(set) var ledger: Ledger
    private let carrier: Carrier
    private var conversation: ClientConversation
    private var report = SyncReport()
    private var batch: [Segment] = []
    private var bytesOfBatch = 0
    /// Bytes of requests since the last score.
    private var bytesSent = 0
    private let batchBytes: Int
    private let now: () -> SuspendingClock.Instant
    /// The conversation as the last answer left it that ended, until the score is kept.
    private var unsettled: ClientConversation?
    private var unreadTold = 0

    /// Prepares a conversation of a ledger over a carrier. `comparing`: both sides list what they
    /// hold, whatever was known before.
    ///
    /// Segments of several answers are accepted at once, up to `batchBytes` of bodies: whatever a
    /// batch changes in one row is written once. Who waits to write meanwhile waits for one batch.
    /// The score is kept as often, so that a machine that is lost on the way begins not long before.
    /// `now` reads the clock by which an answer's pace is judged.
    package init(
        _ ledger: Ledger, over carrier: Carrier, comparing: Bool = false,
        batchBytes: Int = 16_777_216, now: @escaping () -> SuspendingClock.Instant = { .now }
    ) throws {
        self.batchBytes = batchBytes
        self.now = now
        var ledger = ledger
        let (standing, offers) = try ledger.begin()
        self.ledger = ledger
        self.carrier = carrier
        conversation = ClientConversation(
            books: ledger.books, standing: comparing ? .doubtful : standing, outgoing: offers)
    }

    /// Talks until both sides have everything. Throws ``SyncFailure``, or what the ledger throws.
    package mutating func run() async throws -> SyncReport {
        while let request = conversation.nextRequest() {
            do {
                try await exchange(request)
                try finishAnswer()
            } catch {
                // What came whole is kept, even if it comes again.
                try settle()
                throw error
            }
            if bytesOfBatch + bytesSent + Limits.requestBytesMax > batchBytes { try settle() }
        }
        try settle()
        report.peerChanged = conversation.peerChanged
        report.refusals += conversation.unread
        report.sent = conversation.delivered
        report.position = conversation.standing.position
        try ledger.finish()
        return report
    }

    private mutating func finishAnswer() throws {
        do {
            try conversation.finishAnswer()
        } catch {
            throw SyncFailure.broken(error)
        }
        report.requests += 1
        if conversation.needsInventory {
            try accept()
            conversation.compare(with: try ledger.inventory(), without: try ledger.setAside())
        }
        unsettled = conversation
    }

    /// Accepts what came, then keeps score of the answers that ended: in this order, or segments
    /// would count as here that are not.
    private mutating func settle() throws {
        try accept()
        guard let ended = unsettled else { return }
        unsettled = nil
        bytesSent = 0
        // Each is told once: the ledger counts how often it happens.
        let unread = Array(ended.unread.dropFirst(unreadTold))
        unreadTold = ended.unread.count
        // What came damaged is still lying there: the next conversation looks for it.
        let hasDamage = report.setAside + report.unreadable > 0
        try ledger.settle(
            SyncScore(
                standing: hasDamage ? .doubtful : ended.standing, settled: ended.settled,
                refusals: report.refusals, unread: unread, peerChanged: ended.peerChanged))
    }

    private mutating func exchange(_ request: ClientConversation.Request) async throws {
        var splitter = LineSplitter()
        var pace = AnswerPace(now: now)
        let body = try encode(request)
        bytesSent += body.count
        try await carrier.exchange(body) { part in
            try pace.take(part)
            let lines: [[UInt8]]
            do {
                lines = try splitter.take(part)
            } catch let failure as WireFailure {
                throw SyncFailure.broken(failure)
            }
            for line in lines { try take(line) }
            pace.goOn()
        }
        guard splitter.remainder.isEmpty else { throw SyncFailure.broken(.cut) }
    }

    private mutating func encode(_ request: ClientConversation.Request) throws -> [UInt8] {
        var body = request.hello.encoded
        body.append(0x0a)
        for hash in request.segments {
            guard let segment = try ledger.segment(hash) else {
                conversation.withdraw(hash)
                report.unsendable += 1
                continue
            }
            body.append(contentsOf: segment.line)
            body.append(0x0a)
        }
        for line in request.closing {
            body.append(contentsOf: line.encoded)
            body.append(0x0a)
        }
        return body
    }

    private mutating func take(_ bytes: [UInt8]) throws {
        let line: Line
        do {
            line = try Line(bytes)
        } catch .version(let version) {
            throw SyncFailure.broken(.version(version))
        } catch {
            // One bad line stops no other.
            report.unreadable += 1
            try ledger.setAside(unreadable: bytes)
            return
        }
        let event: ClientConversation.Event
        do {
            event = try conversation.receive(line)
        } catch .refused(let refusal) {
            throw SyncFailure.refused(refusal)
        } catch {
            throw SyncFailure.broken(error)
        }
        switch event {
        case .none: break
        case .refused(let refusal): report.refusals.append(refusal)
        case .segment(let segment):
            batch.append(segment)
            bytesOfBatch += segment.body.count
            if batch.count >= Self.batchCount || bytesOfBatch >= batchBytes { try accept() }
        }
    }

    private mutating func accept() throws {
        guard !batch.isEmpty else { return }
        report.received += batch.count
        report.setAside += try ledger.accept(batch)
        batch = []
        bytesOfBatch = 0
    }
}
