import Logging
import NIOCore

/// Keeps the listening socket open when a connection cannot be taken: out of file descriptors or
/// memory, or a client that left before its turn. The server would stop listening otherwise.
final class AcceptShield: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = Any
    typealias InboundOut = Any
    typealias OutboundIn = Any
    typealias OutboundOut = Any

    private static let pause = TimeAmount.milliseconds(200)

    private let logger: Logger
    private var isPausing = false
    private var isReadWaiting = false

    init(logger: Logger) { self.logger = logger }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isPausing else { return }
        isPausing = true
        logger.warning("a connection could not be taken", metadata: ["reason": "\(error)"])
        // Asking again at once would only burn the processor until somebody hangs up. Reading is
        // taken out of the selector as well, which would report the waiting connection for ever.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPausing = false
            try? context.channel.syncOptions?.setOption(.autoRead, value: true)
            if self.isReadWaiting {
                self.isReadWaiting = false
                context.read()
            }
        }
    }

    func read(context: ChannelHandlerContext) {
        if isPausing { isReadWaiting = true } else { context.read() }
    }
}
