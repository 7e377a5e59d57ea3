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
        logger.warning("a connection could not be taken", metadata: ["reason": "\(error)"])
        guard !isPausing else { return }
        isPausing = true
        // Asking again at once would only burn the processor until somebody hangs up.
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.pause) {
            self.isPausing = false
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
