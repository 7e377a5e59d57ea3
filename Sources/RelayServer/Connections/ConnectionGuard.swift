import NIOCore

/// What a route tells the guard of its connection.
enum ConnectionNotice: Sendable {
    /// The answer lasts: when the client stops talking, nobody listens any more.
    case answerLasts
    /// The connection ends after this answer; the rest of the request is not worth waiting for.
    case endsSoon
}

/// Stands between the socket and HTTP: turns away connections over a limit, and ends those that do
/// not take their answers.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long a part of an answer may wait for the client to take it.
    static let stallMax = TimeAmount.seconds(30)
    /// How long the rest of a refused request is read, so that the client sees the answer.
    static let lingerMax = TimeAmount.seconds(10)
    /// How many bytes of it.
    static let lingerBytesMax = 8 << 20
    /// How long a connection that was turned away has to read why.
    static let farewellMax = TimeAmount.seconds(1)

    /// What a connection over a limit gets.
    private static let tooMany = """
        HTTP/1.1 503 Service Unavailable\r
        content-type: application/json\r
        retry-after: 5\r
        connection: close\r
        content-length: 42\r
        \r
        {"refused":{"kind":"later","code":"busy"}}
        """

    private let doorkeeper: Doorkeeper
    private let metrics: Metrics
    private var address: String?
    private var isLetIn = false
    private var answerLasts = false
    private var lingerBytesLeft: Int?
    private var pendingWrites = 0
    private var lastProgress = NIODeadline.now()
    private var stallCheck: Scheduled<Void>?

    init(doorkeeper: Doorkeeper, metrics: Metrics) {
        self.doorkeeper = doorkeeper
        self.metrics = metrics
    }

    func handlerAdded(context: ChannelHandlerContext) {
        address = Self.countedAddress(context.channel.remoteAddress)
        isLetIn = doorkeeper.letsIn(address)
        if isLetIn {
            metrics.countConnection(opened: true)
        } else {
            metrics.countConnectionRefused()
        }
        if !isLetIn, context.channel.isActive { turnAway(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        if !isLetIn { turnAway(context) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stallCheck?.cancel()
        stallCheck = nil
        if isLetIn {
            isLetIn = false
            doorkeeper.letOut(address)
            metrics.countConnection(opened: false)
        }
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if let left = lingerBytesLeft {
            lingerBytesLeft = left - unwrapInboundIn(data).readableBytes
            guard left > 0 else { return context.close(promise: nil) }
        }
        // What a connection says that was not let in goes unheard.
        if isLetIn { context.fireChannelRead(data) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if answerLasts, let event = event as? ChannelEvent, event == .inputClosed {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        switch event as? ConnectionNotice {
        case .answerLasts:
            answerLasts = true
            promise?.succeed()
        case .endsSoon:
            closeSoon(context, in: Self.lingerMax)
            promise?.succeed()
        case nil: context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise(of: Void.self)
        if pendingWrites == 0 { lastProgress = .now() }
        pendingWrites += 1
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.pendingWrites -= 1
            self.lastProgress = .now()
        }
        context.write(data, promise: promise)
        if stallCheck == nil { watchForStall(context, in: Self.stallMax) }
    }

    private func watchForStall(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        stallCheck = context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            self.stallCheck = nil
            guard self.pendingWrites > 0 else { return }
            let waited = NIODeadline.now() - self.lastProgress
            if waited >= Self.stallMax {
                context.close(promise: nil)
            } else {
                self.watchForStall(context, in: Self.stallMax - waited)
            }
        }
    }

    private func turnAway(_ context: ChannelHandlerContext) {
        let answer = context.channel.allocator.buffer(string: Self.tooMany)
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        context.close(mode: .output, promise: nil)
        closeSoon(context, in: Self.farewellMax)
    }

    private func closeSoon(_ context: ChannelHandlerContext, in delay: TimeAmount) {
        lingerBytesLeft = Self.lingerBytesMax
        context.eventLoop.assumeIsolated().scheduleTask(in: delay) {
            context.close(promise: nil)
        }
    }

    /// The address that a limit counts; nil for this machine's own.
    private static func countedAddress(_ address: SocketAddress?) -> String? {
        guard let ip = address?.ipAddress else { return nil }
        let isLoopback = ip.hasPrefix("127.") || ip == "::1" || ip.hasPrefix("::ffff:127.")
        return isLoopback ? nil : ip
    }
}
