import Dispatch
import Foundation
import Synchronization

/// The results of a pure function of 0, 1, 2 …, computed on other processors ahead of the one that
/// takes them in order.
///
/// Whoever takes computes too, so nothing is ever waited for but a result that is under way; where no
/// other processor helps, it is a plain loop. At most a window of results is held.
final class Readahead<Output: Sendable>: Sendable {
    private struct State {
        /// Results that nobody took yet, by their index.
        var results: [Output?]
        /// The first index that nobody computes.
        var unclaimed = 0
        /// The index that is taken next.
        var taken = 0
        var workers = 0
        /// Whether the taker sleeps until a result is there.
        var isAwaited = false
    }

    private enum Step {
        case end
        case take(Output)
        case compute(Int)
        case wait
    }

    private let count: Int
    private let window: Int
    private let workersMax: Int
    private let compute: @Sendable (Int) -> Output
    private let state: Mutex<State>
    private let arrival = DispatchSemaphore(value: 0)

    /// Begins with the first results of `count`. `window` bounds how many are held, `processors` how
    /// many compute, the taker among them.
    init(
        _ count: Int, window: Int = 8, processors: Int,
        compute: @escaping @Sendable (Int) -> Output
    ) {
        self.count = count
        self.window = max(window, 1)
        workersMax = min(max(processors - 1, 0), 3)
        self.compute = compute
        state = Mutex(State(results: Array(repeating: nil, count: count)))
        startWorkers()
    }

    /// As above, on all processors where the work is `great`: waking another one and waiting for it
    /// costs more than a little work does, and who takes may hold a lock.
    convenience init(
        _ count: Int, window: Int = 8, great: Bool, compute: @escaping @Sendable (Int) -> Output
    ) {
        let processors = great ? ProcessInfo.processInfo.activeProcessorCount : 1
        self.init(count, window: window, processors: processors, compute: compute)
    }

    /// The next result; nil after the last. To be called by one thread at a time.
    func next() -> Output? {
        while true {
            switch step() {
            case .end: return nil
            case .take(let output):
                startWorkers()
                return output
            case .compute(let index): finish(index, compute(index))
            case .wait: arrival.wait()
            }
        }
    }

    private func step() -> Step {
        state.withLock { state in
            guard state.taken < count else { return .end }
            if let output = state.results[state.taken] {
                state.results[state.taken] = nil
                state.taken += 1
                return .take(output)
            }
            if let index = claim(&state) { return .compute(index) }
            state.isAwaited = true
            return .wait
        }
    }

    private func claim(_ state: inout State) -> Int? {
        guard state.unclaimed < min(count, state.taken + window) else { return nil }
        state.unclaimed += 1
        return state.unclaimed - 1
    }

    private func finish(_ index: Int, _ output: Output) {
        let isAwaited = state.withLock { state in
            state.results[index] = output
            defer { state.isAwaited = false }
            return state.isAwaited
        }
        if isAwaited { arrival.signal() }
    }

    private func startWorkers() {
        let missing = state.withLock { state in
            // The taker needs one for itself.
            let open = min(count, state.taken + window) - state.unclaimed - 1
            let missing = max(min(workersMax - state.workers, open), 0)
            state.workers += missing
            return missing
        }
        for _ in 0..<missing {
            DispatchQueue.global(qos: .userInitiated).async { [self] in work() }
        }
    }

    private func work() {
        while true {
            let index = state.withLock { state in
                let index = claim(&state)
                if index == nil { state.workers -= 1 }
                return index
            }
            guard let index else { return }
            finish(index, compute(index))
        }
    }
}
