import Convergence
import Foundation
import GRDB
import Glibc
import Sealing
import Wire

extension Replica {
    /// Makes new books in a folder that holds none.
    package static func create(
        _ places: Places, schema: Schema, environment: Environment, device: String
    ) throws -> Replica {
        let secret = environment.random(BooksKey.byteCount)
        return try make(places, secret, schema, environment, device: device)
    }

    /// Makes an empty replica of books that exist elsewhere: no change is written, nothing is asked
    /// of a network.
    package static func join(
        secret: [UInt8], _ places: Places, schema: Schema, environment: Environment, device: String
    ) throws -> Replica {
        try make(places, secret, schema, environment, device: device)
    }

    /// A replica in memory, for tests and simulations.
    package static func inMemory(
        secret: [UInt8], schema: Schema, environment: Environment, vault: any WriterVault,
        device: String
    ) throws -> Replica {
        guard let key = BooksKey(secret: secret) else {
            throw ReplicationFailure.keyMissing(path: "")
        }
        let queue = try BooksDatabase.memory()
        try queue.write { try lay(out: $0, key, schema, device: device, secret: nil) }
        return Replica(
            queue: queue, key: key, schema: schema, environment: environment, vault: vault,
            path: "",
            lock: nil)
    }

    /// A replica over a database of the caller's own, which is made when it is empty: for simulations
    /// of disks. `address` is a path or a URI that SQLite understands; one replica at a time has it
    /// open. `logPagesMax` is how many pages the log of writes may have before it is emptied.
    package static func simulated(
        at address: String, secret: [UInt8], schema: Schema, environment: Environment,
        vault: any WriterVault, device: String, logPagesMax: Int
    ) throws -> Replica {
        guard let key = BooksKey(secret: secret) else {
            throw ReplicationFailure.keyMissing(path: "")
        }
        do {
            let queue = try BooksDatabase.writer(address)
            try queue.writeWithoutTransaction { database in
                let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
                guard count == 0 else { return }
                try database.inTransaction(.immediate) {
                    try lay(out: database, key, schema, device: device, secret: nil)
                    return .commit
                }
            }
            let replica = Replica(
                queue: queue, key: key, schema: schema, environment: environment, vault: vault,
                path: "", lock: nil, logPagesMax: logPagesMax)
            try replica.rebuildIfNeeded()
            try replica.retrySetAside()
            return replica
        } catch {
            throw BooksDatabase.failure(error, "")
        }
    }

    /// A copy of this replica in memory, as a copied folder would be: with another vault, and opened
    /// by a program of another schema if one is given.
    package func duplicate(
        vault: any WriterVault, environment: Environment, schema: Schema? = nil
    ) throws -> Replica {
        let copy = try BooksDatabase.memory()
        try queue.backup(to: copy)
        return Replica(
            queue: copy, key: key, schema: schema ?? self.schema, environment: environment,
            vault: vault, path: "", lock: nil)
    }

    /// Opens the books of a folder. Books of an older schema are rebuilt first.
    package static func open(
        _ places: Places, schema: Schema, environment: Environment, for purpose: Purpose
    ) throws -> Replica {
        guard access(places.database, F_OK) == 0, !BooksDatabase.isUnmade(places.database) else {
            throw ReplicationFailure.noBooks(path: places.books)
        }
        let replica = try load(places, schema, environment, purpose)
        if purpose == .writing {
            try replica.rebuildIfNeeded()
            try replica.retrySetAside()
            return replica
        }
        guard try replica.needsRebuild() else { return replica }
        let isCurrent = try replica.storedSchema() == schema.version
        do {
            try load(places, schema, environment, .writing).rebuildIfNeeded()
        } catch ReplicationFailure.readOnly where isCurrent {
            // A mended state is wanted, but the one at hand can be read.
            return replica
        }
        return try load(places, schema, environment, .reading)
    }

    private static func load(
        _ places: Places, _ schema: Schema, _ environment: Environment, _ purpose: Purpose
    ) throws -> Replica {
        do {
            let queue =
                purpose == .writing
                ? try BooksDatabase.writer(places.database)
                : try BooksDatabase.reader(places.database)
            let secret = try queue.unsafeRead { try checkedSecret($0, places, schema) }
            guard let key = BooksKey(secret: secret) else {
                throw ReplicationFailure.keyMissing(path: places.key)
            }
            let replica = Replica(
                queue: queue, key: key, schema: schema, environment: environment,
                vault: FileWriterVault(folder: try stateFolder(places, key)), path: places.books,
                lock: purpose == .writing ? try WriteLock(folder: places.books) : nil)
            if purpose == .writing { try replica.moveSecret(to: places.key) }
            return replica
        } catch {
            throw BooksDatabase.failure(error, places.books)
        }
    }

    /// The version of the tables' schema; nil before they are made.
    static func schemaVersion(_ database: Database) throws -> Int? {
        try meta(database, "schema").flatMap { Int.fromDatabaseValue($0) }
    }

