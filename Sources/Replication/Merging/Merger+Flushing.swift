import Convergence
import Foundation
import GRDB
import Wire

extension Merger {
    /// Writes everything that changed since the last flush.
    func flush() throws {
        writers.rankNames()
        try touched.flush(into: &rows, writers)
        for index in 0..<writers.count where writers[index].isDirty { try flush(index) }
        try save("digest", Data(digest.bytes))
        if holdsUnknown { try save("unknown", 1) }
        try refreshKept()
    }

    /// Brings up to date what is kept beside the live tables; a rebuild makes that anew at its end.
    private func refreshKept() throws {
        guard tables.isLive, let kept = schema.kept else { return }
        try EngineTables.refresh(kept, in: database)
    }

    private func save(_ key: String, _ value: some DatabaseValueConvertible) throws {
        try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO \(tables("merge")) (key, value) VALUES (?, ?)"
        ).execute(arguments: [key, value])
    }

    private func flush(_ index: WriterIndex) throws {
        let entry = writers[index]
        try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO \(tables("writer"))
                (idx, key, branch, parent, fork, number, id, stamp) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            index, Data(entry.key.bytes), entry.branch.map { Data($0.bytes) }, entry.parent,
            entry.fork, entry.number, Data(entry.id.bytes), entry.stamp,
        ])
        let count = Int64(entry.newIDs.count / ChainBlocks.idBytes)
        try chain.append(entry.newIDs, of: index, from: entry.number - count + 1)
        if let context = entry.context { try flush(context, of: index) }
        writers[index].newIDs = []
        writers[index].isDirty = false
    }

    private func flush(_ context: Context, of index: WriterIndex) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO \(tables("context")) (writer, other, number) VALUES (?, ?, ?)
                ON CONFLICT (writer, other) DO UPDATE SET number = excluded.number
                WHERE number <> excluded.number
                """)
        for (other, number) in context.entries {
            try statement.execute(arguments: [index, other, number])
        }
    }
}
