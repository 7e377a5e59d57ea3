import AsyncHTTPClient
import Hummingbird
import NIOCore
import RelayServer
import SyncClient
import Synchronization
import TestSupport
import Testing
import Wire

@Suite struct LiveRouteTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func channel(
        _ relay: RunningRelay, _ device: Device, _ client: HTTPClient, from position: Int64
    ) -> LiveChannel {
        LiveChannel(
            relay.address, books: device.books, token: { [token = device.token()] in token },
            client: client, position: { position }, pause: { _ in })
    }

    private func withClient<T>(_ body: (HTTPClient) async throws -> T) async throws -> T {
        let client = HTTPClient.patient()
        let result: Result<T, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        try await client.shutdown()
        return try result.get()
    }

    @Test func `a waiting device is told where its mailbox stands, first and after each push`()
        async throws
    {
        try await withRelay(folder) { relay in
            try await withClient { client in
                let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
                try laptop.write(2)
                try await laptop.sync(relay)
                try await phone.sync(relay)
                var events = channel(relay, phone, client, from: 0).makeAsyncIterator()
                #expect(try await events.next() == .connected)
                #expect(try await events.next() == .position(2))
                try laptop.write(1)
                try await laptop.sync(relay)
                #expect(try await events.next() == .position(3))
            }
        }
    }

    @Test func `what another program puts into the same data is told`() async throws {
        try await withRelay(folder) { relay in
            try await withClient { client in
                let device = try Device(writer: 1)
                try await device.sync(relay)
                var events = channel(relay, device, client, from: 0).makeAsyncIterator()
                #expect(try await events.next() == .connected)
                let store = try RelayStore(
                    folder: DataFolder(folder.data), isServing: false, random: RelayRandom.bytes)
                defer { store.close() }
                let segment = try SegmentForge(writer: 2, books: device.books).segment(1)
                let lines = [
                    Line.hello(books: device.books, .nowhere), .segment(segment), .done,
                ]
                var input: [UInt8] = lines.flatMap { $0.encoded + [0x0a] }
                let program = StreamRelay(store: store, quotaBytes: 1 << 30, now: { 0 })
                try program.serve(
                    read: {
                        defer { input = [] }
                        return input
                    }, write: { _ in })
                #expect(try await events.next() == .position(1))
            }
        }
    }

    @Test(.timeLimit(.minutes(15)))
    func `a token that is revoked loses its channel, and no other does`() async throws {
        try await withRelay(folder) { relay in
            try await withClient { client in
                let (laptop, phone) = (try Device(writer: 1), try Device(writer: 2))
                try await laptop.sync(relay)
                try await phone.sync(relay)
                var lost = channel(relay, laptop, client, from: 0).makeAsyncIterator()
                var kept = channel(relay, phone, client, from: 0).makeAsyncIterator()
                #expect(try await lost.next() == .connected)
                #expect(try await kept.next() == .connected)
                let store = try RelayStore(
                    folder: DataFolder(folder.data), isServing: false, random: RelayRandom.bytes)
                defer { store.close() }
                let devices = try store.readNow { try DeviceTable($0).all() }
                #expect(try store.revoke(devices[0].id, at: 1))
                #expect(try !store.revoke(devices[0].id, at: 2))
                let event = try await lost.next()
                guard case .lost = event else {
                    Issue.record("the channel goes on: \(String(describing: event))")
                    return
                }
                try phone.write(1)
                try await phone.sync(relay)
                #expect(try await kept.next() == .position(1))
            }
        }
    }

    @Test func `a channel that breaks is taken up again`() async throws {
        try await withClient { client in
            let device = try Device()
            var events: LiveChannel.Iterator?
            try await withRelay(folder) { relay in
                try await device.sync(relay)
                events = channel(relay, device, client, from: 0).makeAsyncIterator()
                #expect(try await events?.next() == .connected)
            }
            // The relay is gone: the channel ends, perhaps another connection that was kept, too; then
            // nobody listens.
            var event = try await events?.next()
            var seconds = 1
            while case .lost(.cut, retryAfterSeconds: seconds) = event, seconds < 4 {
                seconds *= 2
                event = try await events?.next()
            }
            #expect(seconds > 1)
            guard case .lost(.unreachable(_, .notListening), retryAfterSeconds: seconds) = event
            else {
                Issue.record("not unreachable but \(String(describing: event))")
                return
            }
        }
    }

    @Test func `a relay that stops ends its channels and finishes at once`() async throws {
        try await withRelay(folder) { relay in
            try await withClient { client in
                let device = try Device()
                try await device.sync(relay)
                var events = channel(relay, device, client, from: 0).makeAsyncIterator()
                #expect(try await events.next() == .connected)
                await relay.relay.stop()
                guard case .lost = try await events.next() else {
                    Issue.record("the channel went on")
                    return
                }
            }
        }
    }

    @Test func `a channel that meets something else than a relay comes back after a minute`()
        async throws
    {
        func page(_ text: String, _ status: HTTPResponse.Status, _ type: String) -> Response {
            Response(
                status: status, headers: [.contentType: type],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        // A proxy whose relay goes away and comes back.
        let pages = Mutex([
            page("{\"position\":1}\n", .ok, "application/x-ndjson"),
            page("<html>", .notFound, "text/html"),
            page("{\"position\":x}\n", .ok, "application/x-ndjson"),
            page("{\"position\":2}\n", .ok, "application/x-ndjson"),
        ])
        try await withFakeServer({ pages.withLock { $0.removeFirst() } }) { address, client in
            let device = try Device()
            let token = device.token()
            let channel = LiveChannel(
                address, books: device.books, token: { token }, client: client,
                position: { 0 }, pause: { _ in })
            var events = channel.makeAsyncIterator()
            var told: [LiveEvent] = []
            while told.last != .position(2), let event = try await events.next() {
                told.append(event)
            }
            let odd = SyncFailure.notARelay(
                address: address.text, status: 404, content: "text/html")
            #expect(
                told == [
                    .connected, .position(1), .lost(.cut(host: address.host), retryAfterSeconds: 1),
                    .lost(odd, retryAfterSeconds: 60),
                    .connected, .lost(.broken(.form(offset: 12)), retryAfterSeconds: 60),
                    .connected, .position(2),
                ])
        }
    }

    @Test func `a channel whose token may change comes back with the one that is known`()
        async throws
    {
        try await withRelay(folder) { relay in
            try await withClient { client in
                let device = try Device()
                try await device.sync(relay)
                let known = device.token()
                let asked = Mutex(0)
                let channel = LiveChannel(
                    relay.address, books: device.books,
                    token: {
                        asked.withLock {
                            $0 += 1
                            return $0 == 1 ? [UInt8](repeating: 1, count: 32) : known
                        }
                    }, client: client, position: { 0 }, pause: { _ in })
                var events = channel.makeAsyncIterator()
                let lost = LiveEvent.lost(.refused(Refusal(.token)), retryAfterSeconds: 1)
                #expect(try await events.next() == lost)
                #expect(try await events.next() == .connected)
            }
        }
    }

    @Test func `one token has so many channels and not one more`() async throws {
        try await withRelay(folder) { relay in
            try await withClient { client in
                let device = try Device()
                try await device.sync(relay)
                var open: [LiveChannel.Iterator] = []
                for _ in 0..<LiveHub.channelsPerTokenMax {
                    var events = channel(relay, device, client, from: 0).makeAsyncIterator()
                    #expect(try await events.next() == .connected)
                    open.append(events)
                }
                var events = channel(relay, device, client, from: 0).makeAsyncIterator()
                guard case .lost(.refused(let refusal), _) = try await events.next() else {
                    Issue.record("let in")
                    return
                }
                #expect(refusal == Refusal(.busy))
                #expect(open.count == LiveHub.channelsPerTokenMax)
            }
        }
    }

    @Test func `a position that is none is refused`() async throws {
        try await withRelay(folder) { relay in
            let device = try Device()
            try await device.sync(relay)
            for query in ["", "?position=", "?position=x", "?position=-1"] {
                let answer = try await relay.get(
                    "/v1/books/\(device.books.text)/live\(query)", token: device.token())
                #expect(answer.status == 400)
            }
        }
    }
}
