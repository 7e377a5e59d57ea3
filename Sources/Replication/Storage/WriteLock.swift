import Dispatch
import Foundation
import Synchronization

/// The right to write, held by one process at a time and released by the kernel when it dies.
///
/// Two `flock`s, because one alone is unfair: a process waits at the turnstile for its turn to wait
/// for the lock itself, so whoever just wrote goes to the back. A third is held for the length of a
/// rebuild, which lets others write between its steps but is the only one of its kind.
final class WriteLock: Sendable {
    private let turnstile: File
    private let lock: File
    private let rebuilding: File
    private let folder: String

    private struct File {
        let path: String
        let descriptor: Int32
    }

    /// Its files, in the order of the locks above.
    static let fileNames = [".turnstile", ".lock", ".rebuild"]
    /// Seconds before a waiting process gives up.
    static let patienceSeconds = 5
    /// Seconds before a process gives up that waits for another's rebuild.
    static let rebuildPatienceSeconds = 60

    init(folder: String) throws(ReplicationFailure) {
        self.folder = folder
        var opened: [File] = []
        do {
            for name in Self.fileNames {
                let path = folder + "/" + name
                opened.append(File(path: path, descriptor: try Self.open(path)))
            }
        } catch {
            for file in opened { close(file.descriptor) }
            throw error
        }
        (turnstile, lock, rebuilding) = (opened[0], opened[1], opened[2])
    }

    deinit {
        for file in [turnstile, lock, rebuilding] { close(file.descriptor) }
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
        let turn = try take(turnstile, until: deadline, Self.patienceSeconds, held: lock)
        let held: Int32
        do {
            held = try take(lock, until: deadline, Self.patienceSeconds, held: lock)
        } catch {
            giveBack(turn, of: turnstile)
            throw error
        }
        giveBack(turn, of: turnstile)
        defer { giveBack(held, of: lock) }
        return try body()
    }

    /// Runs `body`, a rebuild, while no other rebuild of these books runs.
    func holdForRebuild<Result>(_ body: () throws -> Result) throws -> Result {
        let patience = Self.rebuildPatienceSeconds
        let deadline = DispatchTime.now() + .seconds(patience)
        let held = try take(rebuilding, until: deadline, patience, held: rebuilding)
        defer { giveBack(held, of: rebuilding) }
        return try body()
    }

    /// Takes the lock of a file and gives the descriptor that holds it: the file's own, or another one
    /// where it had to be waited for.
    private func take(
        _ file: File, until deadline: DispatchTime, _ patience: Int, held: File
    ) throws -> Int32 {
        while flock(file.descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else {
                throw ReplicationFailure.file(path: folder, errno: errno)
            }
            // Opened once more: a lock belongs to the opening, not to the file.
            let own = try Self.open(file.path)
            guard Self.wait(with: own, until: deadline) else {
                throw ReplicationFailure.locked(
                    path: folder, seconds: patience,
                    holder: LockHolder.process(of: held.descriptor))
            }
            return own
        }
        return file.descriptor
    }

    private func giveBack(_ held: Int32, of file: File) {
        if held == file.descriptor {
            flock(held, LOCK_UN)
        } else {
            close(held)
        }
    }

    /// Waits in the kernel's queue on a thread of its own, since `flock` knows no time limit: of a
    /// queue's few threads none may be free as long as the wait lasts. The descriptor is this wait's
    /// alone, and closed when it comes too late: it can take no lock away from a later one.
    private static func wait(with own: Int32, until deadline: DispatchTime) -> Bool {
        enum Wait { case waiting, ended(isTaken: Bool), givenUp }
        final class Shared: Sendable { let wait = Mutex(Wait.waiting) }
        let shared = Shared()
        let ready = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var result = flock(own, LOCK_EX)
            while result != 0, errno == EINTR { result = flock(own, LOCK_EX) }
            let isTaken = result == 0
            let isLate = shared.wait.withLock { wait in
                if case .givenUp = wait { return true }
                wait = .ended(isTaken: isTaken)
                return false
            }
            if isLate || !isTaken { close(own) }
            ready.signal()
        }
        _ = ready.wait(timeout: deadline)
        return shared.wait.withLock { wait in
            if case .ended(let isTaken) = wait { return isTaken }
            wait = .givenUp
            return false
        }
    }
}
