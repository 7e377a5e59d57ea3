import SyncClient
import TestSupport
import Wire

/// How badly a network behaves: in percent of the requests.
struct Weather {
    var lost = 0
    var cut = 0
    var doubled = 0
    var corrupted = 0

    static let fair = Weather()
}

/// A way to a relay over a network that loses, cuts, doubles and corrupts, in parts of any size.
final class SimulatedNetwork: Transport {
    private let relay: SimulatedRelay
    private let weather: Weather
    private var random: SeededRandom
    /// What happens elsewhere while a request is on its way.
    private let meanwhile: () async throws -> Void
    private(set) var faults: [String] = []

    init(
        to relay: SimulatedRelay, _ weather: Weather, seed: UInt64,
        meanwhile: @escaping () async throws -> Void = {}
    ) {
        self.relay = relay
        self.weather = weather
        random = SeededRandom(seed: seed)
        self.meanwhile = meanwhile
    }

    func exchange(
        _ request: [UInt8], _ receive: (_ part: [UInt8]) throws -> Void
    ) async throws {
        guard !happens(weather.lost, "request lost") else { throw unreachable }
        var request = request
        if happens(weather.cut, "request cut") {
            _ = try? relay.answer(Array(request.prefix(random.pick(0...request.count - 1))))
            throw cut
        }
        if happens(weather.corrupted, "request corrupted") { flip(&request) }
        if happens(weather.doubled, "request doubled") { _ = try? relay.answer(request) }
        try await meanwhile()
        var lines: [Line]
        do {
            lines = try relay.answer(request)
        } catch is SimulatedRelay.Silence {
            throw cut
        }
        try await meanwhile()
        guard !happens(weather.lost, "answer lost") else { throw cut }
        if let lies = relay.lies { lines = lies.tell(lines, &random) }
        var answer = lines.flatMap { line -> [UInt8] in line.encoded + [0x0a] }
        if happens(weather.corrupted, "answer corrupted") { flip(&answer) }
        if happens(weather.cut, "answer cut") {
            try deliver(Array(answer.prefix(random.pick(0...max(answer.count - 1, 0)))), receive)
            throw cut
        }
        try deliver(answer, receive)
    }

    private func deliver(_ bytes: [UInt8], _ receive: ([UInt8]) throws -> Void) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = rest.prefix(random.happens(20) ? random.pick(1...64) : 16_384)
            rest = rest.dropFirst(part.count)
            try receive(Array(part))
        }
    }

    private func flip(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        for _ in 0..<random.pick(1...3) {
            bytes[random.pick(0...bytes.count - 1)] ^= UInt8(1 << random.pick(0...7))
        }
    }

    private func happens(_ percent: Int, _ fault: String) -> Bool {
        guard random.happens(percent) else { return false }
        faults.append(fault)
        return true
    }

    private var unreachable: SyncFailure { .unreachable(host: "relay", .silent) }
    private var cut: SyncFailure { .cut(host: "relay") }
}
