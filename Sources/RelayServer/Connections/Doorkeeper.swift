import Synchronization

/// How many connections are open, all told and by address.
final class Doorkeeper: Sendable {
    private struct State {
        var total = 0
        var byAddress: [String: Int] = [:]
    }

    private let totalMax: Int
    private let perAddressMax: Int
    private let state = Mutex(State())

    /// A doorkeeper who lets in so many; `perAddressMax` 0 is no limit by address.
    init(totalMax: Int, perAddressMax: Int) {
        self.totalMax = totalMax
        self.perAddressMax = perAddressMax
    }

    /// Lets a connection in, or not. A nil address is counted in the total only: it is of this
    /// machine, where a reverse proxy stands for many.
    func letsIn(_ address: String?) -> Bool {
        state.withLock { state in
            guard state.total < totalMax else { return false }
            if let address, perAddressMax > 0 {
                let count = state.byAddress[address] ?? 0
                guard count < perAddressMax else { return false }
                state.byAddress[address] = count + 1
            }
            state.total += 1
            return true
        }
    }

    /// Counts out a connection that was let in.
    func letOut(_ address: String?) {
        state.withLock { state in
            state.total -= 1
            guard let address, perAddressMax > 0 else { return }
            let left = (state.byAddress[address] ?? 1) - 1
            state.byAddress[address] = left > 0 ? left : nil
        }
    }
}
