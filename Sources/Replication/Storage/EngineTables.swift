import Convergence
import GRDB

/// Where the merge tables lie: the live ones, or those that a rebuild fills beside them.
struct TableNames {
    /// What stands before the name of every merge table.
    let prefix: String
    /// What stands after the name of every index, so that a rebuilt table's never clash.
    let indexSuffix: String

    static let live = TableNames(prefix: "", indexSuffix: "")

    /// Whether these are the live ones.
    var isLive: Bool { prefix.isEmpty }

    func callAsFunction(_ name: String) -> String { "\"\(prefix)\(name)\"" }

    /// The engine's own merge tables.
    static let merge = [
        "writer", "context", "chain", "name", "merge", "aside", "conflict", "other", "gap",
        "waiting",
    ]
}

/// The database's own layout, apart from the declared tables.
enum EngineTables {
    /// Stands in `PRAGMA application_id`: "jaln".
    static let applicationID: Int64 = 0x6a61_6c6e
    /// The layout's version, in `PRAGMA user_version`.
    static let layoutVersion = 1

    /// Tables that hold what was received and written: everything else follows from them.
    static let history = """
        CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE segment (
            seq INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, writer BLOB NOT NULL,
            first INTEGER NOT NULL, last INTEGER NOT NULL, bytes INTEGER NOT NULL,
            origin INTEGER, data BLOB NOT NULL);
        CREATE INDEX segment_writer ON segment (writer, first);
        CREATE TABLE unsealed (
            seq INTEGER PRIMARY KEY, writer BLOB NOT NULL, number INTEGER NOT NULL,
            previous BLOB NOT NULL, id BLOB NOT NULL UNIQUE, line BLOB NOT NULL);
        CREATE TABLE fork (
            writer BLOB NOT NULL, number INTEGER NOT NULL, previous BLOB NOT NULL,
            PRIMARY KEY (writer, number, previous)) WITHOUT ROWID;
        CREATE TABLE rejected (
            hash BLOB PRIMARY KEY, reason TEXT NOT NULL, origin INTEGER, at INTEGER NOT NULL,
            bytes INTEGER NOT NULL, data BLOB) WITHOUT ROWID;
        CREATE TABLE peer (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, url TEXT NOT NULL, token BLOB,
            generation BLOB, position INTEGER NOT NULL DEFAULT 0, mark BLOB,
            sent INTEGER NOT NULL DEFAULT 0, last_sync INTEGER, asked INTEGER);
        CREATE TABLE peer_segment (
            peer INTEGER NOT NULL, hash BLOB NOT NULL, code TEXT NOT NULL,
            PRIMARY KEY (peer, hash)) WITHOUT ROWID;
        CREATE TABLE peer_position (
            peer INTEGER NOT NULL, position INTEGER NOT NULL, number INTEGER NOT NULL,
            PRIMARY KEY (peer, position)) WITHOUT ROWID;
        CREATE TABLE peer_device (
            peer INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL,
            PRIMARY KEY (peer, name)) WITHOUT ROWID;
        CREATE TABLE agreement (
            sealer BLOB PRIMARY KEY, digest BLOB NOT NULL, agreed INTEGER NOT NULL,
            at INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// The tables of ``history``: a rebuild leaves them alone.
    static let historyNames: Set<String> = [
        "meta", "segment", "unsealed", "fork", "rejected", "peer", "peer_segment", "peer_position",
        "peer_device", "agreement",
    ]

    /// The merge tables: they can be rebuilt from the history.
    static func merge(_ names: TableNames, _ schema: Schema) -> String {
        var sql = """
            CREATE TABLE \(names("writer")) (
                idx INTEGER PRIMARY KEY, key BLOB NOT NULL, branch BLOB, parent INTEGER,
                fork INTEGER NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL,
                stamp INTEGER NOT NULL);
            CREATE TABLE \(names("context")) (
                writer INTEGER NOT NULL, other INTEGER NOT NULL, number INTEGER NOT NULL,
                PRIMARY KEY (writer, other)) WITHOUT ROWID;
            CREATE TABLE \(names("chain")) (
                writer INTEGER NOT NULL, block INTEGER NOT NULL, ids BLOB NOT NULL,
                PRIMARY KEY (writer, block)) WITHOUT ROWID;
            CREATE TABLE \(names("name")) (idx INTEGER PRIMARY KEY, name TEXT NOT NULL);
            CREATE TABLE \(names("merge")) (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
            CREATE TABLE \(names("aside")) (
                writer INTEGER NOT NULL, number INTEGER NOT NULL, reason TEXT NOT NULL,
                PRIMARY KEY (writer, number)) WITHOUT ROWID;
            CREATE TABLE \(names("conflict")) (
                tbl TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (tbl, id)) WITHOUT ROWID;
            CREATE TABLE \(names("other")) (
                tbl TEXT NOT NULL, id TEXT NOT NULL, state BLOB NOT NULL,
                PRIMARY KEY (tbl, id)) WITHOUT ROWID;
            CREATE TABLE \(names("gap")) (
                writer INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                PRIMARY KEY (writer, first)) WITHOUT ROWID;
            CREATE TABLE \(names("waiting")) (
                seq INTEGER PRIMARY KEY, writer BLOB NOT NULL, number INTEGER NOT NULL,
                id BLOB NOT NULL);

            """
        for table in schema.tables { sql += declared(table, names) }
        return sql
    }

    /// Makes what is kept beside the live tables, from what they hold.
    static func keep(_ schema: Schema, in database: Database) throws {
        guard let kept = schema.kept else { return }
        try database.execute(sql: kept.definition)
        try refill(kept, in: database)
    }

    /// Makes anew what the kept tables hold.
    static func refill(_ kept: KeptTables, in database: Database) throws {
        try database.execute(sql: kept.fill)
        try refresh(kept, in: database)
    }

    /// Brings up to date what was touched, if anything was.
    static func refresh(_ kept: KeptTables, in database: Database) throws {
        let isTouched = try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM \"\(kept.touched)\")"))
        guard isTouched == true else { return }
        for sql in kept.refresh + ["DELETE FROM \"\(kept.touched)\""] {
            try database.cachedStatement(sql: sql).execute()
        }
    }

    /// Columns have no type, so that a value comes back as it was written.
    private static func declared(_ table: Table, _ names: TableNames) -> String {
        let columns = table.fields.map { "\"\($0.name)\"" }.joined(separator: ", ")
        var sql = """
            CREATE TABLE \(names(table.name)) (
                row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, \(columns),
                hidden INTEGER NOT NULL, state BLOB NOT NULL);

            """
        for (position, columns) in table.indexes.enumerated() {
            let list = columns.map { "\"\($0)\"" }.joined(separator: ", ")
            let index = "\"\(table.name)_\(position)\(names.indexSuffix)\""
            sql += "CREATE INDEX \(index) ON \(names(table.name)) (\(list));\n"
        }
        return sql
    }
}
