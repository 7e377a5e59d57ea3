import ArgumentParser
import Billing
import Convergence
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
        let found = try replica.read { books in
            let open = try Invoices.open(
                books, withDetails: session.output.wantsJSON, asOf: session.today)
            return Found(
                settings: try Books.settings(books), open: open,
                toSend: try Sendings.list(books, open, today: session.today),
                pinned: try PinnedViews.list(books, today: session.today))
        }
        return Self.answer(found, status, session.today)
    }

    /// What the books say about a day.
    private struct Found {
        let settings: Settings
        let open: [InvoiceView]
        let toSend: [Sending]
        let pinned: [PinnedViews.Count]
    }

    private static func answer(_ found: Found, _ status: Status, _ today: CivilDate) -> Answer {
        let (open, pinned) = (found.open, found.pinned)
        let late = open.filter { $0.status == .overdue }.sorted(by: InvoiceView.isDueEarlier)
        let next = open.filter { $0.number != nil && $0.status != .overdue }
            .sorted(by: InvoiceView.isDueEarlier)
        let drafts = open.filter { $0.number == nil }
        func json() -> JSON {
            .members([
                "asOf": .string(today.iso), "late": .array(late.map(\.listJSON)),
                "next": .array(next.map(\.listJSON)), "drafts": .array(drafts.map(\.listJSON)),
                "unsent": .integer(status.unsent), "conflicts": .integer(status.conflicts),
                "pinned": .array(pinned.map(\.json)), "toSend": .array(found.toSend.map(\.json)),
            ])
        }
        return Answer(json: json()) { page in
            page.line("\(found.settings.name), \(today.weekday.words) \(today.iso)", .strong)
            page.section("Late", late)
            page.section("Next", next)
            page.section("Drafts", drafts)
            page.section(found.toSend)
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
    /// How many rows of a section are shown.
    private static let rowsMax = 10

    fileprivate mutating func section(_ title: String, _ invoices: [InvoiceView]) {
        guard !invoices.isEmpty else { return }
        line()
        line(title, .strong)
        table(.invoices(Array(invoices.prefix(Self.rowsMax))), none: "")
        if invoices.count > Self.rowsMax {
            line("and \(invoices.count - Self.rowsMax) more: jalon invoice list", .faint)
        }
    }

    /// What clients with a pay day wait for.
    fileprivate mutating func section(_ sendings: [Sending]) {
        guard !sendings.isEmpty else { return }
        line()
        line("To send in time", .strong)
        var table = Table([
            .left("SEND BY"), .left("NUMBER"), .left("CLIENT"), .left("TO BE PAID"),
        ])
        for sending in sendings.prefix(Self.rowsMax) {
            table.add([
                Cell(sending.sendBy.iso, .warning), sending.invoice.labelCell,
                Cell(sending.invoice.clientName), Cell(sending.paid.iso),
            ])
        }
        self.table(table, none: "")
        if sendings.count > Self.rowsMax {
            line("and \(sendings.count - Self.rowsMax) more: jalon today --json", .faint)
        }
        for sending in sendings {
            guard let other = sending.other else { continue }
            let (client, paid) = (sending.invoice.clientName, sending.paid.iso)
            line(
                "\(client) takes one invoice at a time: for \(paid) there is already"
                    + " \(RowID(other) == nil ? other : other.shortID).", .warning)
        }
    }
}

extension InvoiceView {
    fileprivate static func isDueEarlier(_ left: InvoiceView, _ right: InvoiceView) -> Bool {
        (left.due?.day ?? .max, left.id) < (right.due?.day ?? .max, right.id)
    }
}
