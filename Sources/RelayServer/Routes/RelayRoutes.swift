import Convergence
import Crypto
package import Hummingbird
import HTTPTypes
import Logging
import NIOCore
import Wire

/// What a relay answers: `Protocol/http.md`.
package struct RelayRoutes: Sendable {
    let store: RelayStore
    let gate: Gate
    let hub: LiveHub
    let metrics: Metrics
    let quotaBytes: Int64
    let bodyGraceSeconds: Int64
    let intake = Intake()
    let known = KnownVisitors()
    /// Milliseconds since 1970.
    let now: @Sendable () -> Int64

    /// Routes over a store.
    package init(
        store: RelayStore, gate: Gate, hub: LiveHub, metrics: Metrics, quotaBytes: Int64,
        bodyGraceSeconds: Int64, now: @escaping @Sendable () -> Int64
    ) {
        self.store = store
        self.gate = gate
        self.hub = hub
        self.metrics = metrics
        self.quotaBytes = quotaBytes
        self.bodyGraceSeconds = bodyGraceSeconds
        self.now = now
    }

    /// The routes with what watches over all of them.
    package func router() -> Router<RelayContext> {
        let router = Router(context: RelayContext.self)
        router.middlewares.add(Observer(metrics: metrics))
        router.get("/health") { _, _ in await health() }
        router.get("/metrics") { _, _ in
            Answers.text(metrics.page(live: hub.count), type: "text/plain; version=0.0.4")
        }
        router.post("/v1/books/:books/devices", use: admit)
        router.get("/v1/books/:books/devices", use: devices)
        router.post("/v1/books/:books/sync", use: sync)
        router.get("/v1/books/:books/live", use: live)
        return router
    }

    private func health() async -> Response {
        if await store.isHealthy() { return Answers.text("{\"status\":\"ok\"}\n") }
        return Answers.text("{\"status\":\"storage failed\"}\n", status: .serviceUnavailable)
    }

    private func admit(_ request: Request, _ context: RelayContext) async throws -> Response {
        let books = try Self.books(context)
        var reader = try BodyReader(
            request, bytesMax: AdmissionBody.bytesMax, graceSeconds: bodyGraceSeconds)
        var bytes: [UInt8] = []
        try await reader.read(request) { bytes.append(contentsOf: $0.readableBytesView) }
        let asked = try AdmissionBody.read(bytes)
        if let fault = asked.admission.fault(for: books) { throw Refused(fault) }
        let time = now()
        try await store.commit { database in
            try gate.admit(asked, to: books, at: time, in: database)
        }
        return Answers.text("{\"admitted\":true}\n", status: .created)
    }

    /// What the other devices were handed: a line for each.
    private func devices(_ request: Request, _ context: RelayContext) async throws -> Response {
        let visitor = Visitor(books: try Self.books(context), token: try Self.token(request))
        let lines = try await store.read { database in
            let (mailbox, device) = try gate.mailbox(of: visitor, in: database)
            let position = try mailbox.state().position
            return try DeviceTable(database).others(of: mailbox, than: device).map { other in
                DeviceLine(name: other.name ?? "", position: min(other.position, position)).encoded
                    + [0x0a]
            }
        }
        return Response(
            status: .ok, headers: [.contentType: Answers.lines, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: lines.joined())))
    }

    /// The books that a path names.
    static func books(_ context: RelayContext) throws(Refused) -> BooksID {
        guard let text = context.parameters.get("books"), let books = BooksID(text: text) else {
            throw Refused(.form)
        }
        return books
    }

    /// The token that a request shows.
    static func token(_ request: Request) throws(Refused) -> [UInt8] {
        let words = request.headers[.authorization]?.split(separator: " ") ?? []
        guard words.count == 2, words[0].lowercased() == "bearer",
            let token = Base64URL.decode(String(words[1])), token.count == Admission.tokenBytes
        else { throw Refused(.token) }
        return token
    }
}
