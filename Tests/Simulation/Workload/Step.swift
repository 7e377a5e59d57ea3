import TestSupport

/// One thing that happens in a simulation. Machines, relays and places are counted modulo those that
/// there are, and each step has randomness of its own, so that a run stays a run when steps are left
/// out of it.
package enum Step: Sendable {
    /// What a machine does while something may befall it.
    package enum Work: Sendable {
        /// Somebody works: so many changes.
        case act(count: Int)
        /// It meets a place.
        case sync(place: Int)
    }

    /// What befalls a machine at work.
    package enum Trouble: Sendable {
        /// Nothing.
        case none
        /// It stops after so many writes to its disk.
        case stop(after: Int, SimulatedDisk.Stop)
        /// One write or sync of its disk fails.
        case diskError(after: Int)
        /// Its disk is full meanwhile.
        case diskFull
    }

    case work(machine: Int, Work, Trouble, seed: UInt64)
    case clock(machine: Int, milliseconds: Int64)
    /// A machine is copied; both go on.
    case copy(machine: Int, withState: Bool, sameRandom: Bool, seed: UInt64)
    case backup(machine: Int)
    /// The last backup takes the place of what a machine has.
    case restore(machine: Int, withState: Bool, sameRandom: Bool)
    /// A machine is lost; a new one joins the books.
    case lose(machine: Int, seed: UInt64)
    /// The folder that a machine remembers its writer in is lost.
    case forgetState(machine: Int)
    case upgrade(machine: Int)
    case rebuild(machine: Int)
    /// A byte rots in what a machine holds; it is noticed and mended at once, or at the end.
    case rot(machine: Int, kind: Int, isNoticed: Bool, seed: UInt64)
    case relayWiped(relay: Int)
    case relayBackup(relay: Int)
    case relayRestored(relay: Int)
    case relaysSwapped
    /// The relay stops after so many writes, at the next request that reaches them.
    case relayStops(relay: Int, after: Int, SimulatedDisk.Stop)
    case relayDiskFull(relay: Int, Bool)
    /// The relay begins to lie, or is honest again.
    case relayLies(relay: Int, kind: Int?)
    case folderSuffers(harm: Int, seed: UInt64)
    /// A machine cannot reach a place, or can again.
    case partition(machine: Int, place: Int, Bool)
}

/// What a seed gives: how many machines and places there are, how bad the network is, what happens.
package struct Plan: Sendable {
    /// The seed.
    package let seed: UInt64
    let machines: Int
    let olderMachines: Int
    let relays: Int
    let hasFolder: Bool
    let weather: Weather
    /// What happens, in order.
    package var steps: [Step]

    /// Draws a plan; without rot it is the one that a seed gave before anything rotted.
    package init(seed: UInt64, rots: Bool = true) {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        machines = random.pick(2...5)
        olderMachines = random.happens(25) ? 1 : 0
        relays = random.pick(1...2)
        hasFolder = random.happens(50)
        // Not every fault in every run: some are only seen when others do not hide them.
        let isRough = random.happens(60)
        weather = Weather(
            lost: isRough ? random.pick(0...15) : 0, cut: isRough ? random.pick(0...15) : 0,
            doubled: isRough ? random.pick(0...15) : 0,
            corrupted: isRough ? random.pick(0...10) : 0)
        let menu = Menu(&random)
        steps = (0..<random.pick(10...60)).map { _ in menu.step(&random) }
        var rotting = SeededRandom(seed: seed &+ 0x726f_7474)
        guard rots, rotting.happens(35) else { return }
        for _ in 0..<rotting.pick(1...4) {
            let rot = Step.rot(
                machine: rotting.pick(0...9), kind: rotting.pick(0...19),
                isNoticed: rotting.happens(50), seed: rotting.next())
            steps.insert(rot, at: rotting.pick(steps.count / 4...steps.count))
        }
    }
}

/// Which faults a run may meet.
private struct Menu {
    private let stops: Bool
    private let diskFaults: Bool
    private let copies: Bool
    private let restores: Bool
    private let rollsBackState: Bool
    private let relayFaults: Bool
    private let lies: Bool
    private let folderFaults: Bool
    private let partitions: Bool
    private let clocks: Bool
    private let losses: Bool

    init(_ random: inout SeededRandom) {
        stops = random.happens(40)
        diskFaults = random.happens(30)
        copies = random.happens(35)
        restores = random.happens(35)
        rollsBackState = random.happens(50)
        relayFaults = random.happens(45)
        lies = random.happens(30)
        folderFaults = random.happens(40)
        partitions = random.happens(35)
        clocks = random.happens(50)
        losses = random.happens(20)
    }

    func step(_ random: inout SeededRandom) -> Step {
        let machine = random.pick(0...9)
        let relay = random.pick(0...1)
        if random.happens(75) { return work(machine, &random) }
        let seed = random.next()
        switch random.pick(0...13) {
        case 0 where clocks: return .clock(machine: machine, milliseconds: time(&random))
        case 1 where copies:
            return .copy(
                machine: machine, withState: rollsBackState && random.happens(50),
                sameRandom: random.happens(30), seed: seed)
        case 2...3 where restores:
            return random.happens(40)
                ? .backup(machine: machine)
                : .restore(
                    machine: machine, withState: rollsBackState && random.happens(60),
                    sameRandom: rollsBackState && random.happens(40))
        case 4 where losses: return .lose(machine: machine, seed: seed)
        case 5 where restores: return .forgetState(machine: machine)
        case 6: return .upgrade(machine: machine)
        case 7: return .rebuild(machine: machine)
        case 8...9 where relayFaults: return relayFault(relay, &random)
        case 10 where lies:
            return .relayLies(
                relay: relay, kind: random.happens(70) ? random.pick(0...20) : nil)
        case 11 where folderFaults: return .folderSuffers(harm: random.pick(0...20), seed: seed)
        case 12 where partitions:
            return .partition(
                machine: machine, place: random.pick(0...2), random.happens(60))
        default: return work(machine, &random)
        }
    }

    private func work(_ machine: Int, _ random: inout SeededRandom) -> Step {
        let work: Step.Work =
            random.happens(55)
            ? .act(count: random.pick(1...3)) : .sync(place: random.pick(0...2))
        var trouble = Step.Trouble.none
        if stops, random.happens(15) {
            trouble = .stop(
                after: random.pick(0...random.pick([3, 20, 120])),
                random.pick(SimulatedDisk.Stop.allCases))
        } else if diskFaults, random.happens(15) {
            trouble =
                random.happens(50)
                ? .diskError(after: random.pick(0...random.pick([3, 20, 60]))) : .diskFull
        }
        return .work(machine: machine, work, trouble, seed: random.next())
    }

    private func relayFault(_ relay: Int, _ random: inout SeededRandom) -> Step {
        switch random.pick(0...6) {
        case 0: .relayWiped(relay: relay)
        case 1: .relayBackup(relay: relay)
        case 2: .relayRestored(relay: relay)
        case 3: .relaysSwapped
        case 4: .relayDiskFull(relay: relay, random.happens(50))
        default:
            .relayStops(
                relay: relay, after: random.pick(0...12),
                random.pick(SimulatedDisk.Stop.allCases))
        }
    }

    /// Between 1970 and 2099, and past what 32 bits hold.
    private func time(_ random: inout SeededRandom) -> Int64 {
        let days: [Int64] = [0, 1, 10_957, 20_000, 20_778, 24_855, 47_116, 47_481]
        return random.pick(days) * 86_400_000 + Int64(random.pick(0...1_000_000))
    }
}
