package import Convergence
package import Replication
package import Wire

/// A few devices with the same books in memory, with clocks and a network that the test moves.
package final class Fleet {
    /// A device's clock and randomness.
    package final class World {
        /// What its wall clock shows.
        package var clock: Int64 = 1_700_000_000_000
        /// Its randomness.
        package var random: SeededRandom

        /// How many rows its transactions hold.
        private let heldRows: Int

        /// The world of a seed; every second machine has hardly any memory.
        package init(seed: UInt64) {
            random = SeededRandom(seed: seed)
            heldRows = seed.isMultiple(of: 2) ? 65_536 : 1
        }

        /// The replica's view of this world.
        package var environment: Environment {
            Environment(
                heldRows: heldRows, now: { self.clock }, random: { self.random.bytes($0) })
        }
    }

    /// One device.
    package struct Device {
        /// Its replica.
        package let replica: Replica
        /// Its clock and randomness.
        package let world: World
        /// Its memory outside the books.
        package let vault: MemoryWriterVault
    }

    /// The tables that tests write to: two registers, a counter, and lines that belong to a thing.
    package static let schema = Schema(
        version: 1,
        tables: [
            Table("thing", [.register("f"), .register("g"), .counter("c")]),
            Table(
                "line", [.reference("thing", to: "thing"), .register("text")], parent: "thing",
                indexes: [["thing"]]),
            Table("paper", [.register("number"), .register("content")]),
        ])

    /// The devices.
    package private(set) var devices: [Device] = []
    /// Every segment that any device ever sealed, in the order of sealing.
    package private(set) var segments: [Segment] = []
    private var known: Set<SegmentHash> = []
    /// The secret of the books.
    package let secret: [UInt8]
    private var seed: UInt64

    /// As many devices as asked for.
    package init(devices count: Int, seed: UInt64, schema: Schema = Fleet.schema) throws {
        self.seed = seed
        var random = SeededRandom(seed: seed)
        secret = random.bytes(32)
        for number in 0..<count { try add(name: "device \(number)", schema: schema) }
    }

    /// Adds an empty device.
    @discardableResult
    package func add(name: String, schema: Schema = Fleet.schema) throws -> Int {
        let world = nextWorld()
        let vault = MemoryWriterVault()
        let replica = try Replica.inMemory(
            secret: secret, schema: schema, environment: world.environment, vault: vault,
            device: name)
        devices.append(Device(replica: replica, world: world, vault: vault))
        return devices.count - 1
    }

    /// Adds a copy of a device, with or without what its machine remembers.
    @discardableResult
    package func copy(_ device: Int, withState: Bool) throws -> Int {
        let world = nextWorld()
        let vault = MemoryWriterVault(withState ? devices[device].vault.record : nil)
        let replica = try devices[device].replica.duplicate(
            vault: vault, environment: world.environment)
        devices.append(Device(replica: replica, world: world, vault: vault))
        return devices.count - 1
    }

    /// A device as it stands: its books and what its machine remembers.
    package struct Snapshot {
        let replica: Replica
        let record: WriterRecord?
    }

    /// A backup of a device.
    package func backup(_ device: Int) throws -> Snapshot {
        Snapshot(
            replica: try devices[device].replica.duplicate(
                vault: MemoryWriterVault(), environment: devices[device].world.environment),
            record: devices[device].vault.record)
    }

    /// Puts a backup in the place of a device: its books alone, or what its machine remembers too, as
    /// when a whole virtual machine is rolled back.
    package func restore(_ device: Int, to snapshot: Snapshot, withState: Bool) throws {
        let (world, vault) = (devices[device].world, devices[device].vault)
        if withState { vault.record = snapshot.record }
        let replica = try snapshot.replica.duplicate(vault: vault, environment: world.environment)
        devices[device] = Device(replica: replica, world: world, vault: vault)
    }

    /// Adds a copy of a device as it stands after an upgrade of its program.
    @discardableResult
    package func upgrade(_ device: Int, to schema: Schema) throws -> Int {
        let world = nextWorld()
        let vault = MemoryWriterVault(devices[device].vault.record)
        let replica = try devices[device].replica.duplicate(
            vault: vault, environment: world.environment, schema: schema)
        try replica.mend()
        devices.append(Device(replica: replica, world: world, vault: vault))
        return devices.count - 1
    }

    private func nextWorld() -> World {
        seed &+= 1
        return World(seed: seed &* 7919)
    }

    // MARK: - Moving segments

    /// Seals what a device has, and shelves its new segments for all to take.
    package func publish(_ device: Int) throws {
        let replica = devices[device].replica
        _ = try replica.sealChanges()
        for (_, segment) in try replica.segments(after: 0, count: .max)
        where known.insert(segment.hash).inserted {
            segments.append(segment)
        }
    }

    /// Gives a device these segments, and rebuilds when they ask for it.
    package func deliver(_ chosen: [Segment], to device: Int) throws {
        _ = try devices[device].replica.accept(chosen, from: nil)
        try devices[device].replica.mend()
    }

    /// Publishes and delivers everything everywhere, in the order that `shuffle` gives.
    package func settle(_ shuffle: ([Segment]) -> [Segment] = { $0 }) throws {
        for device in devices.indices { try publish(device) }
        for device in devices.indices { try deliver(shuffle(segments), to: device) }
    }

    /// Lets all devices meet until nothing is new to any of them.
    package func converge(_ shuffle: ([Segment]) -> [Segment] = { $0 }) throws {
        var count = -1
        while count != segments.count {
            count = segments.count
            try settle(shuffle)
        }
    }

    // MARK: - Writing

    /// Writes registers of a row of the table `thing`, as one change.
    package func put(_ device: Int, _ row: RowID, _ fields: [String: Value]) throws {
        try devices[device].replica.write { try $0.put("thing", row, fields) }
    }

    /// Adds to the counter of a row of the table `thing`, as one change.
    package func add(_ device: Int, _ row: RowID, _ amount: Int64) throws {
        try devices[device].replica.write { try $0.add("thing", row, "c", amount) }
    }

    /// Removes a row of the table `thing`, as one change.
    package func remove(_ device: Int, _ row: RowID) throws {
        try devices[device].replica.write { try $0.remove("thing", row) }
    }

    // MARK: - Looking

    /// The rows that a query gives on a device, as text.
    package func ask(_ device: Int, _ sql: String, _ arguments: [Value] = []) throws -> [[Value]] {
        try devices[device].replica.read { reading in
            var answer: [[Value]] = []
            try reading.each(sql, arguments) { cursor in
                answer.append((0..<cursor.count).map(cursor.value))
            }
            return answer
        }
    }

    /// All conflicts of a device.
    package func conflicts(_ device: Int) throws -> [Conflict] {
        try devices[device].replica.read { try $0.conflicts() }
    }

    /// The key of this device's writer, as status shows it.
    package func writer(of device: Int) throws -> Status.Writer? {
        try devices[device].replica.status().writers.first(where: \.isOwn)
    }

    /// The digests of all devices.
    package var digests: [String] {
        get throws { try devices.map { try $0.replica.status().digest } }
    }

    /// How far a device is, by writer's key.
    package func version(of device: Int) throws -> [String: Int64] {
        var version: [String: Int64] = [:]
        for writer in try devices[device].replica.status().writers {
            version[writer.key] = max(version[writer.key] ?? 0, writer.number)
        }
        return version
    }

    /// What a device shows of a row of the table `thing`, in the oracle's words.
    package func view(_ row: RowID, of device: Int) throws -> Oracle.View {
        try devices[device].replica.read { reading in
            var view = Oracle.View()
            guard
                let record = try reading.rows(
                    "SELECT f, g, c, hidden FROM thing WHERE id = ?", [.text(row.text)]
                ).first
            else { return view }
            view.isVisible = record.integer("hidden") == 0
            for field in ["f", "g"] where record[field] != .null {
                view.shown[field] = record[field]
                view.values[field] = ["\(record[field])"]
            }
            view.sums["c"] = record.integer("c")
            for conflict in try reading.conflicts() where conflict.row == row {
                if let field = conflict.field {
                    let all = [conflict.shown] + conflict.alternatives.map(\.value)
                    view.values[field] = all.map { "\($0)" }.sorted()
                } else {
                    view.pendingRemoves = conflict.alternatives.count
                }
            }
            return view
        }
    }
}
