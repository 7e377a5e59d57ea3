import Glibc

/// An open folder: every name is looked up in it and in nothing that its name may lead to later.
struct Directory: ~Copyable {
    let descriptor: Int32

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Opens the folder of a path, following links as the user typed it.
    init(path: String) throws(SystemFault) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFault() }
    }

    /// Opens a folder inside, never through a link.
    func folder(_ name: String) throws(SystemFault) -> Directory {
        let found = openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard found >= 0 else { throw SystemFault() }
        return Directory(descriptor: found)
    }

    /// Makes a folder inside that is there for good; nothing happens when it is there already.
    func makeFolder(_ name: String) throws(SystemFault) {
        guard mkdirat(descriptor, name, 0o777) != 0 else { return try sync() }
        if errno != EEXIST { throw SystemFault() }
    }

    /// Calls `body` with every name inside, until it gives false.
    func eachName(_ body: (String) throws -> Bool) throws {
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else { throw SystemFault() }
        defer { closedir(stream) }
        while true {
            errno = 0
            guard let entry = readdir(stream) else {
                if errno != 0 { throw SystemFault() }
                return
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard let name, name != ".", name != ".." else { continue }
            guard try body(name) else { return }
        }
    }

    /// The bytes of a plain file inside, or nil when the name is another thing's.
    func size(of name: String) -> Int? {
        var info = stat()
        guard fstatat(descriptor, name, &info, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return info.st_mode & S_IFMT == S_IFREG ? Int(info.st_size) : nil
    }

    /// Reads a plain file of at most `countMax` bytes, never through a link and never waiting for a
    /// pipe; nil when it is something else or larger.
    func read(_ name: String, countMax: Int) throws(SystemFault) -> [UInt8]? {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let file = openat(descriptor, name, flags)
        if file < 0, errno == ELOOP || errno == ENXIO { return nil }
        guard file >= 0 else { throw SystemFault() }
        defer { close(file) }
        var info = stat()
        guard fstat(file, &info) == 0 else { throw SystemFault() }
        guard info.st_mode & S_IFMT == S_IFREG, info.st_size <= countMax else { return nil }
        var bytes = [UInt8](repeating: 0, count: countMax + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress.map { $0 + count }, buffer.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SystemFault() }
            if got == 0 { break }
            count += got
        }
        return count > countMax ? nil : Array(bytes[..<count])
    }

    /// Writes a file whole or not at all: under a name that nobody reads, synced, then renamed. The
    /// name is there for good after ``sync()``.
    func write(_ bytes: [UInt8], as name: String, draft: String) throws(SystemFault) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = openat(descriptor, draft, flags, 0o666)
        guard file >= 0 else { throw SystemFault() }
        var fault = Self.fill(file, bytes)
        if close(file) != 0, fault == nil { fault = SystemFault() }
        if fault == nil, renameat(descriptor, draft, descriptor, name) != 0 {
            fault = SystemFault()
        }
        guard let fault else { return }
        unlinkat(descriptor, draft, 0)
        throw fault
    }

    /// Removes a file; nothing happens when it cannot be removed.
    func remove(_ name: String) { unlinkat(descriptor, name, 0) }

    private static func fill(_ file: Int32, _ bytes: [UInt8]) -> SystemFault? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return SystemFault() }
            rest = rest.dropFirst(count)
        }
        return fsync(file) == 0 || errno == EINVAL ? nil : SystemFault()
    }

    /// Makes the names inside durable, where the file system can.
    func sync() throws(SystemFault) {
        guard fsync(descriptor) != 0, errno != EINVAL, errno != ENOTSUP, errno != EBADF else {
            return
        }
        throw SystemFault()
    }
}

/// What the system said last.
struct SystemFault: Error {
    let code: Int32

    init() { code = errno }

    /// The failure of a folder's carrier.
    func failure(at path: String) -> FolderFailure {
        switch code {
        case ENOSPC, EDQUOT: .full(path: path)
        case EROFS, EACCES, EPERM: .readOnly(path: path)
        case EISDIR, ENOTEMPTY, EEXIST, ENOTDIR, ELOOP: .inTheWay(path: path)
        default: .files(path: path, errno: code)
        }
    }
}
