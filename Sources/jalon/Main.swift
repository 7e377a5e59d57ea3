import ArgumentParser
import Glibc

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
            let isPlain = CommandLine.arguments.contains("--no-color")
            Output.report(
                error, colour: Terminal.on(STDERR_FILENO, noColour: isPlain).hasColour)
            return error.status
        }
    }

    private static func carryOut(_ arguments: [String]) async throws(Failure) -> ExitStatus {
        let command: any ParsableCommand
        do {
            command = try NamedCommand.parse(arguments) ?? Jalon.parseAsRoot(arguments)
        } catch {
            return try explain(error, arguments)
        }
        do {
            if let command = command as? any LocalCommand {
                let session = try Session(command.common)
                return try session.finish(command.answer(session))
            }
            if let command = command as? any NetworkCommand {
                let session = try Session(command.common)
                return try session.finish(await command.answer(session))
            }
        } catch {
            throw Failure(error)
        }
        do {
            // Help is a command of the parser's own.
            var command = command
            try command.run()
            return .done
        } catch {
            return try explain(error, arguments)
        }
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
}
