import Foundation

/// A lock of the kernel on a file: it ends with the process that holds it, however that ends.
struct KernelLock: ~Copyable {
    private let descriptor: CInt

    /// Opens the lock's file, made when missing and readable by its owner only.
    init(path: String) throws(RelayFailure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .files(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Takes the lock now; false when another process holds it.
    func takesNow() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }

    /// Runs `body` while no other process does the same.
    func holding<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        defer { _ = flock(descriptor, LOCK_UN) }
        return try body()
    }

    deinit { close(descriptor) }
}
