import AsyncHTTPClient
import Convergence
import NIOCore
import NIOHTTP1
import SyncClient
import Wire

/// An answer as it came.
struct RawAnswer {
    let status: Int
    let contentType: String?
    let text: String

    /// The lines of the answer.
    func lines() throws -> [Line] {
        try text.split(separator: "\n").map { try Line(Array($0.utf8)) }
    }

    /// The refusal that the answer consists of.
    var refusal: Refusal? {
        guard case .refused(let refusal) = try? lines().first else { return nil }
        return refusal
    }
}

extension RunningRelay {
    func post(_ path: String, token: [UInt8]?, _ body: [UInt8]) async throws -> RawAnswer {
        var request = HTTPClientRequest(url: address.text + path)
        request.method = .POST
        request.body = .bytes(ByteBuffer(bytes: body))
        return try await send(request, token: token)
    }

    func get(_ path: String, token: [UInt8]? = nil) async throws -> RawAnswer {
        try await send(HTTPClientRequest(url: address.text + path), token: token)
    }

    func send(_ request: HTTPClientRequest, token: [UInt8]?) async throws -> RawAnswer {
        var request = request
        if let token {
            request.headers.add(name: "authorization", value: "Bearer " + Base64URL.encode(token))
        }
        let answer = try await client.execute(request, timeout: .hours(1))
        let body = try await answer.body.collect(upTo: 1 << 24)
        return RawAnswer(
            status: Int(answer.status.code),
            contentType: answer.headers.first(name: "content-type"), text: String(buffer: body))
    }

    func json(_ request: AdmissionRequest) -> String {
        let admission = request.admission
        return """
            {"key": "\(Base64URL.encode(admission.key))", "proof": "\(Base64URL.encode(admission.proof))",
            "tokenHash": "\(Base64URL.encode(admission.tokenHash))"}
            """
    }
}
