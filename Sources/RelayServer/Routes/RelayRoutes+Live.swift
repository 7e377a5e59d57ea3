import Convergence
import Hummingbird
import NIOCore
import Wire

extension RelayRoutes {
    /// The live channel: a line with the mailbox's position whenever the device is behind, an
    /// empty one as a sign of life.
    func live(_ request: Request, _ context: RelayContext) async throws -> Response {
        let visitor = Visitor(books: try Self.books(context), token: try Self.token(request))
        guard let known = request.uri.queryParameters.get("position").flatMap(Int64.init(_:)),
            (0...Limits.numberMax).contains(known)
        else { throw Refused(.form) }
        // Subscribed before it looks, or what is added in between would go unsaid.
        let subscription = try hub.subscribe(visitor)
        let position = try await store.read { database in
            try gate.mailbox(of: visitor, in: database).mailbox.state().position
        }
        context.answerLasts()
        // A device that is gone gives its place back at once, not at the next sign of life.
        context.channel.closeFuture.whenComplete { [end = subscription.end] _ in end() }
        return Response(
            status: .ok, headers: [.contentType: Answers.lines, .cacheControl: "no-store"],
            body: ResponseBody { writer in
                var told = known
                if position != told {
                    told = position
                    try await writer.write(Self.line(position))
                } else {
                    try await writer.write(Self.beat)
                }
                for await newest in subscription.signals {
                    if let newest, newest > told {
                        told = newest
                        try await writer.write(Self.line(newest))
                    } else {
                        try await writer.write(Self.beat)
                    }
                }
                try await writer.finish(nil)
            })
    }

    private static let beat = ByteBuffer(string: "\n")

    private static func line(_ position: Int64) -> ByteBuffer {
        ByteBuffer(string: "{\"position\":\(position)}\n")
    }
}
