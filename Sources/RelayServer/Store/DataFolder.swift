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

    /// Touched by a program that put segments into the data, or ended a token, beside the one that
    /// serves it.
    var bell: String { path + "/bell" }

    /// When the bell was rung last; nil when it never was.
    var rungAt: Date? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: bell)
        return attributes?[.modificationDate] as? Date
    }

    /// Rings the bell. Nothing depends on it: who waits would see the segments a little later.
    func ring() {
        let descriptor = open(bell, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { return }
        futimens(descriptor, nil)
        close(descriptor)
    }

    /// Whether a relay's data is there.
    package var isPresent: Bool { FileManager.default.fileExists(atPath: database) }

    /// Makes the folder and an empty database file, or checks that the folder is a relay's.
    func prepare() throws(RelayFailure) {
        let files = FileManager.default
        if !isPresent {
            let found = (try? files.contentsOfDirectory(atPath: path)) ?? []
            // Only what a first start that was cut off leaves may be there already.
            let known = ["serving.lock", "writing.lock", "bell", "secret", "lost+found"]
            let isForeign = { !known.contains($0) && !$0.hasPrefix("secret.new.") }
            if let foreign = found.sorted().first(where: isForeign) {
                throw .foreignFolder(path: path, found: foreign)
            }
            try Self.make(path)
        }
        // SQLite gives its journal the rights of the database, so these decide for all files.
        guard chmod(path, 0o700) == 0 else { throw fault(path) }
        let descriptor = open(database, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw fault(database) }
        close(descriptor)
        // The database's name is to be as durable as its contents.
        try Self.sync(path)
    }

    /// Makes the names in a folder durable.
    static func sync(_ path: String) throws(RelayFailure) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw fault(path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw fault(path) }
    }

    private func fault(_ path: String) -> RelayFailure { Self.fault(path) }

    private static func fault(_ path: String) -> RelayFailure {
        .files(path: path, reason: String(cString: strerror(errno)))
    }

    /// The folder that a path lies in; `.` for a bare name. Foundation's own answer ends the program
    /// for a name of one letter.
    package static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Makes a folder and those above it, private to their owner, where they are missing.
    static func make(_ path: String) throws(RelayFailure) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += (made.isEmpty || made == "/" ? "" : "/") + part
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            throw .files(path: made, reason: String(cString: strerror(errno)))
        }
    }
}
