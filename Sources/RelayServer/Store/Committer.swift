import GRDB
import Synchronization

/// The one writer of a relay: it gathers what waits at a moment into one transaction, so that many
/// pushes share one sync of the disk.
final class Committer: Sendable {
    /// Writes that may wait; more are turned away, as the disk does not keep up.
    static let waitingMax = 4_096

    private struct Job: Sendable {
        let work: @Sendable (Database) throws -> Void
        let finish: @Sendable ((any Error)?) -> Void
        let since: ContinuousClock.Instant
    }

    private struct State {
        var waiting: [Job] = []
        var isDraining = false
        var isBroken: String?
        var isFull = false
    }

    private let pool: DatabasePool
    private let serving: KernelLock
    private let writing: KernelLock
    private let onCommit: @Sendable (Duration) -> Void
    private let state = Mutex(State())

    init(
        pool: DatabasePool, serving: consuming KernelLock, writing: consuming KernelLock,
        onCommit: @escaping @Sendable (Duration) -> Void
    ) {
        self.pool = pool
        self.serving = serving
        self.writing = writing
        self.onCommit = onCommit
    }

    var isBroken: Bool { state.withLock { $0.isBroken != nil } }

    /// Whether the last write found no space. The next one that finds some ends it.
    var isFull: Bool { state.withLock { $0.isFull } }

    /// Writes as part of the next transaction; returns once that is on the disk.
    func commit<T: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> T
    ) async throws -> T {
        let result = Result<T>()
        try await withCheckedThrowingContinuation {
            (waiter: CheckedContinuation<Void, any Error>) in
            submit(
                Job(
                    work: { database in
                        let value = try body(database)
                        result.value.withLock { $0 = value }
                    },
                    finish: { error in
                        if let error { waiter.resume(throwing: error) } else { waiter.resume() }
                    }, since: .now))
        }
        guard let value = result.value.withLock({ $0 }) else {
            throw StoreFailure.broken("no result")
        }
        return value
    }

    /// What a job gave, on its way from the writer's queue to who waits for it.
    private final class Result<T: Sendable>: Sendable {
        let value = Mutex<T?>(nil)
    }

    private func submit(_ job: Job) {
        enum Next { case wait, drain, refuse(StoreFailure) }
        let next = state.withLock { state -> Next in
            if let reason = state.isBroken { return .refuse(.broken(reason)) }
            guard state.waiting.count < Self.waitingMax else { return .refuse(.busy) }
            state.waiting.append(job)
            defer { state.isDraining = true }
            return state.isDraining ? .wait : .drain
        }
        switch next {
        case .wait: break
        case .refuse(let failure): job.finish(failure)
        case .drain:
            pool.asyncWriteWithoutTransaction { [self] database in drain(database) }
        }
    }

    /// Runs on the writer's queue until nothing waits.
    private func drain(_ database: Database) {
        while true {
            let jobs = state.withLock { state -> [Job] in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isDraining = false }
                return state.waiting
            }
            guard !jobs.isEmpty else { return }
            run(jobs, database)
        }
    }

    /// One transaction of several jobs. A job that refuses has changed nothing and fails alone; a
    /// fault of the disk fails them all.
    private func run(_ jobs: [Job], _ database: Database) {
        var refused: [(any Error)?] = Array(repeating: nil, count: jobs.count)
        var failure: StoreFailure?
        do {
            try transaction(database) {
                for (number, job) in jobs.enumerated() {
                    do {
                        try job.work(database)
                    } catch let error as DatabaseError {
                        throw error
                    } catch {
                        refused[number] = error
                    }
                }
            }
        } catch {
            failure = note(error)
        }
        for (number, job) in jobs.enumerated() {
            if failure == nil { onCommit(.now - job.since) }
            job.finish(failure ?? refused[number])
        }
    }

    private func transaction(_ database: Database, _ body: () throws -> Void) throws {
        try writing.holding { () throws(any Error) in
            try database.inTransaction(.immediate) {
                try body()
                return .commit
            }
        }
        state.withLock { $0.isFull = false }
    }

    /// After a failed sync nobody knows what the disk holds, so writing ends until a new start.
    private func note(_ error: any Error) -> StoreFailure {
        guard let error = error as? DatabaseError else { return .broken("\(error)") }
        switch error.resultCode {
        case .SQLITE_FULL:
            state.withLock { $0.isFull = true }
            return .full
        case .SQLITE_BUSY, .SQLITE_LOCKED: return .busy
        default:
            let reason = error.message ?? "SQLite code \(error.extendedResultCode.rawValue)"
            state.withLock { $0.isBroken = reason }
            return .broken(reason)
        }
    }

    func commitNow<T>(_ body: (Database) throws -> T) throws -> T {
        try pool.writeWithoutTransaction { database in
            var value: T?
            do {
                try transaction(database) { value = try body(database) }
            } catch let error as DatabaseError {
                throw note(error)
            }
            guard let value else { throw StoreFailure.broken("no result") }
            return value
        }
    }

    func close() {
        writing.holding {
            // The pool closes its writer before its readers, and only a writer that is alone would
            // fold the journal by itself. What is not folded now is folded at the next start.
            _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            try? pool.close()
        }
    }
}
