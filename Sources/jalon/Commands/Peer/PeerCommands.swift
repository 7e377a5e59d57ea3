import ArgumentParser
import Billing
import Replication
import SyncClient

/// `jalon peer …`.
struct PeerCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "The relays and folders where your devices meet.",
        subcommands: [PeerAdd.self, PeerList.self, PeerRemove.self],
        defaultSubcommand: PeerList.self)
}

struct PeerAdd: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a relay or a folder.",
        discussion: """
            Nothing is asked of it before the next jalon sync. A folder is named by its path, as in \
            /media/anna/STICK/jalon; if it is missing, the first jalon sync makes it, not the folders \
            above it. A relay that is not open needs an \
            enrolment, which jalon-relay enroll prints: --enrolment - reads it from standard input. \
            It travels sealed in the books, so that one device has to give it.
            """)

    @Argument(help: ArgumentHelp("What you call it.", valueName: "name"))
    var name: String
    @Argument(
        help: ArgumentHelp(
            "Its address: https://RELAY, ssh://HOST/PATH, or a folder.", valueName: "place"))
    var url: String
    @Option(
        help: ArgumentHelp("- reads the relay's enrolment from standard input.", valueName: "-"))
    var enrolment: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        guard let address = try PeerName.address(url) else { throw PeerAddress.Fault.scheme(nil) }
        let name = try PeerName.checked(name)
        if enrolment != nil, !address.hasPrefix("http") {
            throw Failure(
                "only a relay takes an enrolment; nothing was changed.",
                why: "whoever can write to that place may bring books there",
                tries: ["jalon peer add \(name) \(address)"], status: .usage)
        }
        let token = try readEnrolment(session)
        let replica = try session.replica(for: .writing)
        let peer = try replica.addPeer(name, address, dryRun: writing.dryRun)
        if let token, !writing.dryRun {
            try replica.keepEnrolment(token, name: name, at: address)
        }
        if writing.dryRun { session.output.notice("Nothing was written: this was a dry run.") }
        return Answer(
            json: peer.json.adding(["id": .string(peer.name)]),
            line: "Added peer “\(name)” at \(address). Next: jalon sync")
    }

    private func readEnrolment(_ session: Session) throws -> String? {
        guard let enrolment else { return nil }
        if enrolment != "-" {
            session.output.notice(
                "An enrolment is a secret: others on this machine may see it there."
                    + " --enrolment - reads it unseen.")
        }
        let text =
            enrolment == "-" ? try Streams.input(limit: 4096, what: "an enrolment") : enrolment
        let word = text.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        guard word.hasPrefix("jalon-enrol-") else {
            throw Failure(
                "this is no enrolment; nothing was changed.",
                why: "an enrolment begins with jalon-enrol-",
                tries: ["jalon-relay enroll prints one"], status: .badInput)
        }
        return word
    }
}

struct PeerList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the peers.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let peers = try session.replica().peers()
        return Answer(json: .array(peers.map(\.json))) { page in
            var table = Table([.left("NAME"), .left("ADDRESS"), .left("LAST SYNC")])
            for peer in peers {
                table.add([
                    Cell(peer.name, .strong), Cell(peer.address),
                    Cell(peer.lastSync.map(Machine.minute) ?? "never"),
                ])
            }
            page.table(table, none: "No peers yet. Add one: \(Failure.addPeer)")
        }
    }
}

struct PeerRemove: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Forget a peer; what it holds stays there.")

    @Argument(help: ArgumentHelp("Its name.", valueName: "name"))
    var name: String
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let replica = try session.replica(for: .writing)
        guard let peer = try replica.peers().first(where: { $0.name == name }) else {
            throw ReplicationFailure.noPeer(name: name)
        }
        try replica.removePeer(name, dryRun: writing.dryRun)
        if writing.dryRun { session.output.notice("Nothing was written: this was a dry run.") }
        return Answer(json: peer.json, line: "Forgot peer “\(name)”.")
    }
}
