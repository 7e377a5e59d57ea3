import Glibc

/// What a finished program left: its exit code and everything it wrote.
struct Run: Equatable, CustomStringConvertible {
    let exit: Int32
    let out: String
    let err: String

    var description: String { "exit \(exit)\n--- stdout\n\(out)--- stderr\n\(err)" }

    /// The last line of the answer, without its line end.
    var lastLine: String { out.split(separator: "\n").last.map(String.init) ?? "" }
}

/// Starts the built programs.
enum Program {
    /// The folder of the built programs: where the test bundle lies.
    static let folder: String = {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        let path = String(
            decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
        return path.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 }
    }()

    static var jalon: String { folder + "/jalon" }
    static var relay: String { folder + "/jalon-relay" }

    /// No journey takes nearly as long; a program that hangs ends with status 124.
    private static let secondsAtMost = "120"

    /// Starts a program with its streams on files; returns its process id.
    static func start(
        _ words: [[UInt8]], environment: [String: String], input: String, output: String,
        error: String
    ) -> pid_t {
        let timeout = ["timeout", "--foreground", "-k", "5", secondsAtMost].map { Array($0.utf8) }
        let arguments = (timeout + words).map { bytes -> UnsafeMutablePointer<CChar>? in
            strdup(bytes.map { CChar(bitPattern: $0) } + [0])
        }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in arguments + variables { free(text) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The threads of a test block signals, and a shell starts what runs behind it without Ctrl-C;
        // what tests start would inherit both.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var usual = sigset_t()
        sigemptyset(&usual)
        for number in [SIGINT, SIGQUIT, SIGHUP, SIGTERM] { sigaddset(&usual, number) }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        let writing = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, error, writing, 0o600)
        var process: pid_t = 0
        let result = posix_spawnp(
            &process, "timeout", &actions, &attributes, arguments + [nil], variables + [nil])
        precondition(result == 0, "the program starts: \(result)")
        return process
    }

    /// Waits for a process to end; its exit code, or 128 and the signal that ended it.
    static func wait(_ process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
