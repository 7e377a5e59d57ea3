import Convergence
import RelayServer
import SyncClient
import TestSupport
import Testing
import Wire

@Suite struct StatusRouteTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func `health and metrics answer, and count what was done`() async throws {
        try await withRelay(folder) { relay in
            #expect(try await relay.get("/health").text == "{\"status\":\"ok\"}\n")
            let device = try Device()
            try device.write(3)
            try await device.sync(relay)
            _ = try? await relay.get("/elsewhere")
            let page = try await relay.get("/metrics")
            for line in [
                "jalon_relay_requests_total{route=\"/health\",status=\"200\"} 1",
                "jalon_relay_requests_total{route=\"/v1/books/{books}/devices\",status=\"201\"} 1",
                "jalon_relay_requests_total{route=\"/v1/books/{books}/sync\",status=\"401\"} 1",
                "jalon_relay_requests_total{route=\"/v1/books/{books}/sync\",status=\"200\"} 1",
                "jalon_relay_refusals_total{code=\"token\"} 1",
                "jalon_relay_segments_stored_total 3", "jalon_relay_commit_seconds_count 2",
            ] {
                #expect(page.text.contains(line + "\n"), "\(line)")
            }
            #expect(!page.text.contains(device.books.text))
        }
    }

    @Test func `what is not a relay's path, or not its method, answers 404`() async throws {
        try await withRelay(folder) { relay in
            for path in [
                "/", "/v1", "/v1/books", "/health/x", "/%00", "//", "/v1/books/x/sync",
            ] {
                let status = try await relay.get(path).status
                #expect(status == 404, "\(path)")
            }
        }
    }

    @Test func `neither tokens nor enrolments nor whole books' ids come into the log`() async throws
    {
        let secret = try EnrolmentSecret(file: folder.secret)
        let text = Enrolment.random(secret: secret).text
        try await withRelay(folder, { _ in }) { relay in
            let device = try Device(enrolment: text)
            try device.write(2)
            try await device.sync(relay)
            _ = try await relay.get(
                "/v1/books/\(device.books.text)/live?position=-1", token: device.token())
            _ = try await relay.post(
                "/v1/books/\(device.books.text)/sync", token: device.token(), [1])
            let log = relay.log.all
            #expect(log.contains("\"route\":\"/v1/books/{books}/sync\""))
            let token = Base64URL.encode(device.token())
            for secret in [token, String(token.prefix(12)), text, device.books.text] {
                #expect(!log.contains(secret))
            }
            for line in log.split(separator: "\n") {
                #expect(line.hasPrefix("{\"time\":\"20") && line.hasSuffix("}"))
            }
        }
    }
}
