import Foundation
import GRDB

/// Columns of the engine's own tables, read without trust: a damaged file gives other types than were
/// written, and GRDB's own conversions would end the program.
extension Row {
    /// The bytes of a column; none when it holds anything else.
    func bytes(_ index: Int) -> [UInt8] {
        Data.fromDatabaseValue(self[index]).map { Array($0) } ?? []
    }

    /// The integer of a column; 0 when it holds anything else.
    func integer(_ index: Int) -> Int64 { Int64.fromDatabaseValue(self[index]) ?? 0 }

    /// The integer of a column; nil when it holds anything else.
    func optionalInteger(_ index: Int) -> Int64? { Int64.fromDatabaseValue(self[index]) }

    /// The text of a column; empty when it holds anything else.
    func text(_ index: Int) -> String { String.fromDatabaseValue(self[index]) ?? "" }
}
