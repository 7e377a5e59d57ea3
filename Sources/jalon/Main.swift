import ArgumentParser
import Glibc

/// Keep your own books, and meet the other devices when there is a network.
struct Jalon: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jalon",
        abstract: "Billing for freelancers: works without a network, meets over a small relay.",
        discussion: """
            Names, numbers and ids mean the same everywhere: an exact id, number or name, or its \
            beginning if that is unique. --json, --books DIR and --no-color work everywhere; \
            --as-of DATE where a date matters; --dry-run on everything that writes.
            """,
        version: "jalon \(Version.text)",
        groupedSubcommands: [],
        defaultSubcommand: nil)
}

@main
enum Main {
    static func main() async {
        Streams.secure()
        exit(await status().rawValue)
    }

    /// Carries out what the arguments say and returns what the process returns.
    private static func status() async -> ExitStatus {
        do throws(Failure) {
            let arguments = try Arguments.read()
            // The answer that scripts ask most often needs no parser.
            if arguments == ["--version"] {
                try Output.write(Array("jalon \(Version.text)\n".utf8), to: STDOUT_FILENO)
                return .done
            }
            return try await carryOut(Arguments.hoisted(arguments))
        } catch {
            report(error)
            return error.status
        }
    }

    private static func carryOut(_ arguments: [String]) async throws(Failure) -> ExitStatus {
        do {
            _ = try Jalon.parseAsRoot(arguments)
        } catch {
            return try explain(error, arguments)
        }
        return .done
    }

    /// Help and versions go to standard output; what was mistyped is a failure of usage.
    private static func explain(
        _ error: any Error, _ arguments: [String]
    ) throws(Failure) -> ExitStatus {
        let text = Jalon.fullMessage(for: error)
        if Jalon.exitCode(for: error) == .success {
            try Output.write(Array((text + "\n").utf8), to: STDOUT_FILENO)
            return .done
        }
        throw UsageFailure.failure(text, arguments)
    }

    private static func report(_ failure: Failure) {
        let colour = Terminal.on(STDERR_FILENO, noColour: false).hasColour
        for (index, line) in failure.lines.enumerated() {
            let safe = SafeText.shown(line)
            let painted = Cell.painted(safe, index == 0 ? .bad : .plain, colour: colour)
            try? Output.write(Array((painted + "\n").utf8), to: STDERR_FILENO)
        }
    }
}
