import Foundation

/// The folder of a relay's data: private to its owner, and of a relay alone.
package struct DataFolder: Sendable {
    /// The folder.
    package let path: String

    /// Names the folder; nothing is touched.
    package init(_ path: String) { self.path = path }

    /// The database.
    var database: String { path + "/relay.sqlite" }
    /// Held for as long as a relay serves.
    var serving: String { path + "/serving.lock" }
    /// Held around every write and checkpoint.
    var writing: String { path + "/writing.lock" }

    /// Whether a relay's data is there.
    package var isPresent: Bool { FileManager.default.fileExists(atPath: database) }

    /// Makes the folder and an empty database file, or checks that the folder is a relay's.
    func prepare() throws(RelayFailure) {
        let files = FileManager.default
        if !isPresent {
            let found = (try? files.contentsOfDirectory(atPath: path)) ?? []
            // Only what a first start that was cut off leaves may be there already.
            let known = ["serving.lock", "writing.lock", "secret", "lost+found"]
            if let foreign = found.sorted().first(where: { !known.contains($0) }) {
                throw .foreignFolder(path: path, found: foreign)
            }
            do {
                try files.createDirectory(
                    atPath: path, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
            } catch {
                throw .files(path: path, reason: Self.reason(of: error))
            }
        }
        // SQLite gives its journal the rights of the database, so these decide for all files.
        guard chmod(path, 0o700) == 0 else { throw fault(path) }
        let descriptor = open(database, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault(database) }
        close(descriptor)
        try syncFolder()
    }

    /// Makes the database's name as durable as its contents will be.
    private func syncFolder() throws(RelayFailure) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault(path) }
    }

    private func fault(_ path: String) -> RelayFailure {
        .files(path: path, reason: String(cString: strerror(errno)))
    }

    /// The system's own words for why a file operation failed.
    static func reason(of error: any Error) -> String {
        let error = error as NSError
        if let inner = error.userInfo[NSUnderlyingErrorKey] as? NSError,
            inner.domain == NSPOSIXErrorDomain
        {
            return String(cString: strerror(CInt(inner.code)))
        }
        return error.localizedDescription
    }
}
