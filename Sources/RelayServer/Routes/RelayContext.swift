package import Hummingbird
package import NIOCore

/// What a request carries beside itself: its connection.
package struct RelayContext: RequestContext, Sendable {
    package var coreContext: CoreRequestContextStorage
    /// The connection.
    package let channel: any Channel

    package init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Ends the connection after this answer, whatever of the request is still to come.
    func endsSoon() {
        channel.triggerUserOutboundEvent(ConnectionNotice.endsSoon, promise: nil)
    }

    /// The answer lasts for as long as the client listens.
    func answerLasts() {
        channel.triggerUserOutboundEvent(ConnectionNotice.answerLasts, promise: nil)
    }
}
