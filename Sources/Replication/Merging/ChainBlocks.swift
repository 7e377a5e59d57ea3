import Convergence
import Foundation
import GRDB
import Wire

/// The ids of applied changes by writer and number, cut short and stored in blocks: enough to tell
/// branches apart without opening segments again.
final class ChainBlocks {
    /// Bytes kept of an id: 128 bits of a keyed hash, which nobody can make collide.
    static let idBytes = 16
    private static let perBlock: Int64 = 256

    private let database: Database
    private let table: String
    private var cache: [Key: [UInt8]] = [:]

    private struct Key: Hashable {
        let writer: WriterIndex
        let block: Int64
    }

    init(_ database: Database, _ names: TableNames) {
        self.database = database
        table = names("chain")
    }

    /// The kept part of the id of a flushed change; zeros for a change that is lost.
    func id(of writer: WriterIndex, at number: Int64) throws -> [UInt8]? {
        let block = try block(Key(writer: writer, block: (number - 1) / Self.perBlock))
        let start = Int((number - 1) % Self.perBlock) * Self.idBytes
        guard start + Self.idBytes <= block.count else { return nil }
        return Array(block[start..<start + Self.idBytes])
    }

    /// Appends ids from `number` on.
    func append(_ ids: [UInt8], of writer: WriterIndex, from number: Int64) throws {
        var rest = ids[...]
        var number = number
        while !rest.isEmpty {
            let key = Key(writer: writer, block: (number - 1) / Self.perBlock)
            var block = try block(key)
            let start = Int((number - 1) % Self.perBlock) * Self.idBytes
            if block.count < start {
                block.append(contentsOf: repeatElement(0, count: start - block.count))
            }
            let room = Int(Self.perBlock) * Self.idBytes - start
            let part = rest.prefix(room)
            block.replaceSubrange(start..., with: part)
            try database.execute(
                sql: "INSERT OR REPLACE INTO \(table) (writer, block, ids) VALUES (?, ?, ?)",
                arguments: [key.writer, key.block, Data(block)])
            cache[key] = block
            rest = rest.dropFirst(part.count)
            number += Int64(part.count / Self.idBytes)
        }
    }

    private func block(_ key: Key) throws -> [UInt8] {
        if let cached = cache[key] { return cached }
        let stored = try Data.fetchOne(
            database, sql: "SELECT ids FROM \(table) WHERE writer = ? AND block = ?",
            arguments: [key.writer, key.block])
        let block = stored.map { Array($0) } ?? []
        cache[key] = block
        return block
    }
}
