import ArgumentParser
import Billing
import Replication
import Wire

struct Today: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "today", abstract: "What is late, what is next, what is not yet synced.",
        discussion: "jalon alone does the same.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let replica: Replica
        do {
            replica = try session.replica()
        } catch ReplicationFailure.noBooks(let path) {
            return Self.welcome(path)
        }
        let status = try replica.status()
        guard !status.writers.isEmpty else { return Self.unsynced(status) }
        let (settings, open, pinned) = try replica.read { books in
            let settings = try Books.settings(books)
            let invoices = try Invoices.list(books, asOf: session.today)
            return (
                settings, invoices.filter(\.isOpen),
                try PinnedViews.list(books, invoices, today: session.today)
            )
        }
        return Self.answer(settings, open, pinned, status, session.today)
    }

    private static func answer(
        _ settings: Settings, _ open: [InvoiceView], _ pinned: [PinnedViews.Count],
        _ status: Status, _ today: CivilDate
    ) -> Answer {
        let late = open.filter { $0.status == .overdue }.sorted(by: InvoiceView.isDueEarlier)
        let next = open.filter { $0.number != nil && $0.status != .overdue }
            .sorted(by: InvoiceView.isDueEarlier)
        let drafts = open.filter { $0.number == nil }
        let json = JSON.members([
            "asOf": .string(today.iso), "late": .array(late.map(\.listJSON)),
            "next": .array(next.map(\.listJSON)), "drafts": .array(drafts.map(\.listJSON)),
            "unsent": .integer(status.unsent), "conflicts": .integer(status.conflicts),
            "pinned": .array(pinned.map(\.json)),
        ])
        return Answer(json: json) { page in
            page.line("\(settings.name), \(today.weekday.words) \(today.iso)", .strong)
            page.section("Late", late)
            page.section("Next", next)
            page.section("Drafts", drafts)
            if open.isEmpty { page.line("Nothing is open.", .good) }
            if !pinned.isEmpty { page.line() }
            page.facts(
                pinned.map {
                    (name: $0.view.name, value: "\($0.words): jalon view \($0.view.typed)")
                })
            if status.conflicts > 0 {
                page.line("\(status.conflicts) to decide: jalon conflicts", .warning)
            }
            if status.unsent > 0, !status.peers.isEmpty {
                page.line("\(status.unsent) changes not yet synced: jalon sync")
            }
        }
    }

    /// On a machine without books: what to type first.
    private static func welcome(_ path: String) -> Answer {
        Answer(json: .members(["books": .null, "folder": .string(path)])) { page in
            page.line("There are no books in \(path) yet. Type one of these:")
            page.line(#"  jalon init --name "Atelier Nord"    starts new books"#)
            page.line("  jalon join -                        joins those of another device")
            page.line("  jalon --help                        says the rest")
        }
    }

    private static func unsynced(_ status: Status) -> Answer {
        let json = JSON.members(["books": .string(status.books.text), "unsent": .integer(0)])
        let peers = status.peers.map(\.name).joined(separator: ", ")
        return Answer(json: json) { page in
            page.line("These books were joined, and nothing has been fetched yet.")
            page.line(
                peers.isEmpty
                    ? "Next: \(Failure.addPeer), then jalon sync"
                    : "Next: jalon sync   (from \(peers))")
        }
    }
}

extension Page {
    fileprivate mutating func section(_ title: String, _ invoices: [InvoiceView]) {
        guard !invoices.isEmpty else { return }
        line()
        line(title, .strong)
        table(.invoices(Array(invoices.prefix(10))), none: "")
        if invoices.count > 10 {
            line("and \(invoices.count - 10) more: jalon invoice list", .faint)
        }
    }
}

extension InvoiceView {
    /// Whether something is still to be done about it.
    fileprivate var isOpen: Bool {
        switch status {
        case .draft, .issued, .sent, .due, .overdue: true
        case .paid, .credited, .writtenOff: false
        }
    }

    fileprivate static func isDueEarlier(_ left: InvoiceView, _ right: InvoiceView) -> Bool {
        (left.due?.day ?? .max, left.id) < (right.due?.day ?? .max, right.id)
    }
}
