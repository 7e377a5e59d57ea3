import ArgumentParser
import Billing
import Replication

struct InvoiceIssue: NetworkCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Give a draft its number, for good.",
        discussion: """
            Every invoice has an owner, the person who sees that it is paid: you, unless the draft, the \
            client or --owner name another. What was issued is never altered; the remedy for a mistake is a credit note. Peers that \
            answer are met first, so that what others did is known.
            """)

    @Argument(help: ArgumentHelp("The draft's id, or its client.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("The date of issue.", valueName: "date"))
    var on: String?
    @Option(help: ArgumentHelp("The series, if this device has several.", valueName: "name"))
    var series: String?
    @Option(help: ArgumentHelp("The person who sees to it.", valueName: "name"))
    var owner: String?
    @Flag(help: "Meet nobody first.")
    var offline = false
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) async throws -> Answer {
        let date = try session.date(on)
        if !offline, !writing.dryRun { try await meet(session) }
        let issued = try session.write(writing) { books in
            let row = try Lookup.draft(books, invoice, for: .writing).invoice
            return try Invoices.issue(
                books, row, on: date, series: series, owner: owner, at: session.moment)
        }
        for gap in issued.gaps {
            session.output.notice("It lacks \(gap.words); for the next one: \(gap.command)")
        }
        let document = issued.invoice
        return Answer(json: document.json) { page in
            // A credit note asks for nothing, nor does an invoice of which nothing is left to pay.
            let isAsked = !document.kind.isCredit && document.balance > 0
            let due = isAsked ? document.due : nil
            page.line(
                "Issued \(document.label) for \(document.clientName), \(document.total)"
                    + (due.map { ", to be paid by \($0.iso)." } ?? "."))
            page.line("Send it: jalon invoice send \(document.label)", .faint)
        }
    }

    /// Meets whom it can: a peer that does not answer stops nothing.
    private func meet(_ session: Session) async throws {
        let replica = try session.replica(for: .writing)
        let peers = try replica.peers()
        guard !peers.isEmpty else { return }
        let network = Network()
        for peer in peers {
            do {
                session.output.progress("Meeting \(peer.name) …")
                _ = try await Meeting.hold(replica, peer, network)
            } catch {
                session.output.notice("\(peer.name) was not met: \(Failure(error).what)")
            }
        }
        session.output.progress("")
        try? await network.close()
    }
}
