import Glibc

/// A file that the user names; `-` is standard input.
enum InputFile {
    /// The bytes of the file.
    ///
    /// Refuses more than `limit` bytes, NUL and bytes that are no UTF-8.
    static func bytes(_ path: String, limit: Int, what: String) throws(Failure) -> [UInt8] {
        if path == "-" { return Array(try Streams.input(limit: limit, what: what).utf8) }
        let bytes = try anyBytes(path, limit: limit, what: what)
        _ = try PlainInput.text(bytes, from: path)
        return bytes
    }

    /// The bytes of a file whatever they are; refuses more than `limit`.
    static func anyBytes(_ path: String, limit: Int, what: String) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { break }
            guard count > 0 else { throw unreadable(path) }
            bytes.append(contentsOf: chunk[..<count])
        }
        guard bytes.count <= limit else {
            throw Failure(
                "\(path) is too large for \(what).", why: "at most \(limit) bytes are read",
                status: .badInput)
        }
        return bytes
    }

    private static func unreadable(_ path: String) -> Failure {
        Failure(
            "\(path) cannot be read: \(SystemError.text(errno)).", tries: ["ls -l \(path)"],
            status: .badInput)
    }
}
