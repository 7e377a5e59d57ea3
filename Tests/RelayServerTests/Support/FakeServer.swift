import AsyncHTTPClient
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle
import SyncClient

/// A server that answers every request alike, as something does that is not a relay.
@discardableResult
func withFakeServer<T>(
    _ answer: @escaping @Sendable () -> Response,
    _ body: (PeerAddress, HTTPClient) async throws -> T
) async throws -> T {
    let router = Router()
    router.post("**") { _, _ in answer() }
    router.get("**") { _, _ in answer() }
    var logger = Logger(label: "fake")
    logger.logLevel = .critical
    let (ports, port) = AsyncStream<Int>.makeStream()
    let server = Application(
        router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { port.yield($0.localAddress?.port ?? 0) }, logger: logger)
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    let serving = Task {
        defer { port.finish() }
        try await group.run()
    }
    let client = HTTPClient.patient()
    let result: Result<T, any Error>
    do {
        var known = 0
        for await number in ports {
            known = number
            break
        }
        result = .success(try await body(try PeerAddress("http://127.0.0.1:\(known)"), client))
    } catch {
        result = .failure(error)
    }
    await group.triggerGracefulShutdown()
    try await serving.value
    try await client.shutdown()
    return try result.get()
}
