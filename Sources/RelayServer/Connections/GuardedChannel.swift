import HummingbirdCore
import Logging
import NIOCore

/// An HTTP connection with a ``ConnectionGuard`` before it.
struct GuardedChannel: ServerChildChannel {
    let http: HTTP1Channel
    let doorkeeper: Doorkeeper
    let metrics: Metrics

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        channel.eventLoop.makeCompletedFuture {
            let handler = ConnectionGuard(doorkeeper: doorkeeper, metrics: metrics)
            try channel.pipeline.syncOperations.addHandler(handler)
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}
