import Convergence
import Foundation
import GRDB
package import Sealing
package import Wire

/// One device's copy of the books: reads, writes, and the segments that make it equal to the others.
///
/// Every write is one `BEGIN IMMEDIATE` transaction under the folder's write lock, and returns after
/// it is committed and synced. Reads see one moment and take no lock.
package final class Replica {
    /// What a replica is opened for.
    package enum Purpose: Sendable {
        /// Only to read: nothing in the folder is changed.
        case reading
        /// To read and write.
        case writing
    }

    /// The books' id.
    package var books: BooksID { key.books }
    /// The folder of the books; empty for a replica in memory.
    package let path: String
    /// The books' key.
    package let key: BooksKey
    /// The declared tables.
    package let schema: Schema

    let queue: DatabaseQueue
    let seal: Seal
    let vault: any WriterVault
    let environment: Environment
    private let lock: WriteLock?
    private let logPagesMax: Int

    /// `logPagesMax` is how many pages the log of writes may have before it is emptied.
    init(
        queue: DatabaseQueue, key: BooksKey, schema: Schema, environment: Environment,
        vault: any WriterVault, path: String, lock: WriteLock?,
        logPagesMax: Int = BooksDatabase.logPagesMax
    ) {
        self.queue = queue
        self.key = key
        self.schema = schema
        self.environment = environment
        self.vault = vault
        self.path = path
        self.lock = lock
        self.logPagesMax = logPagesMax
        seal = Seal(key)
    }

    // MARK: - Transactions

    /// Lends one read transaction.
    package func read<Result>(_ body: (Reading) throws -> Result) throws -> Result {
        try named {
            try queue.unsafeRead { database in
                var result: Result?
                try database.inTransaction(.deferred) {
                    result = try body(Reading(database, schema))
                    return .commit
                }
                guard let result else { throw ReplicationFailure.damaged(path: path, detail: "") }
                return result
            }
        }
    }

    /// Lends one write transaction; what the body puts, adds and removes becomes one change.
    ///
    /// With `dryRun` everything is done and then rolled back. Returns after the commit.
    package func write<Result>(
        dryRun: Bool = false, _ body: (Writing) throws -> Result
    ) throws -> Result {
        var committed: WriterRecord?
        return try exclusively {
            let result = try transaction(dryRun: dryRun) { database in
                let merger = try Merger(
                    database, schema, .live, heldRows: environment.heldRows)
                let writing = Writing(self, merger, dryRun: dryRun)
                let result = try body(writing)
                committed = try writing.commit()
                return result
            }
            // The change is committed: that the machine could not note it must not look like a
            // failure. The record may lag.
            if !dryRun, let committed { try? vault.advance(committed) }
            return result
        }
    }

    /// Runs a body while this process alone writes.
    func exclusively<Result>(_ body: () throws -> Result) throws -> Result {
        try named {
            guard let lock else { return try body() }
            return try lock.hold(body)
        }
    }

    /// Runs a rebuild while no other one runs: two would fill and swap the same tables.
    func aloneRebuilding<Result>(_ body: () throws -> Result) throws -> Result {
        try named {
            guard let lock else { return try body() }
            return try lock.holdForRebuild(body)
        }
    }

    /// One write transaction, without the lock. Throws ``ReplicationFailure/newer(path:found:known:)``
    /// when a newer program has brought the tables up to date since they were opened.
    func transaction<Result>(
        dryRun: Bool = false, _ body: (Database) throws -> Result
    ) throws -> Result {
        try queue.writeWithoutTransaction { database in
            var result: Result?
            try database.inTransaction(.immediate) {
                let found = try Self.schemaVersion(database) ?? 0
                guard found <= schema.version else {
                    throw ReplicationFailure.newer(
                        path: path, found: found, known: schema.version)
                }
                result = try body(database)
                return dryRun ? .rollback : .commit
            }
            guard let result else { throw ReplicationFailure.damaged(path: path, detail: "") }
            BooksDatabase.emptyLog(database, pagesMax: logPagesMax)
            return result
        }
    }

    /// Reads the tables; a failure of the database has the folder's name.
    func look<Result>(_ body: (Database) throws -> Result) throws -> Result {
        try named { try queue.unsafeRead(body) }
    }

    /// Gives failures of the database the folder's name.
    func named<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            throw BooksDatabase.failure(error, path)
        }
    }
}
