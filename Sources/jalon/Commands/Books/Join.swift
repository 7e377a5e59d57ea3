import ArgumentParser
import Billing
import Replication
import Sealing
import Wire

struct Join: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Take part in books that another device has.",
        discussion: """
            Needs no network; jalon sync fetches everything afterwards. The invitation is what jalon \
            invite prints; "-" reads it, or a recovery sheet, from standard input.
            """)

    @Argument(
        help: ArgumentHelp("The invitation, or - for standard input.", valueName: "invitation"))
    var invitation: String
    @Option(help: ArgumentHelp("What to call this device; its own name else.", valueName: "text"))
    var device: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    /// More than any invitation or sheet takes.
    private static let limit = 65_536

    func answer(_ session: Session) throws -> Answer {
        let text: String
        if invitation == "-" {
            text = try Streams.input(limit: Self.limit, what: "an invitation")
        } else {
            text = invitation
            session.output.notice(
                "An invitation is a key: others on this machine may see it there,"
                    + " and your shell keeps it. jalon join - reads it unseen.")
        }
        let entry = try Entry(text)
        let device = device ?? Machine.name
        if writing.dryRun {
            session.output.notice("Nothing was written: this was a dry run.")
        } else {
            let replica = try join(entry, session, device)
            for relay in entry.relays where try replica.peer(relay.name) == nil {
                try replica.addPeer(relay.name, relay.address)
            }
        }
        return Answer(json: entry.json(device: device, folder: session.places.books)) { page in
            page.line(
                "Joined \(entry.name.isEmpty ? "the books" : "the books of “\(entry.name)”")"
                    + " in \(session.places.books) as “\(device)”.")
            page.line(
                entry.relays.isEmpty ? "Next: \(Failure.addPeer)" : "Next: jalon sync", .faint)
        }
    }

    /// An empty replica; or the one whose joining was cut off before all its relays were named.
    private func join(_ entry: Entry, _ session: Session, _ device: String) throws -> Replica {
        do {
            return try Replica.join(
                secret: entry.secret, session.places, schema: BillingSchema.schema,
                environment: .system, device: device)
        } catch ReplicationFailure.booksExist(let path) {
            let replica = try session.replica(for: .writing)
            guard replica.key.secret == entry.secret, try replica.status().writers.isEmpty,
                try replica.peers().count < entry.relays.count
            else { throw ReplicationFailure.booksExist(path: path) }
            return replica
        }
    }

    /// What lets a device in: an invitation, or the recovery sheet.
    private struct Entry {
        let secret: [UInt8]
        let name: String
        let relays: [Invitation.Relay]

        init(_ text: String) throws {
            // A sheet is lines that are numbered from 1; an invitation is one word.
            if !text.contains("jalon1-"), RecoverySheet.isBegun(in: text) {
                secret = try RecoverySheet(text: text).secret
                name = ""
                relays = []
            } else {
                // The invitation is the last line of what was printed, notices and all.
                let line =
                    text.split(whereSeparator: \.isNewline)
                    .last { $0.contains("jalon1-") }.map(String.init) ?? text
                let read = try Invitation(text: line)
                secret = read.secret
                name = read.name
                relays = read.relays
            }
        }

        func json(device: String, folder: String) -> JSON {
            let peers = relays.map {
                JSON.members(["name": .string($0.name), "url": .string($0.address)])
            }
            return .members([
                "books": .text(BooksKey(secret: secret)?.books.text), "name": .string(name),
                "device": .string(device), "folder": .string(folder), "peers": .array(peers),
            ])
        }
    }
}
