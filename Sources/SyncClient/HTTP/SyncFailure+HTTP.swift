import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Wire

extension HTTPClientResponse {
    /// Whether the content claims to be lines of a conversation.
    var isLines: Bool { content.hasPrefix("application/x-ndjson") }

    /// What the content claims to be.
    var content: String { headers.first(name: "content-type")?.lowercased() ?? "" }
}

extension SyncFailure {
    /// Bytes of a refusal that are read.
    private static let refusalBytesMax = 4_096

    /// What an answer means that is not a conversation.
    static func from(
        _ answer: HTTPClientResponse, address: PeerAddress
    ) async throws -> SyncFailure {
        let status = Int(answer.status.code)
        if answer.content.hasPrefix("application/json") || answer.isLines {
            let line = await firstLine(of: answer.body)
            if case .refused(let refusal) = try? Line(line) { return .refused(refusal) }
        }
        switch status {
        case 413: return .refused(Refusal(.size))
        case 502, 503, 504:
            return .unreachable(host: address.host, .gateway(status: status))
        default:
            return .notARelay(address: address.text, status: status, content: answer.content)
        }
    }

    /// The first line of an answer that holds no other; empty when it does not come whole.
    private static func firstLine(of body: HTTPClientResponse.Body) async -> [UInt8] {
        var pace = AnswerPace()
        var bytes: [UInt8] = []
        do {
            for try await part in body {
                try pace.take(part.readableBytesView)
                bytes += part.readableBytesView
                guard bytes.count <= refusalBytesMax, !bytes.contains(0x0a) else { break }
            }
        } catch {
            return []
        }
        return Array(bytes.prefix { $0 != 0x0a })
    }

    /// What an error of the network means; cancelling stays cancelling.
    static func from(_ error: any Error, host: String, isAnswering: Bool) -> any Error {
        switch error {
        case is CancellationError: return error
        case let error as HTTPClientError: return from(error, host: host, isAnswering: isAnswering)
        case let error as NIOConnectionError:
            guard !error.connectionErrors.isEmpty else {
                return Self.unreachable(host: host, .unknownHost)
            }
            return from(error.connectionErrors[0].error, host: host, isAnswering: isAnswering)
        case let error as IOError where isAnswering || error.errnoCode == ECONNRESET:
            return Self.cut(host: host)
        case let error as IOError:
            return error.errnoCode == ECONNREFUSED
                ? Self.unreachable(host: host, .notListening)
                : Self.unreachable(
                    host: host, .other(String(cString: strerror(error.errnoCode))))
        case HTTPParserError.invalidEOFState: return Self.cut(host: host)
        case is HTTPParserError:
            return Self.notARelay(address: host, status: 0, content: "")
        case let error as ChannelError where error != .inappropriateOperationForState:
            if case .connectTimeout = error { return Self.unreachable(host: host, .silent) }
            return Self.cut(host: host)
        default:
            // The TLS library's errors have no type that this target names.
            if String(reflecting: type(of: error)).hasPrefix("NIOSSL.") {
                return Self.insecure(host: host, reason: "\(error)")
            }
            return Self.unreachable(host: host, .other("\(error)"))
        }
    }

    private static func from(
        _ error: HTTPClientError, host: String, isAnswering: Bool
    ) -> any Error {
        switch error {
        case .cancelled: CancellationError()
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout:
            Self.unreachable(host: host, .silent)
        case .readTimeout, .writeTimeout, .deadlineExceeded:
            isAnswering ? Self.cut(host: host) : Self.unreachable(host: host, .silent)
        case .remoteConnectionClosed, .uncleanShutdown: Self.cut(host: host)
        default: Self.unreachable(host: host, .other("\(error)"))
        }
    }
}
