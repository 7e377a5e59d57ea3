import Hummingbird

/// Looks for an answer in a task of its own, whose memory is given back with it. A connection's task
/// keeps for as long as it lives what its deepest call ever took, and a live channel lives for days.
struct BriefResponder<Inner: HTTPResponder>: HTTPResponder
where Inner.Context: Sendable {
    let inner: Inner

    @concurrent
    func respond(to request: Request, context: Inner.Context) async throws -> Response {
        async let answer = inner.respond(to: request, context: context)
        return try await answer
    }
}
