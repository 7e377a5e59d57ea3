import Convergence
import Wire

/// One conversation from the first line to the last: it moves lines between a ledger and a peer, and
/// leaves every decision to ``ClientConversation``.
///
/// It may end anywhere, by a failure, a cancelled task or a lost machine; the next one goes on from
/// what was committed.
package struct SyncSession<Ledger: SyncLedger, Carrier: Transport> {
    /// Received segments are handed over in batches of so many…
    package static var batchCount: Int { 256 }
    /// …or of so many bytes.
    package static var batchBytes: Int { 1_048_576 }

    /// Where segments come from and go to.
    package private(set) var ledger: Ledger
    private let carrier: Carrier
    private var conversation: ClientConversation
    private var report = SyncReport()
    private var batch: [Segment] = []
    private var bytesOfBatch = 0
    /// The batch before, which is accepted once the next one is complete: opening that one goes on
    /// meanwhile.
    private var prepared: Ledger.Prepared?
    private var unreadTold = 0

    /// Prepares a conversation of a ledger over a carrier. `comparing`: both sides list what they
    /// hold, whatever was known before.
    package init(_ ledger: Ledger, over carrier: Carrier, comparing: Bool = false) throws {
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
            } catch {
                // What came whole is kept, even if it comes again.
                try acceptAll()
                throw error
            }
            try acceptAll()
            do {
                try conversation.finishAnswer()
            } catch {
                throw SyncFailure.broken(error)
            }
            report.requests += 1
            if conversation.needsInventory {
                conversation.compare(
                    with: try ledger.inventory(), without: try ledger.setAside())
            }
            // What came damaged is still lying there: the next conversation looks for it.
            try settle(hasDamage ? .doubtful : conversation.standing)
        }
        report.peerChanged = conversation.peerChanged
        report.refusals += conversation.unread
        report.sent = conversation.delivered
        report.position = conversation.standing.position
        try ledger.finish()
        return report
    }

    private var hasDamage: Bool { report.setAside + report.unreadable > 0 }

    private mutating func settle(_ standing: Standing) throws {
        // Each is told once: the ledger counts how often it happens.
        let unread = Array(conversation.unread.dropFirst(unreadTold))
        unreadTold = conversation.unread.count
        try ledger.settle(
            SyncScore(
                standing: standing, settled: conversation.settled, refusals: report.refusals,
                unread: unread,
                peerChanged: conversation.peerChanged))
    }

    private mutating func exchange(_ request: ClientConversation.Request) async throws {
        var splitter = LineSplitter()
        let body = try encode(request)
        try await carrier.exchange(body) { part in
            let lines: [[UInt8]]
            do {
                lines = try splitter.take(part)
            } catch let failure as WireFailure {
                throw SyncFailure.broken(failure)
            }
            for line in lines { try take(line) }
        }
        guard splitter.remainder.isEmpty else { throw SyncFailure.broken(.cut) }
    }

    private func encode(_ request: ClientConversation.Request) throws -> [UInt8] {
        var body = request.hello.encoded
        body.append(0x0a)
        for hash in request.segments {
            guard let segment = try ledger.segment(hash) else { continue }
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
            if batch.count >= Self.batchCount || bytesOfBatch >= Self.batchBytes { try handOver() }
        }
    }

    private mutating func handOver() throws {
        guard !batch.isEmpty else { return }
        report.received += batch.count
        let next = ledger.prepare(batch)
        batch = []
        bytesOfBatch = 0
        try acceptPrepared()
        prepared = next
    }

    private mutating func acceptAll() throws {
        try handOver()
        try acceptPrepared()
    }

    private mutating func acceptPrepared() throws {
        guard let ready = prepared else { return }
        prepared = nil
        report.setAside += try ledger.accept(ready)
    }
}
