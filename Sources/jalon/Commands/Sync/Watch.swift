import AsyncHTTPClient
import Billing
import Glibc
import Replication
import Synchronization
import SyncClient
import Wire

/// Stays connected: takes in what others send, and sends what is written here.
struct Watch {
    private enum Trigger: Sendable {
        /// Time to see whether something was written here.
        case tick
        /// A peer may have something new.
        case news(peer: Int)
        /// A peer cannot be reached for now.
        case away(peer: Int, String)
    }

    private let replica: Replica
    private let peers: [Peer]
    private let network: Network
    private let output: Output

    init(_ replica: Replica, _ peers: [Peer], _ network: Network, _ output: Output) {
        self.replica = replica
        self.peers = peers
        self.network = network
        self.output = output
    }

    /// Runs until a signal ends the process: each step is committed before the next, so there is
    /// nothing to clean up.
    func run() async throws {
        for number in [SIGINT, SIGTERM, SIGHUP] where !Self.isIgnored(number) {
            signal(number) { _ in _exit(0) }
        }
        let places = Places()
        for index in peers.indices { try await meet(index, places, isFirst: true) }
        output.notice("Watching; Ctrl-C ends it.")
        try await listen(places)
    }

    /// Whether whoever started this wants it to outlive a signal: `nohup` a closed terminal, a script's
    /// `&` the Ctrl-C that is meant for the script.
    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
            == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    private func listen(_ places: Places) async throws {
        let (triggers, source) = AsyncStream.makeStream(of: Trigger.self)
        try await withThrowingDiscardingTaskGroup { group in
            for (index, peer) in peers.enumerated() {
                guard case .relay(let address) = try PeerPlace(peer.address) else { continue }
                // A relay that gets none, or an old one, asks for a meeting, which has it renewed.
                places.tokens[index] = places.tokens[index] ?? (try? replica.token(for: peer))
                let books = replica.books
                group.addTask {
                    let client = HTTPClient.forLiveChannel()
                    let channel = LiveChannel(
                        address, books: books, token: { places.tokens[index] ?? [] },
                        client: client, position: { places.positions[index] ?? 0 })
                    await Self.follow(channel, index, source)
                    // A client that is left open takes the process with it before it can say why.
                    try? await client.shutdown()
                }
            }
            group.addTask {
                // Its end must not hide why the watch ends.
                while (try? await Task.sleep(for: Self.patience)) != nil { source.yield(.tick) }
            }
            for await trigger in triggers { try await obey(trigger, places) }
        }
    }

    /// How often it is looked whether another jalon wrote something here.
    private static let patience = Duration.seconds(2)
    /// Nobody tells what is new in a folder: it is listed every so many times.
    private static let looksPerListing = 5
    /// Nor over ssh, which takes more to ask.
    private static let looksPerCall = 30

    /// Passes on what a live channel says.
    private static func follow(
        _ channel: LiveChannel, _ index: Int, _ source: AsyncStream<Trigger>.Continuation
    ) async {
        var told: SyncFailure?
        var events = channel.makeAsyncIterator()
        // It ends when the watch does.
        while let event = try? await events.next() {
            switch event {
            case .connected, .position:
                told = nil
                source.yield(.news(peer: index))
            case .lost(let failure, let seconds):
                // What hardly passes by itself is told once.
                if failure.mayPass || failure != told {
                    let words = Failure(failure).what
                    source.yield(.away(peer: index, "\(words) Again in \(seconds) s."))
                }
                told = failure
                // A relay that forgot this device admits it again at a meeting.
                if case .refused(let refusal) = failure, refusal.code == .token {
                    source.yield(.news(peer: index))
                }
            }
        }
    }

    private func obey(_ trigger: Trigger, _ places: Places) async throws {
        switch trigger {
        case .tick:
            places.looks += 1
            try noteWritten(places)
            for index in peers.indices {
                let isDue =
                    places.retries[index].map { $0.due <= .now } ?? places.unmet.contains(index)
                if isDue || isWorthAMeeting(index, places) { try await meet(index, places) }
            }
        case .news(let index): try await meet(index, places)
        case .away(let index, let words): output.notice("\(peers[index].name): \(words)")
        }
    }

    /// Notes for all peers that something was written here: the first meeting seals it, and then
    /// nothing tells the others of it.
    private func noteWritten(_ places: Places) throws {
        do {
            if try replica.status().unsealed > 0 { places.unmet = Set(peers.indices) }
        } catch let failure as ReplicationFailure where failure.mayPass {
            // It is still there at the next tick.
        }
    }

