import Convergence
import GRDB

/// Names of tables and fields by small integers, kept in the database.
struct StoredNames {
    private let database: Database
    private let table: String
    private(set) var indices: [String: Int] = [:]
    /// Names that were asked for lately: a few short comparisons are quicker than a hash.
    private var recent: [(name: String, index: Int)] = []
    private var nextRecent = 0
    private static let recentMax = 16
    private var saved: Int
    private(set) var all = Names()

    init(_ database: Database, _ tables: TableNames) throws {
        self.database = database
        table = tables("name")
        saved = 0
        let stored = try String.fetchAll(database, sql: "SELECT name FROM \(table) ORDER BY idx")
        for name in stored { indices[name] = all.insert(Array(name.utf8)) }
        all.rank()
        saved = all.count
    }

    /// The integer of a name, a new one if it has none yet.
    mutating func index(of name: String) throws -> Int {
        for known in recent where known.name == name { return known.index }
        let index = indices[name] ?? all.insert(Array(name.utf8))
        indices[name] = index
        if recent.count < Self.recentMax {
            recent.append((name, index))
        } else {
            recent[nextRecent] = (name, index)
            nextRecent = (nextRecent + 1) % Self.recentMax
        }
        return index
    }

    func name(_ index: Int) -> String { String(decoding: all[index], as: UTF8.self) }

    /// Stores new names, and makes comparing names fast until the next one.
    mutating func flush() throws {
        all.rank()
        while saved < all.count {
            try database.execute(
                sql: "INSERT INTO \(table) (idx, name) VALUES (?, ?)",
                arguments: [saved, name(saved)])
            saved += 1
        }
    }
}
