import Foundation
import RelayServer

/// What a person is told when something failed: what happened, why, and what to do.
struct Message {
    let text: String
    let exitCode: Int32

    private init(_ code: Int32, _ what: String, try hint: String) {
        text = "jalon-relay: \(what)\n  try: \(hint)"
        exitCode = code
    }

    init(_ failure: RelayFailure) {
        switch failure {
        case .files(let path, let reason):
            self.init(
                73, "cannot use \(path): \(reason).",
                try: "another place, or ls -ld \(Self.folder(of: path)) to see whose it is")
        case .foreignFolder(let path, let found):
            self.init(
                73, "\(path) is not a relay's folder: it holds \(found).",
                try: "a folder of its own, for example --data \(path == "/" ? "" : path)/relay")
        case .newerData(let path):
            self.init(
                65,
                "\(path) was written by a newer jalon-relay than this one, "
                    + "\(JalonRelay.version).",
                try: "the newer program; nothing was changed")
        case .corruptData(let path, let reason):
            self.init(
                65, "\(path) cannot be read as a relay's data: \(reason).",
                try: "to move the folder away and start anew; the devices bring back what they hold"
            )
        case .alreadyServed(let path):
            self.init(
                73, "another jalon-relay is serving \(path).",
                try: "to stop that one first, or another --data folder")
        case .noData(let path):
            self.init(
                65, "\(path) holds no relay's data.",
                try: "the folder that jalon-relay serve --data names")
        case .badSecret(let path):
            self.init(
                65, "\(path) does not hold an enrolment secret.",
                try: "to put back a copy of it, or to remove it: a new one is made, and enrolments "
                    + "handed out before hold no more")
        case .listen(let address, let reason): self.init(listen: address, reason)
        case .unknownDevice(let name):
            self.init(
                64, "no device \(name) with a token that still holds.",
                try: "jalon-relay devices list --data DIR to see their numbers")
        }
    }

    private init(listen address: String, _ reason: RelayFailure.ListenFault) {
        let port = address.split(separator: ":").last.map(String.init) ?? ""
        switch reason {
        case .inUse:
            self.init(
                69, "cannot listen on \(address): another program does.",
                try: "ss -ltnp 'sport = :\(port)' to see which, or --listen with another port")
        case .notAllowed:
            self.init(
                77, "cannot listen on \(address): the system does not allow it.",
                try: "a port above 1023, for example --listen 127.0.0.1:8787")
        case .notHere:
            self.init(
                69, "cannot listen on \(address): it is no address of this machine.",
                try: "ip address to see them, or --listen 0.0.0.0:\(port) for all")
        case .other(let words):
            self.init(
                69, "cannot listen on \(address): \(words).",
                try: "an address of this machine, for example --listen 127.0.0.1:8787")
        }
    }

    /// Nil for errors that are not a store's.
    init?(storeError error: any Error) {
        guard let failure = error as? StoreFailure else { return nil }
        switch failure {
        case .full:
            self.init(
                73, "the disk is full; nothing was changed.", try: "df -h to see what is left")
        case .busy:
            self.init(73, "the relay's data is being written by others.", try: "again in a moment")
        case .broken(let reason):
            self.init(73, "the disk failed: \(reason).", try: "the system's log, then again")
        }
    }

    private static func folder(of path: String) -> String {
        DataFolder.parent(of: path)
    }
}
