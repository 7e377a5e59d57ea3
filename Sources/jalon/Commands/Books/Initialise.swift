import ArgumentParser
import Billing
import Replication
import Wire

struct Initialise: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Start new books.")

    @Option(help: ArgumentHelp("The name of the business.", valueName: "text"))
    var name: String
    @Option(
        help: ArgumentHelp("The currency of new invoices; EUR unless given.", valueName: "code"))
    var currency: String?
    @Option(
        help: ArgumentHelp(
            "Whose rules count, as in FR; without one issuing only warns.", valueName: "code"))
    var country: String?
    @Option(help: ArgumentHelp("What to call this device; its own name else.", valueName: "text"))
    var device: String?
    @OptionGroup var writing: WriteOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        // What is wrong with the words is said before a folder is made.
        _ = try Currency(currency ?? "EUR")
        try checked()
        let device = device ?? Machine.name
        if writing.dryRun {
            session.output.notice("Nothing was written: this was a dry run.")
            return Self.answer(
                name, books: nil, device: device, folder: session.places.books, "Would start")
        }
        let replica = try make(session, device)
        let settings = try replica.write {
            try Books.initialise(
                $0, name: name, currency: currency, country: country, at: session.moment)
        }
        return Self.answer(
            settings.name, books: replica.books.text, device: device,
            folder: session.places.books, "Started")
    }

    /// New books; or those whose making was cut off before anything was written into them.
    private func make(_ session: Session, _ device: String) throws -> Replica {
        do {
            return try Replica.create(
                session.places, schema: BillingSchema.schema, environment: .system, device: device)
        } catch ReplicationFailure.booksExist(let path) {
            let replica = try session.replica(for: .writing)
            guard try replica.status().writers.isEmpty, try replica.peers().isEmpty else {
                throw ReplicationFailure.booksExist(path: path)
            }
            return replica
        }
    }

    private func checked() throws {
        try Replica.rehearse { writing in
            _ = try Books.initialise(
                writing, name: name, currency: currency, country: country,
                at: Moment(today: .first, milliseconds: 0))
        }
    }

    private static func answer(
        _ name: String, books: String?, device: String, folder: String, _ verb: String
    ) -> Answer {
        let json = JSON.members([
            "books": .text(books), "name": .string(name), "device": .string(device),
            "folder": .string(folder),
        ])
        return Answer(json: json) { page in
            page.line("\(verb) the books of “\(name)” in \(folder) on “\(device)”.")
            page.line("Next: jalon client add NAME", .faint)
        }
    }
}
