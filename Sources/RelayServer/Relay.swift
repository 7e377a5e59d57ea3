import Foundation
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import ServiceLifecycle
import Synchronization
import UnixSignals

/// A relay: a store, its routes and a server, from start to graceful stop.
package final class Relay: Sendable {
    private let configuration: RelayConfiguration
    private let logger: Logger
    private let store: RelayStore
    private let metrics: Metrics
    private let hub = LiveHub()
    private let gate: Gate
    private let group = Mutex<ServiceGroup?>(nil)

    /// Opens the store; throws ``RelayFailure`` when it cannot.
    package init(_ configuration: RelayConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        let metrics = Metrics()
        self.metrics = metrics
        let secret = try EnrolmentSecret(file: configuration.secretFile)
        gate = Gate(secret: secret, isOpen: configuration.isOpen, random: RelayRandom.bytes)
        store = try RelayStore(
            folder: configuration.data, isServing: true, random: RelayRandom.bytes,
            onCommit: { metrics.countCommit($0) })
    }

    /// Serves until SIGTERM or SIGINT, or until the task is cancelled; then live channels end,
    /// answers under way are finished and the store is closed.
    ///
    /// `onListening` is told the port once connections are taken. Throws ``RelayFailure/listen``.
    package func run(onListening: @escaping @Sendable (_ port: Int) -> Void) async throws {
        defer { store.close() }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let server = makeServer(onListening: onListening)
        var settings = ServiceGroupConfiguration(
            services: [
                .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: hub, successTerminationBehavior: .ignore),
                .init(
                    service: BellWatch(store: store, hub: hub),
                    successTerminationBehavior: .ignore),
            ],
            gracefulShutdownSignals: configuration.stopsOnSignals ? [.sigterm, .sigint] : [],
            logger: quiet)
        settings.maximumGracefulShutdownDuration = .seconds(configuration.stopSeconds)
        let group = ServiceGroup(configuration: settings)
        self.group.withLock { $0 = group }
        do {
            try await group.run()
        } catch let error as IOError {
            throw RelayFailure.listen(address: address, reason: Self.fault(of: error))
        } catch let error as SocketAddressError {
            throw RelayFailure.listen(address: address, reason: .other("\(error)"))
        }
        logger.notice("stopped")
    }

    /// Stops it as SIGTERM does; returns at once.
    package func stop() async {
        await group.withLock { $0 }?.triggerGracefulShutdown()
    }

    private var address: String { "\(configuration.host):\(configuration.port)" }

    private func makeServer(
        onListening: @escaping @Sendable (_ port: Int) -> Void
    ) -> some Service {
        let routes = RelayRoutes(
            store: store, gate: gate, hub: hub, metrics: metrics,
            quotaBytes: configuration.quotaBytes,
            bodyGraceSeconds: configuration.bodyGraceSeconds,
            now: { Int64(Date().timeIntervalSince1970 * 1_000) })
        let files = FileLimit.raise()
        let doorkeeper = Doorkeeper(
            // The rest is for telling who comes then that there is no room.
            totalMax: min(configuration.connectionsMax, files - files / 8),
            perAddressMax: configuration.connectionsPerAddressMax)
        let idle = TimeAmount.seconds(configuration.idleSeconds)
        let (metrics, logger) = (metrics, logger)
        let builder = HTTPServerBuilder { responder in
            let limits = HTTP1Channel.Configuration(
                idleTimeout: idle,
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: 8_192, maxHeaderListSize: 16_384, maxHeaderFieldCount: 100))
            return GuardedChannel(
                http: HTTP1Channel(responder: responder, configuration: limits),
                doorkeeper: doorkeeper, metrics: metrics)
        }
        return Application(
            responder: BriefResponder(inner: routes.router().buildResponder()), server: builder,
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                // All devices come at once after a restart. Who finds no place in the queue asks again
                // only after a second, and then after three and seven.
                serverName: "jalon-relay", backlog: 16_384,
                availableConnectionsDelegate: .maximum(files, logger: logger)),
            onServerRunning: { channel in
                try? await channel.eventLoop.submit {
                    try channel.pipeline.syncOperations.addHandler(
                        AcceptShield(logger: logger), position: .first)
                    // Those who wait are let in before the work of those who are in.
                    try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 256)
                }.get()
                onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger)
    }

    private static func fault(of error: IOError) -> RelayFailure.ListenFault {
        switch error.errnoCode {
        case EADDRINUSE: .inUse
        case EACCES, EPERM: .notAllowed
        case EADDRNOTAVAIL: .notHere
        default: .other(String(cString: strerror(error.errnoCode)))
        }
    }
}
