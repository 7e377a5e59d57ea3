import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Wire

/// Sees every request: gives refusals their form, counts, and logs. Neither tokens nor enrolments
/// nor whole ids of books come into a log.
struct Observer: RouterMiddleware {
    let metrics: Metrics

    @concurrent
    func handle(
        _ request: Request, context: RelayContext,
        next: @concurrent (Request, RelayContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        var metadata: Logger.Metadata = [:]
        var answer: Response
        do {
            answer = try await next(request, context)
        } catch {
            answer = Self.answer(to: error, &metadata)
            if let code = (error as? Refused)?.code { metrics.countRefusal(code) }
        }
        if answer.status.code >= 400 {
            answer.headers[.connection] = "close"
            context.endsSoon()
        }
        let route = context.endpointPath ?? "none"
        metrics.countRequest(route: route, status: answer.status.code)
        metadata["route"] = "\(route)"
        metadata["status"] = .stringConvertible(answer.status.code)
        metadata["microseconds"] = .stringConvertible(Self.microseconds(since: start))
        if let books = context.parameters.get("books") { metadata["books"] = "\(books.prefix(8))" }
        let level: Logger.Level =
            switch answer.status.code {
            case 500...: .error
            case 400...: .notice
            default: route == "/health" || route == "/metrics" ? .debug : .info
            }
        context.logger.log(level: level, "request", metadata: metadata)
        return answer
    }

    private static func answer(to error: any Error, _ metadata: inout Logger.Metadata) -> Response {
        switch error {
        case let refused as Refused:
            metadata["refused"] = "\(refused.code.rawValue)"
            return Answers.refused(refused.code)
        case let failure as StoreFailure:
            metadata["reason"] = "\(failure)"
            return Answers.refused(Refused(of: failure).code)
        case let failure as any HTTPResponseError:
            return Answers.text(
                "{\"error\":\"nothing answers here: this is a relay of jalon\"}\n",
                status: failure.status)
        case is ClientLeft, is CancellationError, is ChannelError:
            metadata["reason"] = "the client left"
            return Answers.refused(.form)
        default:
            metadata["reason"] = "\(error)"
            return Answers.refused(.storage)
        }
    }

    private static func microseconds(since start: ContinuousClock.Instant) -> Int64 {
        let parts = (ContinuousClock.now - start).components
        return parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000
    }
}
