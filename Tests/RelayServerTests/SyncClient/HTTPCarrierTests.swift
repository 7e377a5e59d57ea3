import AsyncHTTPClient
import Hummingbird
import NIOCore
import SyncClient
import TestSupport
import Testing
import Wire

@Suite struct HTTPCarrierTests {
    private static func answer(
        _ text: String, status: HTTPResponse.Status = .ok, type: String
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    @Test(arguments: [200, 301, 403, 404, 500])
    func `a page of something else is not taken for a relay`(_ status: Int) async throws {
        let page = Self.answer(
            "<html>Welcome</html>", status: .init(code: status), type: "text/html; charset=utf-8")
        try await withFakeServer({ page }) { address, client in
            let device = try Device()
            await #expect(
                throws: SyncFailure.notARelay(
                    address: address.text, status: status, content: "text/html; charset=utf-8")
            ) { try await device.sync(address, client) }
            #expect(device.finished == 0)
        }
    }

    @Test func `a proxy whose relay is down is unreachable`() async throws {
        let page = Self.answer("<html>", status: .badGateway, type: "text/html")
        try await withFakeServer({ page }) { address, client in
            await #expect(
                throws: SyncFailure.unreachable(host: address.host, .gateway(status: 502))
            ) { try await Device().sync(address, client) }
        }
    }

    @Test(arguments: Refusal.Code.allCases)
    func `a refusal comes through with its code`(_ code: Refusal.Code) async throws {
        let text = String(decoding: Line.refused(Refusal(code)).encoded, as: UTF8.self) + "\n"
        let page = Self.answer(text, status: .init(code: 503), type: "application/json")
        try await withFakeServer({ page }) { address, client in
            await #expect(throws: SyncFailure.refused(Refusal(code))) {
                try await Device().sync(address, client)
            }
        }
    }

    @Test func `an answer that ends early keeps what came whole`() async throws {
        let forge = try SegmentForge(writer: 2, books: Device().books)
        let generation = Generation(checked: [UInt8](repeating: 1, count: 16))
        let lines = [Line.welcome(generation, matches: true), .segment(try forge.segment(1))]
        let text: [UInt8] = lines.flatMap { $0.encoded + [0x0a] }
        let device = try Device()
        let page = Self.answer(
            String(decoding: text, as: UTF8.self), type: "application/x-ndjson")
        try await withFakeServer({ page }) { address, client in
            await #expect(throws: SyncFailure.broken(.cut)) {
                try await device.sync(address, client)
            }
        }
        #expect(device.standing == .nowhere)
        #expect(device.held.count == 1)
    }

    @Test func `an answer that is cut at any byte before its last line ended too early`()
        async throws
    {
        let generation = Generation(checked: [UInt8](repeating: 1, count: 16))
        let lines = [
            Line.welcome(generation, matches: true), .end(position: 0, mark: .origin, more: false),
        ].flatMap { $0.encoded + [0x0a] }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: application/x-ndjson\r\n"
        let framings = [
            head + "content-length: \(lines.count)\r\n\r\n",
            head + "transfer-encoding: chunked\r\n\r\n\(String(lines.count, radix: 16))\r\n",
        ]
        for framing in framings {
            let answer = Array(framing.utf8) + lines
            for count in answer.indices {
                try await withRawServer(Array(answer[..<count])) { address, client in
                    await #expect(throws: SyncFailure.cut(host: address.host), "at \(count)") {
                        try await Device().sync(address, client)
                    }
                }
            }
        }
    }

    @Test func `what speaks no HTTP is not a relay`() async throws {
        try await withRawServer(Array("220 mail.example.org ESMTP\r\n".utf8)) { address, client in
            await #expect(
                throws: SyncFailure.notARelay(address: address.host, status: 0, content: "")
            ) { try await Device().sync(address, client) }
        }
    }

    @Test func `a line that cannot be read stops no other, and both sides compare the next time`()
        async throws
    {
        let forge = try SegmentForge(writer: 2, books: Device().books)
        let generation = Generation(checked: [UInt8](repeating: 1, count: 16))
        let segment = try forge.segment(1)
        let lines: [[UInt8]] = [
            Line.welcome(generation, matches: true).encoded, Array("{\"segment\":1,\"bo".utf8),
            segment.line,
            Line.end(position: 2, mark: .origin, more: false).encoded,
        ]
        let text = String(decoding: lines.flatMap { $0 + [0x0a] }, as: UTF8.self)
        let page = Self.answer(text, type: "application/x-ndjson")
        let device = try Device()
        try await withFakeServer({ page }) { address, client in
            // The answer does not add up, so it is asked a second time, and says the same.
            let report = try await device.sync(address, client)
            #expect(report.requests == 2)
            #expect(device.unreadable == [lines[1], lines[1]])
            #expect(report.received == 2)
        }
        #expect(device.hashes == [segment.hash])
        #expect(device.standing == Standing.doubtful)
    }

    @Test func `a relay of another version ends the conversation as that`() async throws {
        let text = "{\"welcome\":{\"jalon\":2,\"news\":\"of a later day\"}}\n{\"end\":{}}\n"
        let page = Self.answer(text, type: "application/x-ndjson")
        try await withFakeServer({ page }) { address, client in
            let device = try Device()
            await #expect(throws: SyncFailure.broken(.version(2))) {
                try await device.sync(address, client)
            }
            #expect(device.standing == .nowhere)
        }
    }

    @Test func `nobody listening, and an unknown name, are told apart`() async throws {
        let client = HTTPClient.patient()
        let device = try Device()
        try await withDeafPort { address in
            await #expect(throws: SyncFailure.unreachable(host: address.host, .notListening)) {
                try await device.sync(address, client)
            }
        }
        let nowhere = try PeerAddress("http://nowhere.invalid")
        await #expect(throws: SyncFailure.unreachable(host: "nowhere.invalid", .unknownHost)) {
            try await device.sync(nowhere, client)
        }
        try await client.shutdown()
    }

    @Test func `a path before the relay's is kept`() async throws {
        let folder = try TemporaryFolder()
        try await withRelay(folder) { relay in
            let below = try PeerAddress(relay.address.text + "/jalon//")
            #expect(below.text == relay.address.text + "/jalon")
            await #expect(throws: SyncFailure.self) {
                try await Device().sync(below, relay.client)
            }
            #expect(relay.log.all.contains("\"status\":404"))
        }
    }
}
