import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// The forms of an answer.
enum Answers {
    /// Lines of a conversation or of the live channel.
    static let lines = "application/x-ndjson"
    static let json = "application/json"

    /// A small body.
    static func text(
        _ text: String, status: HTTPResponse.Status = .ok, type: String = json
    ) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// A whole request that is not taken.
    static func refused(_ code: Refusal.Code) -> Response {
        let line = String(decoding: Line.refused(Refusal(code)).encoded, as: UTF8.self)
        var answer = text(line + "\n", status: status(of: code))
        if code == .busy { answer.headers[.retryAfter] = "5" }
        if code == .token { answer.headers[.wwwAuthenticate] = "Bearer" }
        return answer
    }

    /// The status of a refusal: `Protocol/http.md`.
    static func status(of code: Refusal.Code) -> HTTPResponse.Status {
        switch code {
        case .form, .version, .signature: .badRequest
        case .size: .contentTooLarge
        case .books, .key: .conflict
        case .token: .unauthorized
        case .proof, .revoked, .enrolment: .forbidden
        case .quota: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        case .busy: .serviceUnavailable
        case .storage: .internalServerError
        }
    }
}

extension Refused {
    /// What a client is told when a conversation cannot go on.
    init(of failure: WireFailure) {
        switch failure {
        case .limit: self.init(.size)
        case .version: self.init(.version)
        case .books: self.init(.books)
        case .refused(let refusal): self.init(refusal.code)
        case .form, .order, .cut, .restless: self.init(.form)
        }
    }

    /// What a client is told when the store does not take or give something.
    init(of failure: StoreFailure) {
        switch failure {
        case .busy: self.init(.busy)
        case .full, .broken: self.init(.storage)
        }
    }
}
