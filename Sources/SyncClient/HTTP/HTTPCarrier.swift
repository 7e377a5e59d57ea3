package import AsyncHTTPClient
import Convergence
package import NIOCore
import NIOHTTP1
package import Wire

/// Carries conversations over HTTP: one `POST` for each request, and an admission when the relay
/// does not know this device's token.
package struct HTTPCarrier<Member: Membership>: Transport {
    /// The relay.
    package let address: PeerAddress
    private let client: HTTPClient
    private let member: Member

    /// A carrier to a relay over a client, see ``HTTPClient/forSync()``.
    package init(_ address: PeerAddress, member: Member, client: HTTPClient) {
        self.address = address
        self.member = member
        self.client = client
    }

    package func exchange(
        _ request: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
    ) async throws {
        do {
            try await post(request, token: try member.token(), receive)
        } catch SyncFailure.refused(let refusal) where refusal.code == .token {
            // The relay was wiped, or never met this device. Nothing of the answer was taken yet.
            try await post(request, token: try await admit(), receive)
        }
    }

    /// Has this device admitted with a new token, and gives it.
    package func admit() async throws -> [UInt8] {
        let (token, request) = try member.renewal()
        var post = HTTPClientRequest(url: path("devices"))
        post.method = .POST
        post.headers.add(name: "content-type", value: "application/json")
        post.body = .bytes(ByteBuffer(bytes: Self.json(request)))
        let answer = try await send(post)
        guard answer.status == .created else { throw try await refusal(answer) }
        return token
    }

    /// How far the relay says that it handed the mailbox to the other devices.
    package func devices() async throws -> [DeviceLine] {
        var get = HTTPClientRequest(url: path("devices"))
        get.headers.add(
            name: "authorization", value: "Bearer " + Base64URL.encode(try member.token()))
        let answer = try await send(get)
        guard answer.status == .ok, answer.isLines else { throw try await refusal(answer) }
        var parts = answer.body.makeAsyncIterator()
        var splitter = LineSplitter()
        var pace = AnswerPace()
        var devices: [DeviceLine] = []
        while let part = try await next(&parts) {
            try pace.take(part.readableBytesView)
            do {
                devices += try splitter.take(part.readableBytesView).map(DeviceLine.init)
            } catch {
                throw SyncFailure.broken(error)
            }
            guard devices.count <= DeviceLine.countMax else { throw SyncFailure.broken(.limit) }
        }
        return devices
    }

    private func post(
        _ request: [UInt8], token: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
    ) async throws {
        var post = HTTPClientRequest(url: path("sync"))
        post.method = .POST
        post.headers.add(name: "content-type", value: "application/x-ndjson")
        post.headers.add(name: "authorization", value: "Bearer " + Base64URL.encode(token))
        post.body = .bytes(ByteBuffer(bytes: request))
        let answer = try await send(post)
        guard answer.status == .ok, answer.isLines else { throw try await refusal(answer) }
        var parts = answer.body.makeAsyncIterator()
        while let part = try await next(&parts) { try receive(Array(part.readableBytesView)) }
    }

    private func path(_ last: String) -> String {
        "\(address.text)/v1/books/\(member.books.text)/\(last)"
    }

    private func send(_ request: HTTPClientRequest) async throws -> HTTPClientResponse {
        do {
            return try await client.execute(request, timeout: .minutes(10))
        } catch {
            throw SyncFailure.from(error, host: address.host, isAnswering: false)
        }
    }

    private func next(
        _ parts: inout HTTPClientResponse.Body.AsyncIterator
    ) async throws -> ByteBuffer? {
        do {
            return try await parts.next(isolation: #isolation)
        } catch {
            throw SyncFailure.from(error, host: address.host, isAnswering: true)
        }
    }

    private func refusal(_ answer: HTTPClientResponse) async throws -> SyncFailure {
        try await .from(answer, address: address)
    }

    private static func json(_ request: AdmissionRequest) -> [UInt8] {
        var fields = [
            ("key", Base64URL.encode(request.admission.key)),
            ("tokenHash", Base64URL.encode(request.admission.tokenHash)),
            ("proof", Base64URL.encode(request.admission.proof)),
        ]
        if let name = request.name { fields.append(("name", cut(name))) }
        if let enrolment = request.enrolment { fields.append(("enrolment", enrolment)) }
        var json = Array("{".utf8)
        for (position, field) in fields.enumerated() {
            if position > 0 { json.append(UInt8(ascii: ",")) }
            json.append(json: field.0)
            json.append(UInt8(ascii: ":"))
            json.append(json: field.1)
        }
        return json + Array("}".utf8)
    }

    /// A name as long as a relay takes it, cut at a character.
    private static func cut(_ name: String) -> String {
        var name = name
        while name.utf8.count > 200 { name.removeLast() }
        return name
    }
}

extension HTTPClient {
    /// A client for conversations: 5 seconds to connect and 15 of silence unless told, no redirects,
    /// as a token belongs to one address. The caller shuts it down.
    package static func forSync(
        connecting: TimeAmount = .seconds(5), silence: TimeAmount = .seconds(15)
    ) -> HTTPClient {
        make(connecting: connecting, silence: silence)
    }

    /// A client for the live channel, where a sign of life comes every 20 seconds.
    package static func forLiveChannel() -> HTTPClient {
        make(connecting: .seconds(5), silence: .seconds(60))
    }

    private static func make(connecting: TimeAmount, silence: TimeAmount) -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = .init(connect: connecting, read: silence, write: silence)
        // Shorter than a relay's patience, so that no request meets a connection just given up.
        configuration.connectionPool = .init(
            idleTimeout: .seconds(5), concurrentHTTP1ConnectionsPerHostSoftLimit: 64)
        // Nobody listening is said at once, not after five seconds of trying again.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.httpVersion = .http1Only
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }
}