    private func meet(_ index: Int, _ places: Places, isFirst: Bool = false) async throws {
        try noteWritten(places)
        places.unmet.remove(index)
        // A folder that was away is met once it is back, whatever it holds.
        places.listings[index] = nil
        do {
            // As it stands now: the last meeting moved it.
            guard let peer = try replica.peer(peers[index].name) else {
                places.retries[index] = nil
                return
            }
            let meeting = try await Meeting.hold(replica, peer, network)
            places.positions[index] = meeting.report.position
            if case .relay = try PeerPlace(peer.address) {
                places.tokens[index] = try replica.token(for: peer)
            }
            places.listings[index] = listing(of: index)
            // What still hinders a peer was told before.
            let failure = meeting.failure
            let isKnown = failure != nil && failure == places.retries[index]?.failure
            if !isKnown || meeting.hasMoved { try tell(meeting, always: isFirst) }
            note(failure, index, places)
        } catch let failure as SyncFailure {
            // Whoever watches from a train, or before a proxy knows its relay, is connected once it can.
            note(Failure(failure), index, places)
        } catch let failure as FolderFailure {
            note(Failure(failure), index, places)
        } catch let failure as ReplicationFailure where failure.mayPass {
            note(Failure(failure), index, places)
        }
    }

    /// Remembers what hinders a peer, and tells it unless it was told: until a meeting succeeds the
    /// peer is tried again.
    private func note(_ failure: Failure?, _ index: Int, _ places: Places) {
        let last = places.retries[index]
        places.retries[index] = failure.map { Retry($0, after: last) }
        guard let failure, failure != last?.failure else { return }
        output.report(failure)
    }

    /// Whether it is time to look for news where nobody tells of them.
    private func isWorthAMeeting(_ index: Int, _ places: Places) -> Bool {
        switch try? PeerPlace(peers[index].address) {
        case .folder: places.looks % Self.looksPerListing == 0 && isListedAnew(index, places)
        case .program: places.looks % Self.looksPerCall == 0
        case .relay, nil: false
        }
    }

    /// Whether a folder is there and holds other names than after the last meeting.
    private func isListedAnew(_ index: Int, _ places: Places) -> Bool {
        guard let listing = listing(of: index) else { return false }
        return listing != places.listings[index]
    }

    /// What stands for the names in a folder; nil when it is not there, or no folder.
    private func listing(of index: Int) -> Mark? {
        guard case .folder(let path) = try? PeerPlace(peers[index].address) else { return nil }
        let store = try? FolderStore(
            path: path, books: replica.books, isNew: false, random: Environment.system.random)
        return store?.state().mark
    }

    /// Where the replica stands in each peer's mailbox and which token it shows there, for the live
    /// channels to ask; what each folder held; and which peers are tried again.
    private final class Places: Sendable {
        private let heldPositions = Mutex<[Int: Int64]>([:])
        private let heldTokens = Mutex<[Int: [UInt8]]>([:])
        private let heldListings = Mutex<[Int: Mark]>([:])
        private let heldLooks = Mutex(0)
        private let heldRetries = Mutex<[Int: Retry]>([:])
        private let heldUnmet = Mutex<Set<Int>>([])

        var positions: [Int: Int64] {
            get { heldPositions.withLock { $0 } }
            set { heldPositions.withLock { $0 = newValue } }
        }

        var listings: [Int: Mark] {
            get { heldListings.withLock { $0 } }
            set { heldListings.withLock { $0 = newValue } }
        }

        var looks: Int {
            get { heldLooks.withLock { $0 } }
            set { heldLooks.withLock { $0 = newValue } }
        }

        var retries: [Int: Retry] {
            get { heldRetries.withLock { $0 } }
            set { heldRetries.withLock { $0 = newValue } }
        }

        /// The peers that were not met since something was written here.
        var unmet: Set<Int> {
            get { heldUnmet.withLock { $0 } }
            set { heldUnmet.withLock { $0 = newValue } }
        }

        var tokens: [Int: [UInt8]] {
            get { heldTokens.withLock { $0 } }
            set { heldTokens.withLock { $0 = newValue } }
        }
    }

    private func tell(_ meeting: Meeting, always: Bool = false) throws {
        guard always || meeting.hasNews else { return }
        try output.answer(Answer(json: meeting.json) { meeting.write(on: &$0) })
    }
}
