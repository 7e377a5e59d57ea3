import Foundation
import Glibc
import Testing

/// A real relay on a free port of this machine.
final class Relay {
    let data: String
    private(set) var url = ""
    private var process: pid_t = 0
    private var port = "0"
    private var log = ""
    private var reading: Int32 = -1

    private let isOpen: Bool
    private let quota: String

    /// A relay that takes any books, or only those that are enrolled; and how much of them.
    init(isOpen: Bool = true, quota: String = "1G") {
        self.isOpen = isOpen
        self.quota = quota
        data = Files.temporary()
        start()
    }

    deinit {
        stop()
        Files.shell("rm -rf '\(data)'")
    }

    /// Starts it on the port that it had before, if it had one.
    func start() {
        log = data + "-log"
        mkfifo(log, 0o600)
        // Without blocking, because nobody writes yet; once the program has started it does.
        reading = open(log, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        let words =
            [
                Program.relay, "serve", "--data", data + "/relay", "--secret", data + "/secret",
                "--listen", "127.0.0.1:" + port, "--quota", quota,
            ] + (isOpen ? ["--open"] : [])
        let variables = ["HOME": data, "PATH": "/usr/bin:/bin", "XDG_STATE_HOME": data + "/state"]
        process = Program.start(
            words.map { Array($0.utf8) }, environment: variables, input: "/dev/null", output: log,
            error: data + "/relay.err")
        _ = fcntl(reading, F_SETFL, 0)
        port = Self.port(in: reading)
        url = "http://127.0.0.1:\(port)"
    }

    /// The right to bring one set of books, as its owner gets it.
    func enrolment() -> String {
        let words = [
            Program.relay, "enroll", "--data", data + "/relay", "--secret", data + "/secret",
        ]
        let run = Device().run(program: words)
        #expect(run.exit == 0, "\(run)")
        return run.lastLine
    }

    /// Ends it as a service manager would, and waits until it has ended.
    func stop() {
        guard process > 0 else { return }
        kill(process, SIGTERM)
        _ = Program.wait(process)
        process = 0
        close(reading)
        unlink(log)
    }

    /// Throws away everything that it holds, as a new disk would.
    func wipe() {
        stop()
        Files.shell("rm -rf '\(data)/relay'")
        start()
    }

    /// Reads lines until one names the address.
    private static func port(in descriptor: Int32) -> String {
        var text = ""
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1 {
            text.append(Character(Unicode.Scalar(byte)))
            guard byte == 10, let address = text.range(of: "127.0.0.1:") else { continue }
            return String(text[address.upperBound...].prefix(while: \.isNumber))
        }
        return "0"
    }
}
