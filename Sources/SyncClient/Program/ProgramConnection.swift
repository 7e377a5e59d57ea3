import Dispatch
import Glibc
import Synchronization

/// A running program, and the streams to and from it.
///
/// Its input and output are one socket, so that writing to a program that is gone is an error and
/// no signal. All waiting happens on a queue of its own, never on a thread of the cooperative pool.
final class ProgramConnection: Sendable {
    /// Bytes of complaints that are kept.
    private static let complaintBytesMax = 4_096
    private static let partBytes = 65_536

    private struct State {
        var outgoing: ArraySlice<UInt8> = []
        var complaint: [UInt8] = []
        var isSilent = false
        var status: Int32?
    }

    private let process: pid_t
    private let streams: Int32
    private let complaints: Int32
    private let queue = DispatchQueue(label: "program")
    private let state = Mutex(State())

    /// Starts a program that is looked for in `PATH`. Throws ``ProgramFault/noProgram``.
    init(_ words: [String]) throws(ProgramFault) {
        var pair: [Int32] = [-1, -1]
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &pair) == 0, Self.makePipe(&ends) else {
            throw .ended(status: -1, complaint: String(cString: strerror(errno)))
        }
        let result = Self.spawn(words, streams: pair[1], complaints: ends[1])
        close(pair[1])
        close(ends[1])
        guard case .success(let process) = result else {
            close(pair[0])
            close(ends[0])
            guard case .failure(let fault) = result, fault.code != ENOENT else {
                throw .noProgram
            }
            throw .ended(status: -1, complaint: String(cString: strerror(fault.code)))
        }
        self.process = process
        streams = pair[0]
        complaints = ends[0]
        _ = fcntl(streams, F_SETFL, O_NONBLOCK)
        _ = fcntl(complaints, F_SETFL, O_NONBLOCK)
    }

    deinit {
        close(streams)
        close(complaints)
        guard state.withLock({ $0.status }) == nil else { return }
        kill(process, SIGTERM)
        var status: Int32 = 0
        waitpid(process, &status, 0)
    }

    private static func makePipe(_ ends: inout [Int32]) -> Bool {
        guard pipe(&ends) == 0 else { return false }
        return ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
    }

    private struct SpawnFault: Error { let code: Int32 }

    private static func spawn(
        _ words: [String], streams: Int32, complaints: Int32
    ) -> Result<pid_t, SpawnFault> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, streams, 0)
        posix_spawn_file_actions_adddup2(&actions, streams, 1)
        posix_spawn_file_actions_adddup2(&actions, complaints, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // What this program ignores or blocks is its own affair.
        var (none, pipe) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &pipe)
        let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        posix_spawnattr_setflags(&attributes, flags)
        let arguments = words.map { strdup($0) }
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawnp(
            &process, words[0], &actions, &attributes, arguments + [nil], environ)
        return code == 0 ? .success(process) : .failure(SpawnFault(code: code))
    }

    // MARK: - Talking

    /// Adds bytes to what the program is sent while parts are waited for.
    func send(_ bytes: [UInt8]) { state.withLock { $0.outgoing.append(contentsOf: bytes) } }

    /// The next bytes that the program writes; empty when it ended its output, or was silent for so
    /// many seconds (then ``isSilent``).
    func nextPart(patience: Int32) async -> [UInt8] {
        await onQueue { self.move(milliseconds: patience > 0 ? patience * 1_000 : -1) }
    }

    /// Whether the last wait was in vain.
    var isSilent: Bool { state.withLock { $0.isSilent } }

    /// Ends the program's input and waits for its end; its status, and what it complained.
    func end() async -> (status: Int32, complaint: String) {
        await onQueue {
            shutdown(self.streams, Int32(SHUT_WR))
            return self.reap()
        }
    }

    /// Ends the program at once.
    func cancel() {
        if state.withLock({ $0.status }) == nil { kill(process, SIGTERM) }
    }

    private func onQueue<T: Sendable>(_ body: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: body()) }
        }
    }

    private func move(milliseconds: Int32) -> [UInt8] {
        state.withLock { $0.isSilent = false }
        while true {
            let isSending = state.withLock { !$0.outgoing.isEmpty }
            let events = Int16(POLLIN) | (isSending ? Int16(POLLOUT) : 0)
            var waits = [
                pollfd(fd: streams, events: events, revents: 0),
                pollfd(fd: complaints, events: Int16(POLLIN), revents: 0),
            ]
            // A stream of complaints that ended would be ready for ever.
            let count = poll(&waits, isHeard ? 2 : 1, milliseconds)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                state.withLock { $0.isSilent = true }
                return []
            }
            if waits[1].revents != 0 { hear() }
            if waits[0].revents & Int16(POLLOUT) != 0 { write() }
            if waits[0].revents & ~Int16(POLLOUT) != 0, let part = read() { return part }
        }
    }

    private let heard = Mutex(true)
    private var isHeard: Bool { heard.withLock { $0 } }

    /// What came; nil when nothing did yet, empty at the end.
    private func read() -> [UInt8]? {
        var part = [UInt8](repeating: 0, count: Self.partBytes)
        let count = recv(streams, &part, part.count, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR ? nil : [] }
        return Array(part[..<count])
    }

    private func write() {
        state.withLock { state in
            let count = state.outgoing.withUnsafeBytes {
                Glibc.send(streams, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                state.outgoing = state.outgoing.dropFirst(count)
            } else if errno != EAGAIN, errno != EINTR {
                // It reads no more: what it says of that comes next.
                state.outgoing = []
            }
        }
    }

    private func hear() {
        var part = [UInt8](repeating: 0, count: 1_024)
        let count = Glibc.read(complaints, &part, part.count)
        if count == 0 { heard.withLock { $0 = false } }
        guard count > 0 else { return }
        state.withLock { state in
            state.complaint.append(contentsOf: part[..<count])
            // The last words say why.
            state.complaint = state.complaint.suffix(Self.complaintBytesMax)
        }
    }

    /// Waits a little for the program's end, then ends it; its exit status, or minus its signal.
    private func reap() -> (status: Int32, complaint: String) {
        var raw: Int32 = 0
        var looks = 0
        while waitpid(process, &raw, WNOHANG) == 0 {
            looks += 1
            if looks == Self.looksMax { kill(process, SIGTERM) }
            if looks == 2 * Self.looksMax { kill(process, SIGKILL) }
            var waits = [pollfd(fd: complaints, events: Int16(POLLIN), revents: 0)]
            if poll(&waits, isHeard ? 1 : 0, 50) > 0 { hear() }
        }
        // What it said before it ended; another process may keep the stream open.
        while isHeard {
            var waits = [pollfd(fd: complaints, events: Int16(POLLIN), revents: 0)]
            guard poll(&waits, 1, 0) > 0 else { break }
            hear()
        }
        let status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : -(raw & 0x7f)
        return state.withLock { state in
            state.status = status
            return (status, String(decoding: state.complaint, as: UTF8.self))
        }
    }

    /// Looks for the end, 50 ms apart, before the program is ended.
    private static let looksMax = 100
}
