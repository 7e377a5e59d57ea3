import Glibc

/// A real sshd on a free port of this machine, with keys made for it alone, and an `ssh` that knows
/// them.
final class SSHServer {
    let folder = Files.temporary()
    private(set) var port = 0
    private var process: pid_t = 0

    /// Why there is none; nil when there can be one. Installs it first where that is allowed.
    static let hindrance: String? = {
        let look = "test -x /usr/sbin/sshd && command -v ssh && command -v ssh-keygen"
        if Files.shell(look) == 0 { return nil }
        guard getuid() == 0 else { return "openssh-server is not installed, and only root may" }
        // Nothing of it is to run by itself on this machine.
        let install = """
            export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 PATH=/usr/sbin:/usr/bin:/sbin:/bin
            apt-get update && apt-get install -y --no-install-recommends openssh-server
            """
        _ = Files.shell(install)
        return Files.shell(look) == 0 ? nil : "openssh-server cannot be installed here"
    }()

    static let isPossible: Bool = {
        if let hindrance { print("The journeys over ssh are left out: \(hindrance).") }
        return hindrance == nil
    }()

    init() {
        let make = """
            cd '\(folder)' && chmod 755 . && mkdir bin && if test "$(id -u)" = 0
            then mkdir -p /run/sshd; fi
            for key in host other user stranger
            do ssh-keygen -q -t ed25519 -N '' -C test -f $key; done
            cp user.pub authorized
            """
        precondition(Files.shell(make) == 0, "keys can be made")
        mkfifo(folder + "/log", 0o600)
        // sshd takes no socket from who starts it, so another program may take the port before it.
        let listens = (0..<20).contains { _ in start(at: Self.freePort()) }
        precondition(listens, "sshd listens")
        use()
    }

    /// Whether the server listens at this port now; if not, it is not there.
    private func start(at port: Int) -> Bool {
        self.port = port
        for (name, key) in [("known", "host"), ("wrong", "other")] {
            let line = "[127.0.0.1]:\(port) " + Files.read("\(folder)/\(key).pub")
            Files.write(line, to: folder + "/" + name)
        }
        Files.write(
            """
            ListenAddress 127.0.0.1
            Port \(port)
            HostKey \(folder)/host
            AuthorizedKeysFile \(folder)/authorized
            PidFile \(folder)/pid
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            PermitRootLogin yes
            StrictModes no
            SetEnv PATH=\(Program.folder):/usr/bin:/bin

            """, to: folder + "/config")
        if start() { return true }
        _ = Program.wait(process)
        return false
    }

    deinit {
        kill(process, SIGTERM)
        _ = Program.wait(process)
        Files.shell("rm -rf '\(folder)'")
    }

    /// An `ssh` for a device that shows the key of this name and knows the hosts of this file.
    func use(key: String = "user", hosts: String = "known") {
        let script = """
            #!/bin/sh
            exec /usr/bin/ssh -F none -i '\(folder)/\(key)' -o IdentitiesOnly=yes \
            -o UserKnownHostsFile='\(folder)/\(hosts)' -o GlobalKnownHostsFile=/dev/null "$@"

            """
        Files.write(script, to: folder + "/bin/ssh")
        chmod(folder + "/bin/ssh", 0o755)
    }

    /// Lets the key do nothing but start this command.
    func allow(only command: String) {
        let key = Files.read(folder + "/user.pub")
        Files.write("restrict,command=\"\(command)\" \(key)", to: folder + "/authorized")
    }

    /// Lets a device use it.
    func serve(_ device: Device) { device.variables["PATH"] = folder + "/bin:/usr/bin:/bin" }

    /// The address of a folder there.
    func address(_ path: String) -> String { "ssh://127.0.0.1:\(port)\(path)" }

    /// Starts the server; whether it listens. One that cannot ends by itself.
    private func start() -> Bool {
        let log = folder + "/log"
        let reading = open(log, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        process = Program.start(
            ["/usr/sbin/sshd", "-D", "-e", "-f", folder + "/config"].map { Array($0.utf8) },
            environment: ["PATH": "/usr/bin:/bin"], input: "/dev/null", output: "/dev/null",
            error: log)
        _ = fcntl(reading, F_SETFL, 0)
        var text = ""
        var byte: UInt8 = 0
        while !text.contains("listening"), read(reading, &byte, 1) == 1 {
            text.append(Character(Unicode.Scalar(byte)))
        }
        guard text.contains("listening") else {
            close(reading)
            return false
        }
        // Who writes into a pipe that nobody reads is ended: it stays open.
        _ = fcntl(reading, F_SETFL, O_NONBLOCK)
        return true
    }

    /// A port that was free a moment ago.
    private static func freePort() -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, size)
                _ = getsockname(descriptor, $0, &size)
            }
        }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