    /// Checks that the database is one of ours and of this version, and finds the books' secret.
    private static func checkedSecret(
        _ database: Database, _ places: Places, _ schema: Schema
    ) throws -> [UInt8] {
        let id = try Int64.fetchOne(database, sql: "PRAGMA application_id")
        let layout = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard id == EngineTables.applicationID else {
            let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
            throw isEmpty
                ? ReplicationFailure.noBooks(path: places.books)
                : ReplicationFailure.notBooks(path: places.books)
        }
        guard layout <= EngineTables.layoutVersion else {
            throw ReplicationFailure.newer(
                path: places.books, found: layout, known: EngineTables.layoutVersion)
        }
        let found = try schemaVersion(database) ?? 0
        guard found <= schema.version else {
            throw ReplicationFailure.newer(
                path: places.books, found: found, known: schema.version)
        }
        let books = try meta(database, "books").flatMap { Data.fromDatabaseValue($0) }
        let kept = Result { try FileBytes.readIfThere(places.key, countMax: 4096) }
        let stored = try meta(database, "secret").flatMap { Data.fromDatabaseValue($0) }
        // A key of other books would open nothing, and seal what nobody else can open.
        for secret in [try? kept.get().flatMap { secret(of: $0) }, stored.map { Array($0) }] {
            guard let secret, let key = BooksKey(secret: secret) else { continue }
            if let books, key.books.bytes == Array(books) { return secret }
        }
        // A key that the disk fails to give is not missing.
        _ = try kept.get()
        throw ReplicationFailure.keyMissing(path: places.key)
    }

    static func meta(_ database: Database, _ key: String) throws -> DatabaseValue? {
        try DatabaseValue.fetchOne(
            database, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key])
    }

    func storedSchema() throws -> Int? {
        try look { database in
            try Self.meta(database, "schema").flatMap { Int.fromDatabaseValue($0) }
        }
    }

    // MARK: - Making

    private static func make(
        _ places: Places, _ secret: [UInt8], _ schema: Schema, _ environment: Environment,
        device: String
    ) throws -> Replica {
        guard let key = BooksKey(secret: secret) else {
            throw ReplicationFailure.keyMissing(path: places.key)
        }
        do {
            try FileBytes.makeFolder(places.books)
            try refuseForeign(places)
            if Places.holdsBooksAlone(places.books) { _ = chmod(places.books, 0o700) }
            let lock = try WriteLock(folder: places.books)
            try lock.hold {
                try makeFile(places.database)
                let queue = try BooksDatabase.writer(places.database)
                try queue.write { database in
                    guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") == 0
                    else { throw ReplicationFailure.booksExist(path: places.books) }
                    try lay(out: database, key, schema, device: device, secret: secret)
                }
            }
        } catch {
            throw BooksDatabase.failure(error, places.books)
        }
        return try load(places, schema, environment, .writing)
    }

    /// A database of another program is not even opened for writing, and its folder stays as it is.
    private static func refuseForeign(_ places: Places) throws {
        guard access(places.database, F_OK) == 0, !BooksDatabase.isUnmade(places.database)
        else { return }
        try BooksDatabase.reader(places.database).unsafeRead { database in
            let id = try Int64.fetchOne(database, sql: "PRAGMA application_id")
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
            guard count != 0 else { return }
            throw id == EngineTables.applicationID
                ? ReplicationFailure.booksExist(path: places.books)
                : ReplicationFailure.notBooks(path: places.books)
        }
    }

    /// SQLite gives its side files the mode of the database file, so that one is made first.
    private static func makeFile(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw errno == EACCES || errno == EROFS
                ? ReplicationFailure.readOnly(path: path)
                : ReplicationFailure.file(path: path, errno: errno)
        }
        fchmod(descriptor, 0o600)
        close(descriptor)
    }

    private static func lay(
        out database: Database, _ key: BooksKey, _ schema: Schema, device: String,
        secret: [UInt8]?
    ) throws {
        try database.execute(sql: EngineTables.history)
        try database.execute(sql: EngineTables.merge(.live, schema))
        try EngineTables.keep(schema, in: database)
        try database.execute(
            sql: """
                PRAGMA application_id = \(EngineTables.applicationID);
                PRAGMA user_version = \(EngineTables.layoutVersion);
                """)
        let values: [(String, (any DatabaseValueConvertible)?)] = [
            ("books", Data(key.books.bytes)), ("schema", schema.version), ("device", device),
            ("secret", secret.map { Data($0) }),
        ]
        for (name, value) in values where value != nil {
            try database.execute(
                sql: "INSERT INTO meta (key, value) VALUES (?, ?)", arguments: [name, value])
        }
    }

    // MARK: - The key's file

    private static let keyHeading = "jalon key 1 "

    private static func secret(of bytes: [UInt8]) -> [UInt8]? {
        guard let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(keyHeading)
        else { return nil }
        let digits = text.dropFirst(keyHeading.count).filter { !$0.isWhitespace }
        return Base64URL.decode(digits)
    }

    /// The secret lies in the database only until its own file is written: making books is one
    /// commit, wherever it is cut off.
    private func moveSecret(to path: String) throws {
        let stored = try look { database in
            try Self.meta(database, "secret").flatMap { Data.fromDatabaseValue($0) }
        }
        guard let stored else { return }
        let text = Self.keyHeading + Base64URL.encode(stored) + "\n"
        try exclusively {
            try FileBytes.replace(path, with: Array(text.utf8))
            try transaction { try $0.execute(sql: "DELETE FROM meta WHERE key = 'secret'") }
            // Until then the log of writes holds it.
            try queue.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        }
    }

    /// One folder of state for each folder of books: a copy elsewhere finds none of its own.
    private static func stateFolder(_ places: Places, _ key: BooksKey) throws -> String {
        let place = try FileBytes.realPath(places.books)
        let name = RowIDs.derived("state", keys: [.text(place)])?.text ?? "state"
        return places.state + "/" + Base32.encode(key.books.bytes) + "/" + name
    }
}
