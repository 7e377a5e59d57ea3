import Billing
import Replication
import SyncClient
import Wire

/// What meeting one peer came to.
struct Meeting {
    let peer: Peer
    let report: SyncReport
    /// Changes that came and are applied.
    let changes: Int
    /// What hindered the rest, and where files lie that are not whole: of a folder.
    var hindrance: FolderFailure?
    var unreadFiles: [String] = []

    /// Meets a peer: sends what it lacks, takes what it has, and mends what that asks for.
    static func hold(_ replica: Replica, _ peer: Peer, _ network: Network) async throws -> Meeting {
        // Even when the peer is not there: what is sealed waits for it and asks for no further try.
        try replica.sealChanges()
        switch try PeerPlace(peer.address) {
        case .relay(let address):
            let carrier = HTTPCarrier(
                address, member: ReplicaMembership(replica, peer), client: network.client)
            let session = try SyncSession(ReplicaLedger(replica, peer), over: carrier)
            let meeting = try await run(session, replica, peer)
            try await ask(carrier, replica, meeting)
            return meeting
        case .program(let address):
            let carrier = try ProgramCarrier(address, hasTerminal: Terminal.isAttended)
            do {
                let session = try SyncSession(ReplicaLedger(replica, peer), over: carrier)
                let meeting = try await run(session, replica, peer)
                await carrier.close()
                return meeting
            } catch {
                await carrier.close()
                throw error
            }
        case .folder(let path): return try await meet(folder: path, replica, peer)
        }
    }

    private static func run<Carrier: Transport>(
        _ session: SyncSession<ReplicaLedger, Carrier>, _ replica: Replica, _ peer: Peer
    ) async throws -> Meeting {
        var session = session
        var report = try await session.run()
        report.unsendable += try replica.unsealableCount()
        try replica.mend()
        return Meeting(peer: peer, report: report, changes: session.ledger.intake.changes)
    }

    /// Asks a relay what the other devices fetched, when that may have changed. It is a hint: that a
    /// relay cannot say it spoils no meeting.
    private static func ask(
        _ carrier: HTTPCarrier<ReplicaMembership>, _ replica: Replica, _ meeting: Meeting
    ) async throws {
        let peer = meeting.peer
        guard try meeting.hasNews || replica.wantsReach(of: peer) else { return }
        do {
            let devices = try await carrier.devices()
            try replica.noteReach(devices.map { ($0.name, $0.position) }, of: peer)
        } catch is SyncFailure {}
    }

    private static func meet(
        folder path: String, _ replica: Replica, _ peer: Peer
    ) async throws -> Meeting {
        let store = try FolderStore(
            path: path, books: replica.books, isNew: peer.lastSync == nil,
            now: Environment.system.now(), random: Environment.system.random)
        let carrier = FolderCarrier(store, books: replica.books)
        let ledger = ReplicaLedger(replica, peer, keepsStanding: false)
        let session = try SyncSession(ledger, over: carrier, comparing: true)
        let meeting = try await run(session, replica, peer)
        var report = meeting.report
        // That both sides compare is nothing to tell of a folder, nor is each segment that waits.
        report.peerChanged = false
        report.refusals.removeAll { $0.code == .storage }
        report.sent = store.written
        return Meeting(
            peer: peer, report: report, changes: meeting.changes,
            hindrance: carrier.fault ?? store.fault, unreadFiles: store.damaged)
    }

    /// Whether anything went either way, or is worth a word.
    var hasNews: Bool {
        hasMoved || report.unsendable > 0 || !report.refusals.isEmpty || hindrance != nil
    }

    /// Whether anything went either way.
    var hasMoved: Bool {
        report.sent > 0 || changes > 0 || report.setAside + report.unreadable > 0
            || report.peerChanged
    }

    /// `name url sent received changes setAside refused healed position`.
    var json: JSON {
        .members([
            "name": .string(peer.name), "url": .string(peer.address),
            "sent": .integer(report.sent), "received": .integer(report.received),
            "changes": .integer(changes), "setAside": .integer(report.setAside + report.unreadable),
            "refused": .texts(report.refusals.map(\.code.rawValue)),
            "healed": .bool(report.peerChanged), "position": .integer(report.position),
            "error": failure.map { .string($0.what) } ?? .null,
        ])
    }

    func write(on page: inout Page) {
        let name = peer.name
        if report.peerChanged {
            page.line(
                "\(name): compared whole, as one side had lost or changed something; both have all again."
            )
        }
        if report.sent == 0, changes == 0, report.received == 0 {
            page.line("\(name): nothing new.")
        } else {
            page.line(
                "\(name): \(Self.count(report.sent, "parcel")) sent,"
                    + " \(Self.count(changes, "change")) taken in.")
        }
        let damaged = report.setAside + report.unreadable
        if damaged > 0 {
            page.line("\(Self.count(damaged, "damaged parcel")) set aside: jalon doctor", .warning)
        }
        if report.unsendable > 0 {
            page.line(
                "\(Self.count(report.unsendable, "damaged parcel")) here cannot be sent.", .warning)
        }
        if let first = unreadFiles.first {
            let rest = unreadFiles.count > 1 ? " and others" : ""
            page.line(
                "\(Self.count(unreadFiles.count, "file")) in \(peer.address) cannot be read whole:"
                    + " \(first)\(rest).", .warning)
            page.line("It may be on its way still; if not, a device that has it writes it again.")
        }
        if case .readOnly = hindrance {
            page.line("Nothing was written to \(name): \(peer.address) can only be read.", .warning)
        }
        for (code, refusals) in refusalsByCode {
            page.line(
                "\(name) did not take \(Self.count(refusals.count, "parcel")): \(code).", .warning)
        }
    }

    private var refusalsByCode: [(code: String, refusals: [Refusal])] {
        Dictionary(grouping: report.refusals, by: \.code.rawValue)
            .sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// What is to be told as a failure: what was written here and did not get there, or lies there
    /// and cannot be read. A folder that can only be read was read.
    var failure: Failure? {
        guard let hindrance else {
            if report.unsendable > 0 { return Self.unsendable }
            return report.refusals.first.map { Failure(SyncFailure.refused($0)) }
        }
        if case .readOnly = hindrance { return nil }
        return Failure(hindrance)
    }

    private static let unsendable = Failure(
        "something that was written here is damaged and cannot be sent.",
        why: [
            "its bytes in the database are not those that were written", "all else went its way",
        ],
        tries: ["jalon doctor", "jalon rebuild, then jalon sync"], status: .badInput)

    static func count(_ count: Int, _ noun: String) -> String {
        count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
    }
}
