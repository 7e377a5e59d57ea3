import GRDB

/// The relay's tables.
enum Schema {
    /// Tells a relay's database from any other: "jrly".
    static let applicationID: Int32 = 0x6a72_6c79
    /// The version that this program writes.
    static let version = 1

    /// Columns that lists need stand before the bodies, so that reading them touches no overflow
    /// page.
    static let creation = """
        CREATE TABLE mailboxes (
            id INTEGER PRIMARY KEY,
            books BLOB NOT NULL UNIQUE,
            generation BLOB NOT NULL,
            position INTEGER NOT NULL,
            mark BLOB NOT NULL,
            bytes INTEGER NOT NULL,
            created INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE segments (
            mailbox INTEGER NOT NULL REFERENCES mailboxes (id),
            position INTEGER NOT NULL,
            hash BLOB NOT NULL,
            mark BLOB NOT NULL,
            segment BLOB NOT NULL,
            UNIQUE (mailbox, position),
            UNIQUE (mailbox, hash)
        ) STRICT;
        CREATE TABLE devices (
            id INTEGER PRIMARY KEY,
            mailbox INTEGER NOT NULL REFERENCES mailboxes (id),
            token BLOB NOT NULL,
            name TEXT,
            created INTEGER NOT NULL,
            seen INTEGER NOT NULL,
            revoked INTEGER,
            position INTEGER NOT NULL DEFAULT 0,
            UNIQUE (mailbox, token)
        ) STRICT;
        CREATE TABLE enrolments (
            nonce BLOB PRIMARY KEY,
            mailbox INTEGER NOT NULL REFERENCES mailboxes (id),
            created INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// Makes the tables in an empty database, or checks that they are this program's.
    static func prepare(_ database: Database, path: String) throws {
        let found = try Int32.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
        if tables == 0, found == 0 {
            try database.execute(sql: creation)
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(self.version)")
            return
        }
        guard found == applicationID else {
            throw RelayFailure.corruptData(path: path, reason: "it is another program's database")
        }
        guard version <= self.version else { throw RelayFailure.newerData(path: path) }
    }
}
