import AsyncHTTPClient
import NIOCore
import NIOPosix
import SyncClient

/// A server that answers whatever it is asked with these bytes and says no more.
func withRawServer(
    _ answer: [UInt8], _ body: (PeerAddress, HTTPClient) async throws -> Void
) async throws {
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .childChannelOption(.allowRemoteHalfClosure, value: true)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(AnsweringHandler(answer))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    let client = HTTPClient.patient()
    let result: Result<Void, any Error>
    do {
        let port = server.localAddress?.port ?? 0
        result = .success(try await body(try PeerAddress("http://127.0.0.1:\(port)"), client))
    } catch {
        result = .failure(error)
    }
    try await client.shutdown()
    try await server.close()
    try result.get()
}

/// Answers the first thing that it hears.
private final class AnsweringHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: [UInt8]
    private var hasAnswered = false

    init(_ answer: [UInt8]) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !hasAnswered else { return }
        hasAnswered = true
        let buffer = context.channel.allocator.buffer(bytes: answer)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
        // The end alone: a socket that is closed with something unread is reset instead.
        context.close(mode: .output, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
