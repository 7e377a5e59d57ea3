import Glibc
import Testing

/// A machine of its own: a home with nothing in it, on which jalon is used.
final class Device {
    let home: String
    var variables: [String: String]
    private var count = 0

    init(_ name: String = "device") {
        home = Files.temporary()
        variables = [
            "HOME": home, "PATH": "/usr/bin:/bin", "TZ": "UTC", "LANG": "C.UTF-8",
            "XDG_DATA_HOME": home + "/data", "XDG_STATE_HOME": home + "/state",
            "JALON_TEST_NAME": name,
        ]
    }

    deinit { Files.shell("chmod -R u+rwX '\(home)'; rm -rf '\(home)'") }

    /// Where the books are unless another folder is given.
    var books: String { home + "/data/jalon" }

    /// Runs jalon to its end.
    func run(_ words: [String], input: String = "") -> Run {
        run(program: [Program.jalon] + words, input: input)
    }

    /// Runs any program to its end with this machine's home and variables.
    func run(program words: [String], input: String = "") -> Run {
        run(bytes: words.map { Array($0.utf8) }, input: input)
    }

    /// Runs a program whose arguments may hold any bytes.
    func run(bytes words: [[UInt8]], input: String = "") -> Run {
        let files = start(words, input: input)
        let exit = Program.wait(files.process)
        return Run(exit: exit, out: Files.read(files.out), err: Files.read(files.err))
    }

    /// A program that was started and not yet waited for.
    struct Started {
        let process: pid_t
        let out: String
        let err: String

        func finished() -> Run {
            let exit = Program.wait(process)
            return Run(exit: exit, out: Files.read(out), err: Files.read(err))
        }
    }

    func start(_ words: [[UInt8]], input: String = "") -> Started {
        count += 1
        let stem = "\(home)/.run\(count)"
        Files.write(input, to: stem + ".in")
        let process = Program.start(
            words, environment: variables, input: stem + ".in", output: stem + ".out",
            error: stem + ".err")
        return Started(process: process, out: stem + ".out", err: stem + ".err")
    }

    /// Runs a body while nobody may write into the books, as if another jalon wrote all the while.
    func whileBooksAreHeld(_ body: () -> Void) {
        let lock = open(books + "/.lock", O_RDWR | O_CLOEXEC)
        defer { close(lock) }
        #expect(flock(lock, LOCK_EX) == 0)
        body()
    }

    /// Runs a line of words as a shell would split them, in JSON, and expects success.
    @discardableResult
    func json(_ words: String..., at location: SourceLocation = #_sourceLocation) -> Tree {
        // Behind a lone `--` everything is an argument.
        let place = words.firstIndex(of: "--") ?? words.endIndex
        let run = run(words[..<place] + ["--json"] + words[place...])
        #expect(run.exit == 0, "jalon \(words) \(run)", sourceLocation: location)
        return Tree(run.out)
    }

    /// Runs jalon for a person and expects success; the answer.
    @discardableResult
    func does(
        _ words: String..., input: String = "", at location: SourceLocation = #_sourceLocation
    ) -> String {
        let run = run(words, input: input)
        #expect(run.exit == 0, "jalon \(words) \(run)", sourceLocation: location)
        return run.out
    }

    /// The same of words that are at hand.
    @discardableResult
    func does(_ words: [String], at location: SourceLocation = #_sourceLocation) -> String {
        let run = run(words)
        #expect(run.exit == 0, "jalon \(words) \(run)", sourceLocation: location)
        return run.out
    }

    /// Runs jalon and expects one clear failure: its exit code, no answer, and a first line that
    /// says what happened.
    @discardableResult
    func fails(
        _ words: [String], exit: Int32, says text: String, input: String = "",
        at location: SourceLocation = #_sourceLocation
    ) -> Run {
        let run = run(words, input: input)
        #expect(run.exit == exit, "jalon \(words) \(run)", sourceLocation: location)
        #expect(run.out == "", "jalon \(words) \(run)", sourceLocation: location)
        #expect(run.err.hasPrefix("jalon: "), "jalon \(words) \(run)", sourceLocation: location)
        #expect(run.err.contains(text), "jalon \(words) \(run)", sourceLocation: location)
        return run
    }
}

extension Device {
    /// A program that goes on, whose answer and notices are read as they come.
    final class Followed {
        private let process: pid_t
        private let reading: Int32
        private var isEnded = false

        init(_ words: [String], _ variables: [String: String], pipe: String) {
            mkfifo(pipe, 0o600)
            // Without blocking, because nobody writes yet; once the program has started it does.
            reading = open(pipe, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
            process = Program.start(
                words.map { Array($0.utf8) }, environment: variables, input: "/dev/null",
                output: pipe, error: pipe)
            _ = fcntl(reading, F_SETFL, 0)
        }

        deinit {
            end()
            close(reading)
        }

        /// Reads lines until one holds this text; false when the program ends before.
        func reaches(_ text: String) -> Bool {
            var line: [UInt8] = []
            var byte: UInt8 = 0
            while read(reading, &byte, 1) == 1 {
                if byte != 10 {
                    line.append(byte)
                } else if String(decoding: line, as: UTF8.self).contains(text) {
                    return true
                } else {
                    line = []
                }
            }
            return false
        }

        /// Ends it as Ctrl-C would; its exit code.
        @discardableResult
        func end() -> Int32 {
            guard !isEnded else { return 0 }
            isEnded = true
            kill(process, SIGINT)
            return Program.wait(process)
        }
    }

    /// Starts a program that goes on until it is ended, under another one if it is given.
    func follow(_ words: [String], under starter: [String] = []) -> Followed {
        Followed(starter + [Program.jalon] + words, variables, pipe: home + "/.followed")
    }

    /// A machine with new books.
    static func withBooks(_ name: String = "Atelier Nord", country: String? = nil) -> Device {
        let device = Device()
        var words = ["init", "--name", name, "--currency", "EUR"]
        if let country { words += ["--country", country] }
        let run = device.run(words)
        #expect(run.exit == 0, "\(run)")
        return device
    }

    /// A machine that joins another's books by its invitation.
    func join(_ other: Device, as name: String) {
        let invitation = other.run(["invite"])
        #expect(invitation.exit == 0, "\(invitation)")
        let joined = run(["join", "-", "--device", name], input: invitation.lastLine + "\n")
        #expect(joined.exit == 0, "\(joined)")
    }
}
