import ArgumentParser
import Billing
import Replication
import Sealing
import Wire

struct Invite: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "invite", abstract: "Print an invitation for your other devices.",
        discussion: "It serves many devices and does not expire. Whoever has it has the books.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let replica = try session.replica()
        let name = try replica.read { try Books.recordedName($0) } ?? ""
        // A folder of this machine is nowhere on another.
        let invitation = try replica.invitation(name: name) { !$0.address.hasPrefix("/") }
        if invitation.relays.isEmpty {
            session.output.notice(
                "There is no relay in it yet. First, if there is one: jalon peer add NAME URL")
        }
        session.output.notice(
            "Whoever has this line has the books. On the other device, type it after")
        session.output.notice("  jalon join - --device NAME")
        let peers = invitation.relays.map {
            JSON.members(["name": .string($0.name), "url": .string($0.address)])
        }
        let json = JSON.members([
            "books": .string(replica.books.text), "name": .string(name), "peers": .array(peers),
            "invitation": .string(invitation.text),
        ])
        return Answer(json: json, line: invitation.text)
    }
}
