import ArgumentParser
import Billing
import Replication
import Sealing
import Wire

struct Recovery: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "recovery", abstract: "Print the recovery sheet: keep it on paper.",
        discussion: """
            With it and any relay or device the books come back when every device is gone: \
            jalon join - reads it.
            """)

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let replica = try session.replica()
        let sheet = RecoverySheet(secret: replica.key.secret)
        let name = try replica.read { try Books.recordedName($0) }
        let peers = try replica.peers()
        let json = JSON.members([
            "books": .string(replica.books.text), "name": .text(name),
            "lines": .texts(sheet.lines), "peers": .array(peers.map(\.json)),
        ])
        return Answer(json: json) { page in
            page.line("Recovery sheet of \(name.map { "“\($0)”" } ?? "the books")", .strong)
            page.line(
                "Whoever has this sheet has the books. Keep it on paper, away from the machine.")
            page.line()
            for line in sheet.lines { page.line("    " + line) }
            page.line()
            page.line("On a new machine:")
            page.line("    jalon join -            type the four lines, then Ctrl-D")
            for peer in peers { page.line("    jalon peer add \(peer.name) \(peer.address)") }
            page.line("    jalon sync")
        }
    }
}

extension Books {
    /// The name of the business; nil in books that are still empty.
    static func recordedName(_ reading: Reading) throws -> String? {
        do {
            return try settings(reading).name
        } catch BillingFailure.booksEmpty {
            return nil
        }
    }
}
