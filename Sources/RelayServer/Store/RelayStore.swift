package import GRDB
import Synchronization

/// The relay's database: many readers, one writer that commits what waits in one transaction.
///
/// Nothing here runs on a thread of the cooperative pool: reads and writes happen on the database's
/// own queues.
package final class RelayStore: Sendable {
    private let pool: DatabasePool
    private let committer: Committer
    /// Where the data lies.
    let folder: DataFolder

    /// Opens the data of a folder; makes it when the folder is empty or missing.
    ///
    /// `isServing`: refuses when another relay serves the same data. `random` gives the generations
    /// of new mailboxes.
    package init(
        folder: DataFolder, isServing: Bool, random: @escaping @Sendable (Int) -> [UInt8],
        onCommit: @escaping @Sendable (Duration) -> Void = { _ in }
    ) throws {
        try folder.prepare()
        self.folder = folder
        let serving = try KernelLock(path: folder.serving)
        if isServing, !serving.takesNow() {
            throw RelayFailure.alreadyServed(path: folder.path)
        }
        let writing = try KernelLock(path: folder.writing)
        do {
            pool = try writing.holding { () throws(any Error) in
                try Self.open(folder.database)
            }
        } catch let error as DatabaseError {
            throw RelayFailure.corruptData(
                path: folder.database, reason: error.message ?? "code \(error.resultCode)")
        }
        self.random = random
        committer = Committer(
            pool: pool, serving: serving, writing: writing, onCommit: onCommit)
    }

    /// The random source of generations.
    package let random: @Sendable (Int) -> [UInt8]

    private static func open(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.label = "relay"
        configuration.maximumReaderCount = 4
        configuration.busyMode = .timeout(5)
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { database in
            // An answer promises that the segments are on the disk: WAL alone would not sync.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.inTransaction(.immediate) {
                try Schema.prepare(database, path: path)
                return .commit
            }
        }
        return pool
    }

    /// Reads one moment of the database.
    package func read<T: Sendable>(_ body: @escaping @Sendable (Database) throws -> T) async throws
        -> T
    {
        try await pool.read(body)
    }

    /// Writes; returns once the transaction that `body` was part of is on the disk.
    ///
    /// Throws what `body` throws, which must then have changed nothing, or
    /// ``StoreFailure`` when the disk does not take it.
    package func commit<T: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        try await committer.commit(body)
    }

    /// The same for a caller that may block: the command line.
    package func commitNow<T>(_ body: (Database) throws -> T) throws -> T {
        try committer.commitNow(body)
    }

    /// The same for a caller that may block: the command line.
    package func readNow<T>(_ body: (Database) throws -> T) throws -> T {
        try pool.read(body)
    }

    /// Ends a device's token at once, and its live channels within a second or two; false when there
    /// is no such device or it is ended already. For a caller that may block: the command line.
    package func revoke(_ device: Int64, at time: Int64) throws -> Bool {
        let isDone = try commitNow { try DeviceTable($0).revoke(device, at: time) }
        if isDone { folder.ring() }
        return isDone
    }

    /// Whether the store answers and took the last write.
    package func isHealthy() async -> Bool {
        guard !committer.isBroken, !committer.isFull else { return false }
        let count = try? await pool.read { database in
            try Int.fetchOne(
                database, sql: "SELECT count(*) FROM (SELECT 1 FROM mailboxes LIMIT 1)")
        }
        return count != nil
    }

    /// Closes the database, so that its journal is folded into it.
    package func close() {
        committer.close()
    }
}

/// Why the disk did not take a write.
package enum StoreFailure: Error, Hashable, Sendable {
    /// The disk is full; writes are taken again once it is not.
    case full
    /// The disk failed: nothing more is written until a new start checked what is there.
    case broken(String)
    /// Too much waits already.
    case busy
}
