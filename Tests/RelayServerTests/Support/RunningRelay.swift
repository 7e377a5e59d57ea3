import AsyncHTTPClient
import Logging
import RelayServer
import SyncClient
import Synchronization
import TestSupport

/// A relay on a free port, and a client to it.
struct RunningRelay {
    let relay: Relay
    let address: PeerAddress
    let client: HTTPClient
    let log: LogLines
}

/// What a relay logged.
final class LogLines: Sendable {
    private let lines = Mutex<[String]>([])

    func add(_ line: String) { lines.withLock { $0.append(line) } }

    var all: String { lines.withLock { $0.joined() } }
}

/// Runs a relay, and stops it as SIGTERM would once `body` is done.
@discardableResult
func withRelay<T>(
    _ folder: TemporaryFolder, _ adapt: (inout RelayConfiguration) -> Void = { $0.isOpen = true },
    _ body: (RunningRelay) async throws -> T
) async throws -> T {
    var configuration = RelayConfiguration(
        data: DataFolder(folder.data), host: "127.0.0.1", port: 0, secretFile: folder.secret)
    configuration.stopsOnSignals = false
    // As patient as its client.
    configuration.idleSeconds = 3_600
    configuration.bodyGraceSeconds = 3_600
    adapt(&configuration)
    let log = LogLines()
    var logger = Logger(label: "test") { _ in LineLogHandler { log.add($0) } }
    logger.logLevel = .debug
    let relay = try Relay(configuration, logger: logger)
    let (ports, port) = AsyncStream<Int>.makeStream()
    let serving = Task {
        defer { port.finish() }
        try await relay.run { port.yield($0) }
    }
    var known: Int?
    for await number in ports {
        known = number
        break
    }
    guard let known else {
        try await serving.value
        throw Missing(what: "port")
    }
    let client = HTTPClient.patient()
    let address = try PeerAddress("http://127.0.0.1:\(known)/")
    let result: Result<T, any Error>
    do {
        result = .success(
            try await body(
                RunningRelay(relay: relay, address: address, client: client, log: log)))
    } catch {
        result = .failure(error)
    }
    await relay.stop()
    try await serving.value
    try await client.shutdown()
    return try result.get()
}
