import ArgumentParser
import RelayServer

/// The relay's command line.
@main
struct JalonRelay: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "jalon-relay",
        abstract: "Keeps sealed changes for devices until they fetch them.",
        discussion: """
            A relay stores what devices send it and cannot read any of it. Start one, make an \
            enrolment, and give it to the device that has the books:

              jalon-relay serve --data /var/lib/jalon-relay --listen 127.0.0.1:8787
              jalon-relay enroll --data /var/lib/jalon-relay
            """,
        version: version,
        subcommands: [Serve.self, Stdio.self, Enroll.self, Devices.self])

    /// Runs a command and says its failures in plain words.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            let message = (error as? RelayFailure).map(Message.init) ?? Message(storeError: error)
            guard let message else { exit(withError: error) }
            Output.complain(message.text)
            Output.exit(message.exitCode)
        }
    }
}
