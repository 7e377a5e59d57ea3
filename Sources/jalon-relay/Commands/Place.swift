import ArgumentParser
import Foundation
import RelayServer

/// Where a relay's data and its secret lie.
struct Place: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the relay's data; it is made when missing.", valueName: "folder"))
    var data: String

    @Option(
        help: ArgumentHelp(
            "The file of the enrolment secret, kept apart from the data; by default in \\$XDG_STATE_HOME/jalon-relay.",
            valueName: "file"))
    var secret: String?

    func validate() throws {
        guard !data.isEmpty else { throw ValidationError("--data names no folder.") }
    }

    var folder: DataFolder {
        DataFolder(data.count > 1 && data.hasSuffix("/") ? String(data.dropLast()) : data)
    }

    var secretFile: String {
        if let secret { return secret }
        let environment = ProcessInfo.processInfo.environment
        let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        return (state ?? NSHomeDirectory() + "/.local/state") + "/jalon-relay/secret"
    }

    /// Opens data that is there already.
    func openStore() throws -> RelayStore {
        guard folder.isPresent else { throw RelayFailure.noData(path: folder.path) }
        return try RelayStore(folder: folder, isServing: false, random: RelayRandom.bytes)
    }
}
