import Convergence
import Foundation
import Replication
import TestSupport
import Testing

/// The log of writes beside the database: who opens the books alone reads all of it, so it stays short.
@Suite struct WriteLogTests {
    private let folder: BooksFolder

    init() throws { folder = try BooksFolder() }

    private func bytesOfLog() throws -> Int {
        let path = folder.file("books.sqlite-wal")
        return try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? -1
    }

    /// Four changes, of nearly a megabyte in the log each.
    private func fill(_ replica: Replica, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<4 {
            try replica.write { writing in
                for _ in 0..<10 {
                    let letters = random.bytes(20_000).map { $0 % 26 + 97 }
                    let text = String(decoding: letters, as: UTF8.self)
                    _ = try writing.insert("thing", ["f": .text(text), "g": .text(text)])
                }
            }
        }
    }

    @Test func `great changes leave no long log behind`() throws {
        let replica = try folder.create()
        try fill(replica, seed: 1)
        #expect(try bytesOfLog() <= 1_048_576)
        #expect(try replica.read { try $0.rows("SELECT id FROM thing") }.count == 40)
    }

    @Test func `a log that a reader needs is emptied by the next change`() throws {
        let replica = try folder.create()
        try fill(replica, seed: 2)
        let reader = try folder.open(.reading)
        try reader.read { reading in
            #expect(try reading.rows("SELECT id FROM thing").count == 40)
            try fill(replica, seed: 3)
            #expect(try bytesOfLog() > 1_048_576)
            #expect(try reading.rows("SELECT id FROM thing").count == 40)
        }
        try fill(replica, seed: 4)
        #expect(try bytesOfLog() <= 1_048_576)
        #expect(try reader.read { try $0.rows("SELECT id FROM thing") }.count == 120)
    }

    @Test func `processes that each write once keep the log short`() throws {
        _ = try folder.create()
        // Each is a process of its own as far as SQLite can tell: nobody else has the books open.
        for seed in UInt64(5)..<8 {
            try fill(try folder.open(.writing), seed: seed)
            #expect(try bytesOfLog() <= 1_048_576)
        }
    }
}
