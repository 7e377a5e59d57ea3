import CSQLite
import Convergence
import GRDB
import Glibc

/// Opens the database file: WAL, synced commits, checkpoints only under the write lock.
enum BooksDatabase {
    /// Milliseconds that a connection waits for another's lock.
    private static let patienceMilliseconds: Int32 = 5_000
    /// Pages of the log of writes before it is emptied. Each program that opens the books alone reads
    /// the whole of it, so a long one makes every command slow.
    static let logPagesMax = 256
    private static let pageBytes = 4_096

    /// Opens a file for writing.
    static func writer(_ path: String) throws -> DatabaseQueue {
        var configuration = base()
        configuration.busyMode = .timeout(Double(patienceMilliseconds) / 1_000)
        configuration.prepareDatabase { database in
            _ = jalon_no_checkpoint_on_close(database.sqliteConnection)
            // Another program's database is left as it is: opening it says so.
            let id = try Int64.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master")
            guard count == 0 || id == EngineTables.applicationID else { return }
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA wal_autocheckpoint = 0;
                    PRAGMA secure_delete = ON;
                    PRAGMA cache_size = -16384;
                    PRAGMA temp_store = MEMORY;
                    """)
        }
        return try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Empties the log of writes once it has so many pages; to be called after a commit, under the
    /// write lock.
    ///
    /// SQLite's own checkpoint after a commit leaves it to the next commit to begin the log anew, and
    /// a new process does not know what was copied: one command after another would copy all of it
    /// again. The commit stands whatever comes of it.
    static func emptyLog(_ database: Database, pagesMax: Int) {
        guard let connection = database.sqliteConnection,
            jalon_log_bytes(connection) > Int64(pagesMax * pageBytes)
        else { return }
        _ = jalon_empty_log(connection, patienceMilliseconds)
    }

    /// Opens a file for reading alone; on a medium that nothing can be written to, as it stands.
    static func reader(_ path: String) throws -> DatabaseQueue {
        var configuration = base()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            // A WAL database asks for its shared memory only when it is first read.
            _ = try queue.unsafeRead { try Int.fetchOne($0, sql: "PRAGMA user_version") }
            return queue
        } catch let error as DatabaseError {
            guard isUnwritable(error), access(path + "-wal", F_OK) != 0 else { throw error }
            let address = "file:" + percentEncoded(path) + "?immutable=1"
            return try DatabaseQueue(path: address, configuration: configuration)
        }
    }

    /// Whether the file is what is left of making it, cut off: its journal says that there was nothing
    /// before. The next writer puts that back; until then the bytes are no database.
    static func isUnmade(_ path: String) -> Bool {
        // SQLite's rollback journal: its mark, how many records, a nonce, and the pages before.
        let mark: [UInt8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7]
        guard let head = try? FileBytes.read(path + "-journal", countMax: 20), head.count == 20
        else { return false }
        return head.starts(with: mark) && head[16...].allSatisfy { $0 == 0 }
    }

    /// A database in memory.
    static func memory() throws -> DatabaseQueue {
        try DatabaseQueue(configuration: base())
    }

    private static func base() -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        configuration.label = "jalon.books"
        configuration.prepareDatabase { database in
            // GRDB asks SQLite which columns each statement reads, for observers, of which there are
            // none here: that took half of the time of preparing one.
            sqlite3_set_authorizer(database.sqliteConnection, nil, nil)
        }
        return configuration
    }

    private static func isUnwritable(_ error: DatabaseError) -> Bool {
        error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY
    }

    private static func percentEncoded(_ path: String) -> String {
        var encoded = ""
        for byte in path.utf8 {
            switch byte {
            case 0x2d...0x39, 0x41...0x5a, 0x5f, 0x61...0x7a:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16)
                encoded += "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            }
        }
        return encoded
    }

    /// What an error of the database means for the replica in this folder.
    static func failure(_ error: any Error, _ path: String) -> any Error {
        if let failure = error as? ReplicationFailure {
            return named(failure, path)
        }
        if error is RowDecodingError {
            // Its own words hold what lies in the row.
            return ReplicationFailure.damaged(
                path: path, detail: "a value is of another kind than was written")
        }
        guard let error = error as? DatabaseError else { return error }
        return failure(code: error.extendedResultCode.rawValue, error.message ?? "", path)
    }

    private static func named(_ failure: ReplicationFailure, _ path: String) -> ReplicationFailure {
        switch failure {
        case .damaged(path: "", let detail): .damaged(path: path, detail: detail)
        case .database(let code, let message): self.failure(code: code, message, path)
        default: failure
        }
    }

    private static func failure(
        code: Int32, _ message: String, _ path: String
    ) -> ReplicationFailure {
        switch code & 0xff {
        case SQLITE_FULL: .diskFull(path: path)
        case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM: .readOnly(path: path)
        case SQLITE_CORRUPT, SQLITE_NOTADB: .damaged(path: path, detail: message)
        case SQLITE_BUSY, SQLITE_LOCKED:
            .locked(path: path, seconds: WriteLock.patienceSeconds, holder: nil)
        default: .database(code: code, message: message)
        }
    }
}
