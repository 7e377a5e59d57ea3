import Glibc

/// A file that an answer is written to: whole, or not at all.
enum Files {
    /// Writes a text under a temporary name, syncs it, and puts it in its place.
    static func write(_ text: String, to path: String) throws(Failure) {
        try write(Array(text.utf8), to: path)
    }

    /// The same for bytes.
    static func write(_ bytes: [UInt8], to path: String) throws(Failure) {
        let partial = path + ".partial"
        let descriptor = open(partial, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable(path, errno) }
        var code: Int32 = 0
        var offset = 0
        while offset < bytes.count, code == 0 {
            let written = bytes[offset...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written >= 0 { offset += written } else if errno != EINTR { code = errno }
        }
        if code == 0, fsync(descriptor) != 0 { code = errno }
        close(descriptor)
        if code == 0, rename(partial, path) != 0 { code = errno }
        guard code == 0 else {
            unlink(partial)
            throw unwritable(path, code)
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func unwritable(_ path: String, _ code: Int32) -> Failure {
        Failure(
            "\(path) cannot be written: \(SystemError.text(code)).", why: "nothing is there now",
            tries: ["ls -ld \(folder(of: path))"], status: .cannotWrite)
    }
}
