package import Convergence
package import Replication
package import Wire

/// A few devices with the same books in memory, with clocks and a network that the test moves.
package final class Fleet {
    /// A device's clock and randomness.
    package final class World {
        /// What its wall clock shows.
        package var clock: Int64 = 1_700_000_000_000
        var random: SeededRandom

        init(seed: UInt64) { random = SeededRandom(seed: seed) }

        /// The replica's view of this world.
        package var environment: Environment {
            Environment(now: { self.clock }, random: { self.random.bytes($0) })
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
    private let secret: [UInt8]
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

    // MARK: - Looking

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
