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
            // The idle timeout runs from when the last part is handed to the channel; little may
            // wait there, or a slow client would never get its end.
            try channel.syncOptions?.setOption(
                .writeBufferWaterMark, value: .init(low: 8_192, high: 16_384))
            // An idle connection keeps its last buffer: small ones for those that say little.
            try channel.syncOptions?.setOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 512, maximum: 65_536))
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await http.handle(value: value, logger: logger)
        }
    }
}
