import AsyncHTTPClient
import Convergence
import NIOCore
import NIOHTTP1
import RelayServer
import SyncClient
import TestSupport
import Testing
import Wire

@Suite struct SyncRouteTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `two devices meet over a relay and hold the same`() async throws {
        try await withRelay(folder) { relay in
            let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
            try laptop.write(30)
            try phone.write(20)
            try await laptop.sync(relay)
            let report = try await phone.sync(relay)
            #expect(report.received == 30)
            #expect(report.sent == 20)
            #expect(try await laptop.sync(relay).received == 20)
            #expect(laptop.hashes == phone.hashes)
            let idle = try await laptop.sync(relay)
            #expect(idle.requests == 1)
            #expect(idle.sent + idle.received == 0)
        }
    }

    @Test func `a relay that is stopped and started again holds what it held`() async throws {
        let laptop = try Device(writer: 1)
        try laptop.write(5)
        try await withRelay(folder) { _ = try await laptop.sync($0) }
        let standing = laptop.standing
        try await withRelay(folder) { relay in
            let report = try await laptop.sync(relay)
            #expect(!report.peerChanged)
            #expect(laptop.standing == standing)
            let phone = try Device(writer: 2)
            try await phone.sync(relay)
            #expect(phone.hashes == laptop.hashes)
        }
    }

    @Test func `a relay restored from an old backup is healed by the first device`() async throws {
        let laptop = try Device(writer: 1)
        try laptop.write(3)
        try await withRelay(folder) { _ = try await laptop.sync($0) }
        let backup = try TemporaryFolder()
        try backup.copy(folder)
        try laptop.write(4)
        try await withRelay(folder) { _ = try await laptop.sync($0) }
        try await withRelay(backup) { relay in
            let report = try await laptop.sync(relay)
            #expect(report.peerChanged)
            let phone = try Device(writer: 2)
            try await phone.sync(relay)
            #expect(phone.hashes.count == 7)
            #expect(try await laptop.sync(relay).requests == 1)
        }
    }

    @Test func `many megabytes go in several requests and come in batches`() async throws {
        try await withRelay(folder) { relay in
            let laptop = try Device(writer: 1)
            try laptop.write(20, bodyBytes: 500_000)
            try laptop.write(600)
            let sent = try await laptop.sync(relay)
            #expect(sent.requests > 3)
            let phone = try Device(writer: 2)
            let report = try await phone.sync(relay, batchBytes: 2_000_000)
            #expect(report.received == 620)
            #expect(phone.hashes == laptop.hashes)
            // Four of the great ones reach the bound.
            #expect(phone.batches.prefix(5).allSatisfy { $0 <= 4 })
            #expect(phone.batches.count > 5)
        }
    }

    @Test func `what is pushed by forty devices at once is all there`() async throws {
        try await withRelay(folder, { $0.isOpen = true }) { relay in
            let hashes = try await withThrowingTaskGroup(of: Set<SegmentHash>.self) { group in
                for writer in UInt8(1)...40 {
                    group.addTask {
                        let device = try Device(writer: writer)
                        try device.write(3)
                        let own = device.hashes
                        try await device.sync(relay)
                        return own
                    }
                }
                return try await group.reduce(into: Set()) { $0.formUnion($1) }
            }
            let reader = try Device(writer: 200)
            try await reader.sync(relay)
            #expect(reader.hashes == hashes)
            #expect(hashes.count == 120)
        }
    }

    @Test func `sent counts what the relay took, and nothing that it refused`() async throws {
        try await withRelay(folder) { relay in
            let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
            try laptop.write(4)
            let sound = laptop.held[2]
            laptop.held[2] = try some(
                Segment(
                    header: sound.header, commitment: sound.commitment,
                    signature: [UInt8](repeating: 0, count: sound.signature.count),
                    body: sound.body))
            let report = try await laptop.sync(relay)
            #expect(report.refusals.map(\.code) == [.signature])
            #expect(report.sent == 3)
            laptop.held[2] = sound
            #expect(try await laptop.sync(relay).sent == 1)
            #expect(try await phone.sync(relay).sent == 0)
            #expect(phone.hashes == laptop.hashes)
        }
    }

    @Test func `books over their quota are refused the rest and still get what others sent`()
        async throws
    {
        try await withRelay(
            folder,
            {
                $0.isOpen = true
                $0.quotaBytes = 10_000
            }
        ) { relay in
            let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
            try laptop.write(9, bodyBytes: 1_024)
            let report = try await laptop.sync(relay)
            #expect(report.sent == 7)
            #expect(report.refusals.map(\.code) == [.quota, .quota])
            try phone.write(1, bodyBytes: 1_024)
            #expect(try await phone.sync(relay).received == 7)
            let other = try Device(books: 2)
            try other.write(5, bodyBytes: 1_024)
            #expect(try await other.sync(relay).sent == 5)
        }
    }

    @Test func `a body over the limit is refused before it is read`() async throws {
        try await withRelay(folder) { relay in
            let device = try Device()
            try await device.sync(relay)
            let path = "/v1/books/\(device.books.text)/sync"
            // Nothing of the body is sent: the relay answers to what it is told to expect.
            let (parts, body) = AsyncStream<ByteBuffer>.makeStream()
            var announced = HTTPClientRequest(url: relay.address.text + path)
            announced.method = .POST
            announced.body = .stream(parts, length: .known(Int64(Limits.requestBytesMax + 1)))
            let declared = try await relay.send(announced, token: device.token())
            body.finish()
            #expect(declared.status == 413)
            #expect(declared.refusal == Refusal(.size))
            let hello = Line.hello(books: device.books, .nowhere).encoded + [0x0a]
            let done = Line.done.encoded + [0x0a]
            let filling = [UInt8](
                repeating: 0x0a, count: Limits.requestBytesMax - hello.count - done.count)
            let whole = try await relay.post(path, token: device.token(), hello + filling + done)
            #expect(whole.status == 200)
        }
    }

    @Test func `a line over the limit is refused`() async throws {
        try await withRelay(folder) { relay in
            let device = try Device()
            try await device.sync(relay)
            let path = "/v1/books/\(device.books.text)/sync"
            let long = [UInt8](repeating: 0x61, count: Limits.lineBytesMax)
            let answer = try await relay.post(path, token: device.token(), long + [0x0a])
            #expect(answer.status == 413)
            #expect(answer.refusal == Refusal(.size))
        }
    }

    @Test func `a request that is none is refused as one line that says why`() async throws {
        try await withRelay(folder) { relay in
            let device = try Device()
            try await device.sync(relay)
            let path = "/v1/books/\(device.books.text)/sync"
            let hello = Line.hello(books: device.books, .nowhere).encoded + [0x0a]
            let foreign = Line.hello(books: SegmentForge.someBooks, .nowhere).encoded + [0x0a]
            let done = Line.done.encoded + [0x0a]
            let cases: [(String, [UInt8]?, [UInt8], Int, Refusal.Code)] = [
                (path, device.token(), [], 400, .form),
                (path, device.token(), Array("<html>".utf8), 400, .form),
                (path, device.token(), hello, 400, .form),
                (path, device.token(), done, 400, .form),
                (path, device.token(), hello + hello + done, 400, .form),
                (path, device.token(), foreign + done, 409, .books),
                (path, nil, hello + done, 401, .token),
                (path, [UInt8](repeating: 1, count: 32), hello + done, 401, .token),
                (path, [1], hello + done, 401, .token),
                (
                    "/v1/books/\(SegmentForge.someBooks.text)/sync", device.token(), foreign + done,
                    401, .token
                ),
                ("/v1/books/short/sync", device.token(), hello + done, 400, .form),
                ("/v1/books/\(device.books.text)/devices", nil, hello, 400, .form),
                (
                    "/v1/books/\(device.books.text)/devices", nil,
                    [UInt8](repeating: 0x20, count: 4_097), 413, .size
                ),
            ]
            for (path, token, body, status, code) in cases {
                let answer = try await relay.post(path, token: token, body)
                #expect(answer.status == status, "\(code)")
                #expect(answer.refusal == Refusal(code))
                #expect(answer.contentType == "application/json")
            }
        }
    }

    @Test func `bad segments are refused alone and the good ones kept`() async throws {
        try await withRelay(folder) { relay in
            let device = try Device()
            try await device.sync(relay)
            let good = try device.forge.segment(1)
            let forged = try some(
                Segment(
                    header: good.header, commitment: good.commitment,
                    signature: [UInt8](repeating: 1, count: 64), body: good.body))
            let lines: [[UInt8]] = [
                Line.hello(books: device.books, device.standing).encoded, forged.line,
                Array("{\"segment\":".utf8), good.line, Line.done.encoded,
            ]
            let body: [UInt8] = lines.flatMap { $0 + [0x0a] }
            let answer = try await relay.post(
                "/v1/books/\(device.books.text)/sync", token: device.token(), body)
            let said = try answer.lines()
            #expect(said.contains(.refused(Refusal(.signature, hash: forged.hash))))
            #expect(said.contains(.refused(Refusal(.form))))
            let phone = try Device(writer: 2)
            try await phone.sync(relay)
            #expect(phone.hashes == [good.hash])
        }
    }
}
