import Foundation
import GRDB
import Sealing
import Wire

extension Replica {
    /// How many changes this machine wrote in these books that they do not hold: an older copy of
    /// them was put back, or a disk lost what it had acknowledged. The next change makes a new writer,
    /// which has forgotten nothing.
    package func forgottenChanges() throws -> Int64 {
        guard let record = try vault.load(), record.number > 0 else { return 0 }
        let writer = try WriterKey(seed: record.seed).writer
        return try look { database in
            let held = try Int64.fetchOne(
                database, sql: "SELECT max(number) FROM writer WHERE key = ?",
                arguments: [Data(writer.bytes)])
            return max(0, record.number - (held ?? 0))
        }
    }
}
