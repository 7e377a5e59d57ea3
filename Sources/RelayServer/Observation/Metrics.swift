import Synchronization
import Wire

/// What the relay counts, as Prometheus reads it; nothing in it names books or devices.
package final class Metrics: Sendable {
    /// Upper bounds of the histogram of commits, in milliseconds.
    static let commitBounds: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000]

    private struct RequestKey: Hashable {
        let route: String
        let status: Int
    }

    private struct State {
        var requests: [RequestKey: Int] = [:]
        var refusals: [String: Int] = [:]
        var segmentsStored = 0
        var bytesStored = 0
        var bytesReceived = 0
        var bytesSent = 0
        var connections = 0
        var connectionsRefused = 0
        var commits = [Int](repeating: 0, count: Metrics.commitBounds.count + 1)
        var commitSeconds = 0.0
    }

    private let state = Mutex(State())

    /// Everything at zero.
    package init() {}

    func countRequest(route: String, status: Int) {
        state.withLock { $0.requests[RequestKey(route: route, status: status), default: 0] += 1 }
    }

    func countRefusal(_ code: Refusal.Code, times: Int = 1) {
        state.withLock { $0.refusals[code.rawValue, default: 0] += times }
    }

    func countStored(segments: Int, bytes: Int) {
        state.withLock {
            $0.segmentsStored += segments
            $0.bytesStored += bytes
        }
    }

    func count(received: Int = 0, sent: Int = 0) {
        state.withLock {
            $0.bytesReceived += received
            $0.bytesSent += sent
        }
    }

    func countConnection(opened: Bool) { state.withLock { $0.connections += opened ? 1 : -1 } }

    func countConnectionRefused() { state.withLock { $0.connectionsRefused += 1 } }

    /// Counts how long a push waited for the disk.
    package func countCommit(_ duration: Duration) {
        let seconds =
            Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
        let bucket =
            Self.commitBounds.firstIndex { seconds * 1_000 <= $0 } ?? Self.commitBounds.count
        state.withLock {
            $0.commits[bucket] += 1
            $0.commitSeconds += seconds
        }
    }

    /// The page in Prometheus' text format, version 0.0.4.
    package func page(live: Int) -> String {
        let state = state.withLock { $0 }
        var page = Page()
        page.family("jalon_relay_requests_total", "counter", "Requests by route and status.")
        for (key, count) in state.requests.sorted(by: {
            ($0.key.route, $0.key.status) < ($1.key.route, $1.key.status)
        }) {
            page.sample(count, #"route="\#(key.route)",status="\#(key.status)""#)
        }
        page.family("jalon_relay_refusals_total", "counter", "Refused segments and requests.")
        for (code, count) in state.refusals.sorted(by: { $0.key < $1.key }) {
            page.sample(count, #"code="\#(code)""#)
        }
        page.single(
            "jalon_relay_segments_stored_total", "counter", "New segments.", state.segmentsStored)
        page.single(
            "jalon_relay_stored_bytes_total", "counter", "Bytes of them.", state.bytesStored)
        page.single(
            "jalon_relay_received_bytes_total", "counter", "Bytes of bodies received.",
            state.bytesReceived)
        page.single("jalon_relay_sent_bytes_total", "counter", "Bytes of answers.", state.bytesSent)
        page.single("jalon_relay_connections", "gauge", "Open connections.", state.connections)
        page.single(
            "jalon_relay_connections_refused_total", "counter", "Connections over a limit.",
            state.connectionsRefused)
        page.single("jalon_relay_live_channels", "gauge", "Waiting devices.", live)
        page.family("jalon_relay_commit_seconds", "histogram", "From push to disk.")
        var sum = 0
        for (bound, count) in zip(
            Self.commitBounds.map { "\($0 / 1_000)" } + ["+Inf"], state.commits)
        {
            sum += count
            page.sample(sum, #"le="\#(bound)""#, suffix: "_bucket")
        }
        page.sample(state.commitSeconds, suffix: "_sum")
        page.sample(sum, suffix: "_count")
        return page.text
    }

    private struct Page {
        var text = ""
        private var name = ""

        mutating func family(_ name: String, _ type: String, _ help: String) {
            self.name = name
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
        }

        mutating func sample(_ value: some Any, _ labels: String = "", suffix: String = "") {
            text += name + suffix + (labels.isEmpty ? "" : "{\(labels)}") + " \(value)\n"
        }

        mutating func single(_ name: String, _ type: String, _ help: String, _ value: Int) {
            family(name, type, help)
            sample(value)
        }
    }
}
