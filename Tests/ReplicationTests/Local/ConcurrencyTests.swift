import Convergence
import Dispatch
import Foundation
import Glibc
import Replication
import Synchronization
import TestSupport
import Testing
import Wire

/// Several programs on one folder at once, each with a connection and a lock of its own.
@Suite struct ConcurrencyTests {
    private static let row = History.rows[0]

    /// Runs a body on eight threads, and gives what they threw.
    private func together(_ body: @Sendable (Int) throws -> Void) -> [String] {
        let failures = Mutex<[String]>([])
        DispatchQueue.concurrentPerform(iterations: 8) { number in
            do {
                try body(number)
            } catch {
                failures.withLock { $0.append("\(error)") }
            }
        }
        return failures.withLock { $0 }
    }

    @Test func `eight programs that write at once lose nothing and none finds it locked`() throws {
        let folder = try BooksFolder()
        try folder.create().write { try $0.put("thing", Self.row, ["f": 1]) }
        let failures = together { number in
            let replica = try folder.open(.writing, UInt64(number) + 10)
            for _ in 0..<25 { try replica.write { try $0.add("thing", Self.row, "c", 1) } }
        }
        #expect(failures == [])
        let replica = try folder.open()
        let sum = try replica.read { try $0.rows("SELECT c FROM thing").first?.integer("c") }
        #expect(sum == 200)
        let status = try replica.status()
        #expect(status.writers.count == 1)
        #expect(status.writers.first?.number == 201)
        #expect(try replica.verify().findings.isEmpty)
    }

    @Test func `who waits in vain is told which process writes`() throws {
        let folder = try BooksFolder()
        try folder.create().write { try $0.put("thing", Self.row, ["f": 1]) }
        let held = Glibc.open(folder.file(".lock"), O_RDWR)
        #expect(held >= 0 && flock(held, LOCK_EX) == 0)
        let path = folder.path + "/books"
        #expect(throws: ReplicationFailure.locked(path: path, seconds: 5, holder: getpid())) {
            try folder.open().write { try $0.put("thing", Self.row, ["f": 2]) }
        }
        close(held)
        try folder.open().write { try $0.put("thing", Self.row, ["f": 2]) }
    }

    @Test func `a wait that was given up takes the lock from nobody later`() throws {
        let folder = try BooksFolder()
        let replica = try folder.create()
        let held = Glibc.open(folder.file(".lock"), O_RDWR)
        let other = Glibc.open(folder.file(".lock"), O_RDWR)
        defer { close(other) }
        #expect(held >= 0 && other >= 0 && flock(held, LOCK_EX) == 0)
        for _ in 0..<2 {
            #expect(throws: ReplicationFailure.self) {
                try replica.write { try $0.put("thing", Self.row, ["f": 1]) }
            }
        }
        // Now the waits that were given up come to their end.
        close(held)
        let intruded = try replica.write { writing in
            try writing.put("thing", Self.row, ["f": 2])
            return (0..<20_000).contains { _ in flock(other, LOCK_EX | LOCK_NB) == 0 }
        }
        #expect(!intruded)
        #expect(flock(other, LOCK_EX | LOCK_NB) == 0)
    }

    @Test func `the lock is waited for though no thread of the queues is free`() throws {
        let folder = try BooksFolder()
        let replica = try folder.create()
        let held = Glibc.open(folder.file(".lock"), O_RDWR)
        let turnstile = Glibc.open(folder.file(".turnstile"), O_RDWR)
        #expect(held >= 0 && turnstile >= 0 && flock(held, LOCK_EX) == 0)
        let busy = DispatchSemaphore(value: 0)
        for _ in 0..<64 { DispatchQueue.global().async { busy.wait() } }
        defer { for _ in 0..<64 { busy.signal() } }
        Thread.detachNewThread {
            // Until the writer stands at the turnstile.
            while flock(turnstile, LOCK_EX | LOCK_NB) == 0 {
                flock(turnstile, LOCK_UN)
                sched_yield()
            }
            close(turnstile)
            close(held)
        }
        try replica.write { try $0.put("thing", Self.row, ["f": 1]) }
    }

    @Test func `eight programs that make books in one folder make them once`() throws {
        let folder = try BooksFolder()
        let failures = together { _ = try folder.create(UInt64($0) + 1) }
        #expect(failures.count == 7)
        #expect(failures.allSatisfy { $0.contains("booksExist") }, "\(failures)")
        try folder.open().write { try $0.put("thing", Self.row, ["f": 1]) }
    }

    @Test func `eight programs that rebuild and write at once end with everything`() throws {
        let folder = try BooksFolder()
        let first = try folder.create()
        for number in 0..<30 {
            try first.write { try $0.put("thing", Self.row, ["f": .integer(Int64(number))]) }
            try first.sealChanges()
        }
        let failures = together { number in
            let replica = try folder.open(.writing, UInt64(number) + 10)
            for _ in 0..<3 {
                try replica.write { try $0.add("thing", Self.row, "c", 1) }
                if number % 2 == 0 { _ = try replica.rebuild() }
                try replica.sealChanges()
            }
        }
        #expect(failures == [])
        let replica = try folder.open()
        let sum = try replica.read { try $0.rows("SELECT c FROM thing").first?.integer("c") }
        #expect(sum == 24)
        #expect(try replica.verify().findings.isEmpty)
    }

    @Test func `eight programs that upgrade at once upgrade once`() throws {
        let folder = try BooksFolder()
        let first = try folder.create()
        for number in 0..<30 {
            try first.write { try $0.put("thing", Self.row, ["colour": .integer(Int64(number))]) }
            try first.sealChanges()
        }
        let newer = Schema(
            version: 2,
            tables: [Table("thing", [.register("f"), .register("colour"), .counter("c")])])
        let failures = together { number in
            let purpose: Replica.Purpose = number % 2 == 0 ? .reading : .writing
            let replica = try folder.open(purpose, UInt64(number) + 10, schema: newer)
            let values = try replica.read { try $0.rows("SELECT colour FROM thing") }
            guard values.first?.integer("colour") == 29 else { throw Missing(what: "\(number)") }
        }
        #expect(failures == [])
    }

    @Test func `who reads sees one moment while others write`() throws {
        let folder = try BooksFolder()
        try folder.create().write { writing in
            for row in History.rows { try writing.put("thing", row, ["f": 0]) }
        }
        let failures = together { number in
            let replica = try folder.open(number < 2 ? .writing : .reading, UInt64(number) + 10)
            for step in Int64(1)...20 {
                if number < 2 {
                    try replica.write { writing in
                        for row in History.rows {
                            try writing.put("thing", row, ["f": .integer(step)])
                        }
                    }
                } else {
                    try replica.read { reading in
                        let one = try reading.rows("SELECT f FROM thing")
                        let two = try reading.rows("SELECT f FROM thing")
                        let all = Set((one + two).map { $0["f"] })
                        guard all.count == 1 else { throw Missing(what: "\(all)") }
                    }
                }
            }
        }
        #expect(failures == [])
    }
}
