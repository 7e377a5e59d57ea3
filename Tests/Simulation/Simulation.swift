import Convergence
import Replication
import Sealing
import SyncClient
import TestSupport
import Wire

/// One run: machines, relays and a folder in one process, without real time, from one seed.
///
/// The engine, the conversations and the stores are the real ones. What a device promised is checked
/// after every step; at the end everything is healthy again and all must come to the same books.
package final class Simulation {
    private let plan: Plan
    private let secret: [UInt8]
    private var devices: [SimulatedDevice] = []
    private var relays: [SimulatedRelay] = []
    private let folder: SimulatedFolder?
    private var backups: [Int: SimulatedDevice.Backup] = [:]
    private var relayBackups: [Int: SimulatedDisk.Image] = [:]
    private var stops: [Int: SimulatedDisk.Stop] = [:]
    private var partitions: Set<[Int]> = []
    private var ledger: Ledger
    private let foreign: [Segment]
    private var names = 0
    private var isBusy = false
    private var interludes: UInt64 = 0
    private var mustMeetAll = false

    /// How often what was met, and how many operations were done.
    package private(set) var tally: [String: Int] = [:]

    /// Told of everything that happens, as text for people.
    package var trace: ((String) -> Void)?

    /// Prepares a run.
    package init(_ plan: Plan) throws {
        self.plan = plan
        var random = SeededRandom(seed: plan.seed ^ 0x5a5a_5a5a)
        secret = random.bytes(32)
        ledger = try Ledger(secret: secret)
        folder = plan.hasFolder ? SimulatedFolder() : nil
        var scribe = try Scribe(secret: random.bytes(32), seed: random.next())
        foreign = try (0..<3).map { _ in
            try scribe.segment(scribe.line(operations: #"{"remove":{}}"#))
        }
        for number in 0..<plan.relays {
            relays.append(SimulatedRelay(books: try books, seed: random.next() &+ UInt64(number)))
        }
        for number in 0..<plan.machines {
            let isOlder = number > 0 && number <= plan.olderMachines
            devices.append(
                SimulatedDevice(
                    name: newName(), secret: secret,
                    schema: isOlder ? Business.olderSchema : Business.schema,
                    seed: random.next(), clock: Self.start))
        }
    }

    private static let start: Int64 = 1_760_000_000_000

    private var books: BooksID {
        get throws { try some(BooksKey(secret: secret)).books }
    }

    private func newName() -> String {
        names += 1
        return "machine \(names)"
    }

    private var places: Int { relays.count + (folder == nil ? 0 : 1) }

    /// Runs everything; what is wrong, or nil.
    package func fault() async -> String? {
        var position = 0
        do {
            for step in plan.steps {
                trace?("\(position + 1) \(step)")
                try await run(step)
                position += 1
            }
            try await heal()
            return nil
        } catch let fault as Ledger.Fault {
            return "after \(position) steps: \(fault)"
        } catch {
            return "after \(position) steps: \(error)"
        }
    }

    private func note(_ what: String) {
        tally[what, default: 0] += 1
        trace?("    " + what)
    }

    // MARK: - Steps

    private func run(_ step: Step) async throws {
        switch step {
        case .work(let machine, let work, let trouble, let seed):
            try await self.work(machine % devices.count, work, trouble, seed)
        case .clock(let machine, let milliseconds):
            devices[machine % devices.count].clock = milliseconds
            note("clock set")
        case .copy(let machine, let withState, let sameRandom, let seed):
            guard devices.count < 6 else { return }
            // With the same random source both make the same new writer.
            if withState || sameRandom { ledger.mayFork = true }
            let origin = devices[machine % devices.count]
            origin.close()
            devices.append(
                SimulatedDevice(
                    name: newName(), secret: secret, of: origin.backup(), withState: withState,
                    sameRandom: sameRandom, seed: seed, clock: origin.clock))
            note(withState ? "copied with state" : "copied")
        case .backup(let machine):
            backups[machine % devices.count] = devices[machine % devices.count].backup()
        case .restore(let machine, let withState, let sameRandom):
            try restore(machine % devices.count, withState, sameRandom)
        case .lose(let machine, let seed): try lose(machine % devices.count, seed)
        case .forgetState(let machine):
            devices[machine % devices.count].forgetState()
            note("state folder lost")
        case .upgrade(let machine):
            let device = devices[machine % devices.count]
            guard device.schema.version < Business.schema.version else { return }
            device.upgrade(to: Business.schema)
            note("program upgraded")
            try check(device)
        case .rebuild(let machine):
            let device = devices[machine % devices.count]
            let report = try device.replica().rebuild()
            guard report.digestBefore == report.digestAfter || !device.rotten.isEmpty else {
                throw Ledger.Fault("a rebuild changed the digest")
            }
            note("rebuilt")
            try check(device)
        case .rot(let machine, let kind, let isNoticed, let seed):
            try rot(devices[machine % devices.count], kind, isNoticed, seed)
        default: try await runElsewhere(step)
        }
    }

    private func rot(
        _ device: SimulatedDevice, _ kind: Int, _ isNoticed: Bool, _ seed: UInt64
    ) throws {
        // Two bytes of one change are more than its id puts right.
        guard !device.isRotten else { return }
        try check(device)
        let kinds = SimulatedDevice.Rot.allCases
        var random = SeededRandom(seed: seed)
        guard let (hit, segment) = device.rot(kinds[kind % kinds.count], &random) else { return }
        note("rot: \(hit.rawValue)")
        device.isRotten = true
        if let segment { device.rotten.formUnion(ledger.knows(segment) ?? []) }
        // A row that is not what its state says would be carried into the digest by the next change.
        guard isNoticed || hit == .row else { return }
        guard try !device.replica().verify().findings.isEmpty else {
            throw Ledger.Fault("\(hit.rawValue) of \(device.name) rotted unnoticed")
        }
        try mendRot(device)
    }

    private func mendRot(_ device: SimulatedDevice) throws {
        let replica = try device.replica()
        _ = try replica.rebuild()
        let found = try replica.verify().findings
        guard found.isEmpty else { throw Ledger.Fault("found after a rebuild: \(found)") }
        try check(device)
        (device.isRotten, device.rotten) = (false, [])
    }

    private func runElsewhere(_ step: Step) async throws {
        switch step {
        case .relayWiped(let relay):
            relays[relay % relays.count].wipe()
            note("relay wiped")
            try countGone()
        case .relayBackup(let relay):
            relayBackups[relay % relays.count] = relays[relay % relays.count].image
        case .relayRestored(let relay):
            guard let image = relayBackups[relay % relays.count] else { return }
            relays[relay % relays.count].restore(image)
            note("relay rolled back")
            try countGone()
        case .relaysSwapped:
            guard relays.count > 1 else { return }
            relays.swapAt(0, 1)
            note("relays swapped")
        case .relayStops(let relay, let after, let stop):
            relays[relay % relays.count].disk.stop(after: after)
            stops[relay % relays.count] = stop
        case .relayDiskFull(let relay, let isFull):
            relays[relay % relays.count].disk.isFull = isFull
            if isFull { note("relay's disk full") }
        case .relayLies(let relay, let kind):
            let kinds = Lies.Kind.allCases
            let lies = kind.map { Lies(kind: kinds[$0 % kinds.count], foreign: foreign) }
            relays[relay % relays.count].lies = lies
            if let lies { note("relay lies: \(lies.kind.rawValue)") }
        case .folderSuffers(let harm, let seed):
            var random = SeededRandom(seed: seed)
            let harms = SimulatedFolder.Harm.allCases
            let chosen = harms[harm % harms.count]
            guard let folder, try folder.suffer(chosen, &random) else { return }
            note("folder: \(chosen.rawValue)")
            try countGone()
        case .partition(let machine, let place, let isCut):
            let pair = [machine % devices.count, place % places]
            if isCut { partitions.insert(pair) } else { partitions.remove(pair) }
            if isCut { note("partition") }
        default: return
        }
    }

    private func restore(_ machine: Int, _ withState: Bool, _ sameRandom: Bool) throws {
        guard let backup = backups[machine] else { return }
        // A record that a loss of power made older and books that are older still look like one
        // writer that goes on.
        ledger.mayFork = true
        devices[machine].restore(backup, withState: withState, sameRandom: sameRandom)
        note(withState ? "rolled back with state" : "restored")
        try countGone()
    }

    private func lose(_ machine: Int, _ seed: UInt64) throws {
        devices[machine] = SimulatedDevice(
            name: newName(), secret: secret, schema: Business.schema, seed: seed,
            clock: Self.start)
        backups[machine] = nil
        note("machine lost")
        try countGone()
    }

    // MARK: - Work

    private func work(
        _ machine: Int, _ work: Step.Work, _ trouble: Step.Trouble, _ seed: UInt64
    ) async throws {
        let device = devices[machine]
        var random = SeededRandom(seed: seed)
        switch trouble {
        case .none: break
        case .stop(let after, _): device.disk.stop(after: after)
        case .diskError(let after): device.disk.fail(after: after)
        case .diskFull: device.disk.isFull = true
        }
        do {
            switch work {
            case .act(let count): for _ in 0..<count { try act(device, &random) }
            case .sync(let place):
                try await sync(machine, place % places, plan.weather, seed: random.next())
            }
        } catch let error where isExcused(error, device) {
            note("failed: \(trouble.name)")
        }
        try recover(device, trouble, &random)
        try restartRelays(&random)
        try check(device)
    }

    /// Whether a failure is what the trouble at hand makes: anything else is a fault of ours.
    private func isExcused(_ error: any Error, _ device: SimulatedDevice) -> Bool {
        if error is Ledger.Fault { return false }
        if device.disk.isDown || device.disk.isFull || device.disk.hasFailed { return true }
        return error is SyncFailure || error is FolderFailure
    }

    private func recover(
        _ device: SimulatedDevice, _ trouble: Step.Trouble, _ random: inout SeededRandom
    ) throws {
        device.disk.isFull = false
        let failed = device.disk.hasFailed
        device.disk.calm()
        if case .stop(_, let stop) = trouble, device.disk.isDown {
            device.restart(after: stop, random: &random)
            note("stopped: \(stop)")
        } else if failed {
            note("disk error")
            // Half of the programs go on, half are started again.
            if random.happens(50) { device.close() }
        }
        // What was cut off is mended when the books are next opened.
        try device.replica().mend()
    }

    private func restartRelays(_ random: inout SeededRandom) throws {
        for (number, relay) in relays.enumerated() where relay.disk.isDown {
            let stop = stops[number] ?? .kill
            relay.restart(after: stop, random: &random)
            note("relay stopped: \(stop)")
        }
    }

    /// Somebody works on a device. Done means there; refused or failed means nothing changed.
    private func act(_ device: SimulatedDevice, _ random: inout SeededRandom) throws {
        let replica = try device.replica()
        let before = try holdings(of: device)
        let isRehearsal = random.happens(5)
        let breaksOff = random.happens(5)
        do {
            let isDone = try replica.write(dryRun: isRehearsal) { writing in
                let isDone = try Business.act(writing, &random)
                if breaksOff { throw BrokenOff() }
                return isDone
            }
            let after = try holdings(of: device)
            let new = after.subtracting(before)
            guard before.subtracting(device.rotten).isSubset(of: after) else {
                throw Ledger.Fault("a write lost changes")
            }
            guard new.count == (isDone && !isRehearsal ? 1 : 0) else {
                throw Ledger.Fault("a write that is done made \(new.count) changes")
            }
            ledger.acknowledge(new)
            note("changes")
        } catch let error where error is BrokenOff || error is ReplicationFailure {
            guard !device.disk.isDown else { throw error }
            guard
                device.disk.isFull || device.disk.hasFailed || error is BrokenOff
                    || (error as? ReplicationFailure)?.isRefusal == true
            else { throw error }
            guard try holdings(of: device) == before else {
                throw Ledger.Fault("a write that failed changed something: \(error)")
            }
            note("writes refused")
            if device.disk.isFull || device.disk.hasFailed { throw error }
        }
    }

    private struct BrokenOff: Error {}

    /// A device meets a place.
    private func sync(
        _ machine: Int, _ place: Int, _ weather: Weather, seed: UInt64
    ) async throws {
        let device = devices[machine]
        let replica = try device.replica()
        note("conversations")
        if place < relays.count {
            guard !partitions.contains([machine, place]) else { return note("no way there") }
            let peer = try self.peer("relay\(place)", of: replica)
            let network = SimulatedNetwork(
                to: relays[place], weather, seed: seed,
                meanwhile: { try await self.meanwhile(machine, place, seed) })
            defer { for fault in network.faults { note(fault) } }
            try replica.sealChanges()
            var session = try SyncSession(ReplicaLedger(replica, peer), over: network)
            let report = try await session.run()
            trace?("    \(device.name) at relay\(place): \(report)")
        } else if let folder {
            let peer = try self.peer("folder", of: replica)
            let store = try folder.store(for: replica, seed: seed)
            let carrier = FolderCarrier(store, books: replica.books)
            try replica.sealChanges()
            var session = try SyncSession(
                ReplicaLedger(replica, peer, keepsStanding: false), over: carrier, comparing: true)
            let report = try await session.run()
            trace?("    \(device.name) at the folder: \(report)")
        }
        try replica.mend()
    }

    private func peer(_ name: String, of replica: Replica) throws -> Peer {
        if let peer = try replica.peer(name) { return peer }
        return try replica.addPeer(name, "https://\(name).example/")
    }

    /// While a request is on its way, others work, and so does somebody on this very machine.
    private func meanwhile(_ machine: Int, _ place: Int, _ seed: UInt64) async throws {
        guard !isBusy, seed % 5 == 0, !mustMeetAll else { return }
        isBusy = true
        defer { isBusy = false }
        interludes += 1
        var random = SeededRandom(seed: seed &+ interludes)
        let other = random.pick(0...devices.count - 1)
        note("worked meanwhile")
        if other != machine, random.happens(50) {
            do {
                try await sync(other, place, plan.weather, seed: random.next() | 1)
            } catch is SyncFailure {}
        } else {
            try act(devices[other], &random)
        }
    }

    // MARK: - Checks

    /// The changes that lie on a device's disk.
    private func holdings(of device: SimulatedDevice) throws -> Set<ChangeID> {
        let replica = try device.replica()
        var unsealed: Set<ChangeID> = []
        var hashes: [SegmentHash] = []
        try replica.read { reading in
            try reading.each("SELECT hex(id) FROM unsealed") { cursor in
                if let id = cursor.text(0).flatMap({ ChangeID(bytes: Self.bytes(ofHex: $0)) }) {
                    unsealed.insert(id)
                }
            }
            try reading.each("SELECT hex(hash) FROM segment") { cursor in
                let bytes = cursor.text(0).map(Self.bytes(ofHex:))
                if let hash = bytes.flatMap({ SegmentHash(bytes: $0) }) { hashes.append(hash) }
            }
        }
        var held = unsealed
        for hash in hashes {
            if let known = ledger.knows(hash) {
                held.formUnion(known)
            } else if let segment = try replica.segment(hash) {
                held.formUnion(try ledger.changes(in: segment))
            }
        }
        return held
    }

    private static func bytes(ofHex text: String) -> [UInt8] {
        let digits = Array(text.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
        }
    }

    /// What must hold of a device at any moment.
    private func check(_ device: SimulatedDevice) throws {
        let held = try holdings(of: device)
        let lost = device.held.subtracting(held)
        guard lost.isSubset(of: device.rotten) else {
            throw Ledger.Fault("\(device.name) lost \(lost.count) changes")
        }
        device.held = held
        if !lost.isEmpty { try countGone() }
        let status = try device.replica().status()
        guard status.diverged == 0 else { throw Ledger.Fault("\(device.name) diverged") }
        try ledger.note(digest: status.digest, of: held)
    }

    /// Notes what was only where something was just destroyed.
    private func countGone() throws {
        var everywhere: Set<ChangeID> = []
        for device in devices { everywhere.formUnion(try holdings(of: device)) }
        for relay in relays {
            for segment in try relay.segments() {
                everywhere.formUnion(try ledger.changes(in: segment))
            }
        }
        for bytes in try folder?.contents() ?? [] {
            guard let segment = Segment(encoded: bytes) else { continue }
            everywhere.formUnion(try ledger.changes(in: segment))
        }
        ledger.count(gone: everywhere)
    }

    // MARK: - Healing

    /// Everything is healthy again; all devices meet all places until nothing is new.
    private func heal() async throws {
        mustMeetAll = true
        partitions = []
        var random = SeededRandom(seed: plan.seed &+ 17)
        for relay in relays {
            relay.lies = nil
            relay.disk.calm()
            relay.disk.isFull = false
        }
        try restartRelays(&random)
        for device in devices {
            // A last word of each: what was withheld of it before now shows as missing.
            device.clock = Self.start
            trace?("last word of \(device.name)")
            try device.replica().mend()
            if device.isRotten { try mendRot(device) }
            try act(device, &random)
            try check(device)
        }
        try await converge()
        try await declareGone()
        try compare()
    }

    private func converge() async throws {
        let bound = 2 * devices.count + 2 * places + 4
        var last: [Int] = []
        for _ in 0..<bound {
            for machine in devices.indices {
                for place in 0..<places {
                    try await sync(machine, place, .fair, seed: 1)
                    try check(devices[machine])
                }
            }
            let counts = devices.map(\.held.count)
            if counts == last, Set(devices.map(\.held)).count == 1 { return }
            last = counts
        }
        throw Ledger.Fault("no agreement after \(bound) rounds: \(last)")
    }

    /// What went with the only machine that had it is declared lost, so that the rest goes on.
    private func declareGone() async throws {
        var tried: Set<String> = []
        while let waiting = try devices[0].replica().status().waiting.first(where: {
            !tried.contains("\($0.missingWriter) \($0.missingNumber)")
        }) {
            guard !ledger.gone.isEmpty else {
                throw Ledger.Fault("\(waiting) though nothing is gone")
            }
            tried.insert("\(waiting.missingWriter) \(waiting.missingNumber)")
            try devices[0].replica().declareLost(
                waiting.missingWriter, upTo: waiting.missingNumber)
            note("declared lost")
        }
        hasDeclared = !tried.isEmpty
        if hasDeclared { try await converge() }
    }

    private var hasDeclared = false

    private func compare() throws {
        let statuses = try devices.map { try $0.replica().status() }
        guard Set(statuses.map(\.digest)).count == 1 else {
            throw Ledger.Fault("digests \(statuses.map(\.digest))")
        }
        for (device, status) in zip(devices, statuses) {
            guard status.diverged == 0 else { throw Ledger.Fault("\(device.name) diverged") }
            guard status.unsealed == 0 else { throw Ledger.Fault("unsealed changes are left") }
            let missing = ledger.acknowledged.subtracting(ledger.gone).subtracting(device.held)
            guard missing.isEmpty else {
                throw Ledger.Fault("\(device.name) lacks \(missing.count) acknowledged changes")
            }
        }
        let common =
            devices.contains { $0.schema.version < Business.schema.version }
            ? Business.olderSchema : Business.schema
        let views = try devices.map { try BooksView($0.replica()).dump(common) }
        for (device, view) in zip(devices, views) where view != views[0] {
            let line = zip(view, views[0]).first { $0 != $1 }
            throw Ledger.Fault("\(device.name) shows other books: \(String(describing: line))")
        }
        for device in devices { try examine(device) }
        note("runs that ended alike")
    }

    private func examine(_ device: SimulatedDevice) throws {
        let replica = try device.replica()
        let view = BooksView(replica)
        if !hasDeclared {
            if let lost = try view.danglingReference(device.schema) {
                throw Ledger.Fault("\(lost) leads nowhere")
            }
            if device === devices[0] {
                let oracle = Oracle(ledger.lineage(of: device.held).events)
                if let difference = try view.difference(from: oracle) {
                    throw Ledger.Fault(difference)
                }
            }
        }
        guard device === devices[0] || device === devices[devices.count - 1] else { return }
        let audit = try replica.verify()
        guard audit.findings.isEmpty else { throw Ledger.Fault("audit: \(audit.findings)") }
        let report = try replica.rebuild()
        guard report.digestAfter == report.digestBefore else {
            throw Ledger.Fault("a rebuild changed the digest")
        }
    }
}

extension Step.Trouble {
    fileprivate var name: String {
        switch self {
        case .none: "by the network"
        case .stop: "machine stopped"
        case .diskError: "disk error"
        case .diskFull: "disk full"
        }
    }
}

extension ReplicationFailure {
    /// Whether it says that the books do not allow what was asked, and not that something broke.
    fileprivate var isRefusal: Bool {
        switch self {
        case .liveChildren, .noConflict, .conflictChanged, .noAlternative, .issuedIsKept: true
        default: false
        }
    }
}
