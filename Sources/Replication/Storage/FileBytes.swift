import Glibc

/// Small files, read bounded and written whole or not at all.
enum FileBytes {
    /// Reads a file of at most `countMax` bytes.
    static func read(_ path: String, countMax: Int) throws(ReplicationFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .file(path: path, errno: errno) }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: countMax)
        var count = 0
        while count < countMax {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(
                    descriptor, buffer.baseAddress.map { $0 + count }, countMax - count)
            }
            if got < 0 { throw .file(path: path, errno: errno) }
            if got == 0 { break }
            count += got
        }
        return Array(bytes[..<count])
    }

    /// Reads a file of at most `countMax` bytes; nil when there is none. A disk that fails, or a right
    /// that is missing, does not mean that there is none.
    static func readIfThere(
        _ path: String, countMax: Int
    ) throws(ReplicationFailure) -> [UInt8]? {
        do {
            return try read(path, countMax: countMax)
        } catch .file(_, ENOENT), .file(_, ENOTDIR) {
            return nil
        }
    }

    /// Writes a file for its owner alone: under another name, synced, then renamed.
    static func replace(_ path: String, with bytes: [UInt8]) throws(ReplicationFailure) {
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        var isWhole = fchmod(descriptor, 0o600) == 0
        isWhole = isWhole && Glibc.write(descriptor, bytes, bytes.count) == bytes.count
        isWhole = isWhole && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        guard isWhole else {
            unlink(draft)
            throw .file(path: path, errno: problem)
        }
        guard rename(draft, path) == 0 else { throw failure(path) }
        try syncFolder(of: path)
    }

    /// Makes a folder and those above it, each for its owner alone.
    static func makeFolder(_ path: String) throws(ReplicationFailure) {
        if mkdir(path, 0o700) == 0 {
            _ = chmod(path, 0o700)
            return
        }
        if errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw failure(path)
        }
        try makeFolder(String(path[..<slash]))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
    }

    /// The folder's real path, so that one folder has one name; as given if it is not there.
    static func realPath(_ path: String) throws(ReplicationFailure) -> String {
        guard let resolved = realpath(path, nil) else {
            guard errno == ENOENT || errno == ENOTDIR else { throw .file(path: path, errno: errno) }
            return path
        }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func syncFolder(of path: String) throws(ReplicationFailure) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(folder) }
    }

    private static func failure(_ path: String) -> ReplicationFailure {
        switch errno {
        case ENOSPC, EDQUOT: .diskFull(path: path)
        case EROFS, EACCES, EPERM: .readOnly(path: path)
        case let code: .file(path: path, errno: code)
        }
    }
}
