package import Convergence
import Foundation
import GRDB
import Wire

extension Replica {
    /// Whether no peer is known to hold what made a row: should this machine be lost, so would the row.
    /// Of a row that does not exist, true.
    package func isOnlyHere(_ table: String, _ row: RowID) throws -> Bool {
        try read { reading in
            let merger = try Merger(reading.database, schema, .live)
            let entries = try merger.rows.state(table, row).entries
            guard let dot = (entries.first(where: \.isOriginal) ?? entries.first)?.dot else {
                return true
            }
            let isElsewhere = try Bool.fetchOne(
                reading.database,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM segment
                        WHERE writer = ?1 AND first <= ?2 AND last >= ?2 AND (origin IS NOT NULL
                            OR seq <= (SELECT coalesce(max(sent), 0) FROM peer)
                            OR seq <= (SELECT value FROM meta WHERE key = 'guests')
                            OR hash IN (SELECT hash FROM peer_segment WHERE code = 'held')))
                    """,
                arguments: [Data(merger.writers[dot.writer].key.bytes), dot.number])
            return isElsewhere != true
        }
    }
}
