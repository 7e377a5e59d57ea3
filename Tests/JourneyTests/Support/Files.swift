import Glibc

/// Small files of a test.
enum Files {
    static func read(_ path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func write(_ text: String, to path: String) { write(Array(text.utf8), to: path) }

    static func write(_ bytes: [UInt8], to path: String) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "\(path) can be written")
        _ = Glibc.write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    static func makeFolder(_ path: String) { mkdir(path, 0o700) }

    /// A new folder of its own.
    static func temporary() -> String {
        var template = Array("/tmp/jalon-journey-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "a temporary folder can be made")
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Runs a shell command on files of the test.
    @discardableResult
    static func shell(_ command: String) -> Int32 {
        let process = Program.start(
            ["sh", "-c", command].map { Array($0.utf8) }, environment: ["PATH": "/usr/bin:/bin"],
            input: "/dev/null", output: "/dev/null", error: "/dev/null")
        return Program.wait(process)
    }
}
