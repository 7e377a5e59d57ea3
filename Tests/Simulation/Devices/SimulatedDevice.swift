import Convergence
import Replication
import TestSupport
import Wire

/// A machine with a replica: its disk, its clock, its randomness, what it remembers of its writer.
final class SimulatedDevice {
    /// Everything of a machine at one moment.
    struct Backup {
        let image: SimulatedDisk.Image
        let record: WriterRecord?
        let random: SeededRandom
        let schema: Schema
        let held: Set<ChangeID>
        let isRotten: Bool
        let rotten: Set<ChangeID>
        let logPagesMax: Int
    }

    /// The clock and the random source, which the replica reads through its environment.
    private final class World {
        var clock: Int64
        var random: SeededRandom

        init(clock: Int64, random: SeededRandom) {
            self.clock = clock
            self.random = random
        }
    }

    let name: String
    private let secret: [UInt8]
    private let world: World
    private(set) var disk: SimulatedDisk
    private var mount: Int
    private(set) var vault: SimulatedVault
    private(set) var schema: Schema
    private let logPagesMax: Int
    /// Rows that a transaction holds: every second machine has hardly any memory.
    private let heldRows: Int
    private var opened: Replica?
    /// The changes that were seen on its disk: none of them may ever be missing there.
    var held: Set<ChangeID> = []
    /// Whether something rotted there that nobody noticed yet, and the changes that may be missing once
    /// somebody does and rebuilds it.
    var isRotten = false
    var rotten: Set<ChangeID> = []

    init(name: String, secret: [UInt8], schema: Schema, seed: UInt64, clock: Int64) {
        self.name = name
        self.secret = secret
        self.schema = schema
        var random = SeededRandom(seed: seed)
        logPagesMax = random.pick([3, 20, 100, 1000])
        heldRows = seed.isMultiple(of: 2) ? 65_536 : 2
        world = World(clock: clock, random: random)
        disk = SimulatedDisk()
        mount = SimulatedFileSystem.mount(disk)
        vault = SimulatedVault(disk: disk)
    }

    /// A copy of a machine as it was; with what it remembers of its writer and the state of its
    /// random source, or without.
    init(
        name: String, secret: [UInt8], of backup: Backup, withState: Bool, sameRandom: Bool,
        seed: UInt64, clock: Int64
    ) {
        self.name = name
        self.secret = secret
        schema = backup.schema
        logPagesMax = backup.logPagesMax
        heldRows = seed.isMultiple(of: 2) ? 65_536 : 2
        world = World(
            clock: clock, random: sameRandom ? backup.random : SeededRandom(seed: seed))
        disk = SimulatedDisk(backup.image)
        mount = SimulatedFileSystem.mount(disk)
        vault = SimulatedVault(disk: disk, record: withState ? backup.record : nil)
        held = backup.held
        (isRotten, rotten) = (backup.isRotten, backup.rotten)
    }

    deinit { SimulatedFileSystem.unmount(mount) }

    var clock: Int64 {
        get { world.clock }
        set { world.clock = newValue }
    }

    /// Under which SQLite finds the books.
    var address: String { SimulatedFileSystem.address(of: "books.sqlite", on: mount) }

    /// The replica, opened when it is not.
    func replica() throws -> Replica {
        if let opened { return opened }
        let world = world
        let replica = try Replica.simulated(
            at: address, secret: secret, schema: schema,
            environment: Environment(
                heldRows: heldRows, now: { world.clock }, random: { world.random.bytes($0) }),
            vault: vault, device: name, logPagesMax: logPagesMax)
        opened = replica
        return replica
    }

    /// Ends the program that has the books open.
    func close() { opened = nil }

    /// Starts the machine again after it stopped.
    func restart(after stop: SimulatedDisk.Stop, random: inout SeededRandom) {
        opened = nil
        disk.restart(after: stop, random: &random)
        vault.restart(after: stop, random: &random)
    }

    func backup() -> Backup {
        Backup(
            image: disk.image, record: vault.record, random: world.random, schema: schema,
            held: held, isRotten: isRotten, rotten: rotten,
            logPagesMax: logPagesMax)
    }

    /// Puts a backup of the books in the place of what is there: alone, or with everything that the
    /// machine remembers.
    func restore(_ backup: Backup, withState: Bool, sameRandom: Bool) {
        opened = nil
        SimulatedFileSystem.unmount(mount)
        disk = SimulatedDisk(backup.image)
        mount = SimulatedFileSystem.mount(disk)
        vault = SimulatedVault(disk: disk, record: withState ? backup.record : vault.record)
        if sameRandom { world.random = backup.random }
        schema = backup.schema.version > schema.version ? backup.schema : schema
        held = backup.held
        (isRotten, rotten) = (backup.isRotten, backup.rotten)
    }

    /// The program is replaced by one that knows more.
    func upgrade(to schema: Schema) {
        opened = nil
        self.schema = schema
    }

    /// What the machine remembers of its writer goes.
    func forgetState() {
        opened = nil
        vault = SimulatedVault(disk: disk)
    }
}
