import ArgumentParser
import Billing

struct InvoiceList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List drafts and invoices.",
        discussion: QueryOptions.discussion(InvoiceView.self))

    @Option(
        help: ArgumentHelp(
            "Only those: \(InvoiceStatus.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "status"))
    var status: String?
    @Option(help: ArgumentHelp("Only this client's.", valueName: "client"))
    var client: String?
    @OptionGroup var query: QueryOptions
    @OptionGroup var form: FormOptions
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let wanted = try status.map(Self.status)
        let query: Query<InvoiceView> = try query.query(session)
        let withDetails = Self.needsDetails(query, form, session)
        let invoices = try session.read { books in
            let row = try client.map { try Lookup.client(books, $0, for: .reading) }
            return try Invoices.list(
                books, status: wanted, client: row, needsSettled: InvoiceView.needsSettled(query),
                withDetails: withDetails, asOf: session.today)
        }
        return try .invoices(invoices, query, form, session, none: none)
    }

    /// Whether methods and notes are to be read: what a person does not ask for would only be slow.
    static func needsDetails(
        _ query: Query<InvoiceView>, _ form: FormOptions, _ session: Session
    ) -> Bool {
        session.output.wantsJSON || AnswerForm(form) != .page || InvoiceView.needsDetails(query)
    }

    private var none: String {
        status == nil && client == nil
            ? #"No invoices yet. Write one: jalon invoice new CLIENT --line "Design; 3; 450.00; 20""#
            : "No such invoices."
    }

    private static func status(_ text: String) throws -> InvoiceStatus {
        if let status = InvoiceStatus(rawValue: text.lowercased()) { return status }
        let names = InvoiceStatus.allCases.map(\.rawValue)
        let near = Nearest.to(text, among: names)
        throw Failure(
            "“\(text)” is no status of an invoice.",
            why: near.isEmpty ? [] : ["did you mean \(near.joined(separator: " or "))?"],
            tries: ["--status with one of \(names.joined(separator: ", "))"],
            status: .badInput)
    }
}

extension Answer {
    /// Invoices, one on each line.
    static func invoices(
        _ invoices: [InvoiceView], _ query: Query<InvoiceView>, _ form: FormOptions,
        _ session: Session, none: String
    ) throws -> Answer {
        try .list(
            invoices, query, form, session, none: none, isWhole: InvoiceView.needsSettled(query),
            json: \.listJSON
        ) { .invoices($0, showing: query.fields) }
    }
}
