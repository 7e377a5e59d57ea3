import ArgumentParser
import Logging
import RelayServer

/// Runs the relay until it is told to stop.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run a relay until SIGTERM or Ctrl-C.",
        discussion: """
            Prints one line once it listens. It speaks HTTP; put a reverse proxy with a \
            certificate before it when it is reached over the internet. GET /health and \
            GET /metrics tell how it is.
            """)

    @OptionGroup var place: Place

    @Option(
        help: ArgumentHelp(
            "The address to listen on; port 0 takes a free one.", valueName: "host:port"))
    var listen: ListenAddress = ListenAddress(host: "127.0.0.1", port: 8787)

    @Flag(help: "Take any books without an enrolment: for a test or a home network.")
    var open = false

    @Option(
        help: ArgumentHelp(
            "How much one set of books may store, for example 500M or 2G.", valueName: "size"))
    var quota: ByteSize = ByteSize(bytes: 1 << 30)

    @Option(help: ArgumentHelp("Connections at the same time.", valueName: "count"))
    var maxConnections = 16_384

    @Option(
        help: ArgumentHelp(
            "Connections of one address at the same time; 0 is no limit. This machine's own are not counted, so that a reverse proxy may stand for many.",
            valueName: "count"))
    var maxConnectionsPerAddress = 64

    @Option(help: ArgumentHelp("How much is logged, on standard error.", valueName: "level"))
    var log: LogLevel = .info

    func validate() throws {
        guard maxConnections > 0 else {
            throw ValidationError("--max-connections is at least 1.")
        }
        guard maxConnectionsPerAddress >= 0 else {
            throw ValidationError("--max-connections-per-address is 0 or more.")
        }
    }

    func run() async throws {
        var configuration = RelayConfiguration(
            data: place.folder, host: listen.host, port: listen.port, secretFile: place.secretFile)
        configuration.isOpen = open
        configuration.quotaBytes = quota.bytes
        configuration.connectionsMax = maxConnections
        configuration.connectionsPerAddressMax = maxConnectionsPerAddress
        var logger = Logger(label: "jalon-relay") { _ in LineLogHandler() }
        logger.logLevel = log.level
        let relay = try Relay(configuration, logger: logger)
        let host = listen.urlHost
        try await relay.run { port in
            Output.say("listening on http://\(host):\(port)")
        }
    }
}

/// How much is logged.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
    case debug, info, notice, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}
