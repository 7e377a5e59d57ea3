import Glibc
import Simulation

/// Runs simulations from seeds and says what they met.
@main
struct Simulate {
    static func main() async throws {
        guard let options = Options(CommandLine.arguments.dropFirst()) else {
            print("jalon-simulate [--seed N] [--runs M] [--seconds S] [--shrink] [--trace]")
            exit(64)
        }
        var tally = Tally()
        let clock = ContinuousClock()
        let start = clock.now
        var seed = options.seed
        while tally.runs < options.runs, clock.now - start < options.time {
            let plan = Plan(seed: seed)
            let simulation = try Simulation(plan)
            if options.traces { simulation.trace = { print($0) } }
            let fault = await simulation.fault()
            tally.add(plan, simulation)
            if let fault {
                print("seed \(seed): \(fault)")
                fflush(nil)
                if options.shrinks { try await Self.shrink(plan) }
                tally.failed.append(seed)
                if tally.failed.count >= 10 { break }
            }
            seed += 1
        }
        tally.report(from: options.seed, took: clock.now - start)
        if !tally.failed.isEmpty { exit(1) }
    }

    /// Prints the shortest run that still has a fault, found by leaving steps out.
    private static func shrink(_ plan: Plan) async throws {
        var best = plan
        var width = max(best.steps.count / 2, 1)
        while true {
            var start = 0
            while start < best.steps.count {
                var shorter = best
                shorter.steps.removeSubrange(start..<min(start + width, shorter.steps.count))
                if await (try Simulation(shorter)).fault() != nil {
                    best = shorter
                } else {
                    start += width
                }
            }
            if width == 1 { break }
            width = max(width / 2, 1)
        }
        for step in best.steps { print("  \(step)") }
        print("  \(await (try Simulation(best)).fault() ?? "")")
    }
}

/// What the command line asks for.
private struct Options {
    var seed: UInt64 = 1
    var runs = Int.max
    var time = Duration.seconds(60)
    var shrinks = false
    var traces = false

    init?(_ arguments: ArraySlice<String>) {
        var rest = arguments
        // One run is looked at closely, unless more are asked for.
        if arguments.contains("--shrink") || arguments.contains("--trace") { runs = 1 }
        while let word = rest.popFirst() {
            switch word {
            case "--shrink": shrinks = true
            case "--trace": traces = true
            case "--seed":
                guard let number = rest.popFirst().flatMap(UInt64.init) else { return nil }
                seed = number
            case "--runs":
                guard let number = rest.popFirst().flatMap(Int.init), number > 0 else { return nil }
                runs = number
                time = .seconds(86_400)
            case "--seconds":
                guard let number = rest.popFirst().flatMap(Int.init), number > 0 else { return nil }
                time = .seconds(number)
            default: return nil
            }
        }
    }
}

/// What was met in all runs.
private struct Tally {
    var runs = 0
    var steps = 0
    var counts: [String: Int] = [:]
    var failed: [UInt64] = []

    mutating func add(_ plan: Plan, _ simulation: Simulation) {
        runs += 1
        steps += plan.steps.count
        counts.merge(simulation.tally) { $0 + $1 }
    }

    func report(from seed: UInt64, took: Duration) {
        print(
            "seeds \(seed) to \(seed + UInt64(max(runs, 1)) - 1): \(runs) runs, \(steps) steps, \(took)"
        )
        for (name, count) in counts.sorted(by: { $0.key < $1.key }) { print("  \(count)  \(name)") }
        print(failed.isEmpty ? "no fault" : "faults in seeds \(failed)")
    }
}
