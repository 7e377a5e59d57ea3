import Convergence
import Foundation
import GRDB
import Sealing
import Wire

/// A change that is in no segment yet, as its row stands.
///
/// The id covers the line and what it follows; nothing covers the columns beside them. Any may be
/// damaged, and the change is nowhere else.
struct UnsealedChange {
    /// The place in the order of writing.
    let place: Int64
    /// What stands as its writer, readable or not: what one writer wrote stands or falls together.
    let writerBytes: [UInt8]
    /// What stands as its number.
    let number: Int64
    /// The change that it follows; nil where the column is damaged.
    let previous: ChangeID?
    /// Its id; nil where the column is damaged.
    let id: ChangeID?
    /// Its canonical line.
    let line: [UInt8]

    /// The writer; nil where the column is damaged.
    var writer: WriterID? { WriterID(bytes: writerBytes) }

    /// All of them in the order of writing.
    static func cursor(_ database: Database) throws -> MapCursor<RowCursor, UnsealedChange> {
        try Row.fetchCursor(
            database,
            sql: "SELECT seq, writer, number, previous, id, line FROM unsealed ORDER BY seq"
        ).map { row in
            UnsealedChange(
                place: row.integer(0), writerBytes: row.bytes(1), number: row.integer(2),
                previous: ChangeID(bytes: row.bytes(3)), id: ChangeID(bytes: row.bytes(4)),
                line: row.bytes(5))
        }
    }

    /// Whether the line is the one that got the id.
    func hasItsID(_ chain: ChangeChain) -> Bool {
        guard let previous, let id else { return false }
        return chain.id(of: line, after: previous) == id
    }

    /// Whose change it is and its number, as the tables and the line say; nil where they do not.
    func name(by merger: Merger) throws -> (writer: WriterID, number: Int64)? {
        guard let writer, let id, let change = try? Change(line: line) else { return nil }
        return (try merger.author(of: id, change.number, named: writer), change.number)
    }

    /// Whether it stands under its writer and number.
    func isNamedRightly(by merger: Merger) throws -> Bool {
        guard let name = try name(by: merger) else { return false }
        return name.writer == writer && name.number == number
    }

    /// Bytes of a line up to which all others of one byte are tried: a few hundred thousand hashes.
    private static let mendedBytesMax = 1_024

    /// The same with the line that has the id, if that differs in at most one byte, as most damage
    /// does.
    func mended(_ chain: ChangeChain) -> UnsealedChange? {
        if hasItsID(chain) { return self }
        guard let previous, let id, line.count <= Self.mendedBytesMax else { return nil }
        var tried = line
        for place in line.indices {
            for byte in UInt8.min...UInt8.max where byte != line[place] {
                tried[place] = byte
                if chain.id(of: tried, after: previous) == id {
                    return UnsealedChange(
                        place: self.place, writerBytes: writerBytes, number: number,
                        previous: previous, id: id, line: tried)
                }
            }
            tried[place] = line[place]
        }
        return nil
    }
}
