import Dispatch
import Foundation
import Synchronization

/// The right to write, held by one process at a time and released by the kernel when it dies.
///
/// Two `flock`s, because one alone is unfair: a process waits at the turnstile for its turn to wait
/// for the lock itself, so whoever just wrote goes to the back. A third is held for the length of a
/// rebuild, which lets others write between its steps but is the only one of its kind.
final class WriteLock: Sendable {
    private let turnstile: Int32
    private let lock: Int32
    private let rebuilding: Int32
    private let path: String

    /// Its files, in the order of the locks above.
    static let fileNames = [".turnstile", ".lock", ".rebuild"]
    /// Seconds before a waiting process gives up.
    static let patienceSeconds = 5
    /// Seconds before a process gives up that waits for another's rebuild.
    static let rebuildPatienceSeconds = 60

    init(folder: String) throws(ReplicationFailure) {
        path = folder
        var opened: [Int32] = []
        do {
            for name in Self.fileNames {
                opened.append(try Self.open(folder + "/" + name))
            }
        } catch {
            for descriptor in opened { close(descriptor) }
            throw error
        }
        (turnstile, lock, rebuilding) = (opened[0], opened[1], opened[2])
    }

    deinit {
        close(turnstile)
        close(lock)
        close(rebuilding)
    }

    private static func open(_ path: String) throws(ReplicationFailure) -> Int32 {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw errno == EROFS || errno == EACCES
                ? .readOnly(path: path) : .file(path: path, errno: errno)
        }
        return descriptor
    }

    /// Runs `body` while this process alone may write.
    ///
    /// Throws ``ReplicationFailure/locked(path:seconds:)`` when the lock did not become free in time.
    func hold<Result>(_ body: () throws -> Result) throws -> Result {
        let deadline = DispatchTime.now() + .seconds(Self.patienceSeconds)
        // Who stands at the turnstile waits for the same one.
        try take(turnstile, until: deadline, Self.patienceSeconds, held: lock)
        do {
            try take(lock, until: deadline, Self.patienceSeconds, held: lock)
        } catch {
            flock(turnstile, LOCK_UN)
            throw error
        }
        flock(turnstile, LOCK_UN)
        defer { flock(lock, LOCK_UN) }
        return try body()
    }

    /// Runs `body`, a rebuild, while no other rebuild of these books runs.
    func holdForRebuild<Result>(_ body: () throws -> Result) throws -> Result {
        let patience = Self.rebuildPatienceSeconds
        let deadline = DispatchTime.now() + .seconds(patience)
        try take(rebuilding, until: deadline, patience, held: rebuilding)
        defer { flock(rebuilding, LOCK_UN) }
        return try body()
    }

    private func take(
        _ descriptor: Int32, until deadline: DispatchTime, _ patience: Int, held: Int32
    ) throws {
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else {
                throw ReplicationFailure.file(path: path, errno: errno)
            }
            if errno == EINTR { continue }
            guard wait(for: descriptor, until: deadline) else {
                throw ReplicationFailure.locked(
                    path: path, seconds: patience, holder: LockHolder.process(of: held))
            }
            return
        }
    }

    /// Waits in the kernel's queue on a thread of its own, since `flock` knows no time limit: of a
    /// queue's few threads none may be free as long as the wait lasts. A wait that comes too late gives
    /// the lock back; until then it keeps the descriptors open, or their numbers could belong to other
    /// files by then.
    private func wait(for descriptor: Int32, until deadline: DispatchTime) -> Bool {
        enum Wait { case waiting, taken, givenUp }
        final class Shared: Sendable { let wait = Mutex(Wait.waiting) }
        let shared = Shared()
        let ready = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let taken = flock(descriptor, LOCK_EX) == 0
            let isLate = shared.wait.withLock { wait in
                if wait == .givenUp { return true }
                if taken { wait = .taken }
                return false
            }
            if isLate, taken { flock(descriptor, LOCK_UN) }
            ready.signal()
            withExtendedLifetime(self) {}
        }
        _ = ready.wait(timeout: deadline)
        return shared.wait.withLock { wait in
            if wait == .taken { return true }
            wait = .givenUp
            return false
        }
    }
}
