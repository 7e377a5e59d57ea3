import Glibc

/// Makes the three standard streams safe to use, whatever the caller left of them.
enum Streams {
    /// Opens what is closed, so that no file of the books ever takes the place of a stream; what was
    /// closed cannot be written, and a command that answers there fails as it would on a full disk.
    static func secure() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            let opened = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
            if opened > descriptor {
                dup2(opened, descriptor)
                close(opened)
            }
        }
        // A closed pipe is an answer of `write`, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// The next line of standard input, without its end; refused as ``input(limit:what:)`` refuses, and
    /// at the end of the input.
    static func line(limit: Int, what: String) throws(Failure) -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count <= limit {
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else {
                throw Failure(
                    "\(what) was not given; nothing was changed.",
                    tries: ["give it as an option: --help names them"], status: .usage)
            }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        guard bytes.count <= limit else {
            throw Failure(
                "\(what) is too long.", why: "at most \(limit) bytes are read", status: .badInput)
        }
        return try PlainInput.text(bytes, from: what)
    }

    /// Everything that standard input holds, as text without the line ends at its end.
    ///
    /// Refuses more than `limit` bytes, bytes that are no UTF-8, and NUL.
    static func input(limit: Int, what: String) throws(Failure) -> String {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= limit {
            let count = chunk.withUnsafeMutableBytes {
                read(STDIN_FILENO, $0.baseAddress, $0.count)
            }
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(
                    "\(what) could not be read from standard input: \(SystemError.text(errno)).",
                    status: .badInput)
            }
            bytes.append(contentsOf: chunk[..<count])
        }
        guard bytes.count <= limit else {
            throw Failure(
                "what came on standard input is too long for \(what).",
                why: "at most \(limit) bytes are read", status: .badInput)
        }
        return try PlainInput.text(bytes, from: "standard input")
    }
}
