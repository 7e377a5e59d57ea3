import ArgumentParser
import Billing
import Convergence
import Glibc
import Replication

struct InvoicePrint: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "print", abstract: "Write an invoice out, as text or Markdown.",
        discussion: """
            What was issued is written from what was frozen; a draft as it would be issued today. A \
            template of your own lies in the folder that jalon template list names.
            """)

    @Argument(help: ArgumentHelp("Number or id.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("text or markdown.", valueName: "format"))
    var format: String?
    @Option(help: ArgumentHelp("fr or en; the document's own else.", valueName: "code"))
    var language: String?
    @Option(help: ArgumentHelp("A template to use this once.", valueName: "file"))
    var template: String?
    @Option(help: ArgumentHelp("Where to write it.", valueName: "file"))
    var output: String?
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let format = try Templates.format(format)
        let language = try language.map(Templates.language)
        let (content, label, id) = try session.read { books in
            let ref = try Lookup.invoice(books, invoice, for: .reading)
            let view = try Invoices.show(books, ref, asOf: session.today)
            let content =
                try view.document.flatMap { RowID($0) }.map { try Invoices.content(books, $0) }
                ?? Invoices.preview(books, ref.invoice, on: session.today)
            return (content, view.label, view.id)
        }
        guard let document = DocumentText(content: content, format: format, language: language)
        else {
            throw BillingFailure.damaged(table: "documents", row: id, field: "content")
        }
        let own = language ?? document.language
        let text = document.text(try Templates.chosen(template, format, own))
        if let output { try Files.write(text, to: output) }
        let json = JSON.members([
            "id": .string(id), "number": .string(label), "format": .string(format.rawValue),
            "language": .string(own.rawValue), "text": .string(text), "file": .text(output),
        ])
        return Answer(json: json) { page in
            if let output {
                page.line("Wrote \(label) to \(output).")
            } else {
                let lines = text.dropLast().split(
                    separator: "\n", omittingEmptySubsequences: false
                ).map(String.init)
                Self.write(lines, TransferCode(document: content)?.code, on: &page)
            }
        }
    }
}

extension InvoicePrint {
    /// Where there are colours the code is dark on light, as a camera wants it; elsewhere it is drawn as
    /// ink is on paper, like everything else.
    private static func write(_ lines: [String], _ code: QRCode?, on page: inout Page) {
        guard page.hasColour, let code,
            let start = lines.indices.first(where: { lines[$0...].starts(with: code.lines) })
        else {
            for line in lines { page.line(line) }
            return
        }
        for line in lines[..<start] { page.line(line) }
        for line in code.framedLines { page.line(line, .printed) }
        for line in lines[(start + code.lines.count)...] { page.line(line) }
    }
}

/// The user's own templates, and ours.
enum Templates {
    /// More than any template needs.
    private static let limit = 1 << 20

    /// The folder of the user's templates.
    static func folder() throws -> String { try Folders.configuration() + "/templates" }

    /// The names under which a template is looked for, the nearest first.
    static func names(_ format: DocumentText.Format, _ language: Language) -> [String] {
        ["document.\(language.rawValue).\(format.suffix)", "document.\(format.suffix)"]
    }

    /// The template to use: the one that was named, else the user's own; nil means ours.
    static func chosen(
        _ named: String?, _ format: DocumentText.Format, _ language: Language
    ) throws -> Template? {
        let folder = try folder()
        let own = names(format, language).map { folder + "/" + $0 }.first { access($0, F_OK) == 0 }
        guard let path = named ?? own else { return nil }
        let bytes = try InputFile.bytes(path, limit: limit, what: "a template")
        let template = Template(String(decoding: bytes, as: UTF8.self))
        let unknown = template.unknown(among: DocumentText.places)
        guard unknown.isEmpty else {
            throw Failure(
                "the template \(path) has a place that no document has: {{\(unknown[0])}}.",
                why: Nearest.to(unknown[0], among: Array(DocumentText.places)).map {
                    "did you mean {{\($0)}}?"
                }, tries: ["jalon template list"], status: .badInput)
        }
        return template
    }

    static func format(_ text: String?) throws -> DocumentText.Format {
        guard let text else { return .text }
        guard let format = DocumentText.Format(rawValue: text.lowercased()) else {
            throw BillingFailure.choice(
                ChoiceFault(
                    field: "format", text: text,
                    allowed: DocumentText.Format.allCases.map(\.rawValue)))
        }
        return format
    }

    static func language(_ text: String) throws -> Language {
        guard let language = Language(rawValue: text.lowercased()) else {
            throw BillingFailure.choice(
                ChoiceFault(
                    field: "language", text: text, allowed: Language.allCases.map(\.rawValue)))
        }
        return language
    }
}

/// `jalon template …`.
struct TemplateCommands: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "template", abstract: "What invoices are written with.",
        subcommands: [TemplateList.self, TemplateShow.self], defaultSubcommand: TemplateList.self)
}

struct TemplateList: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the templates, and where yours belong.")

    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let folder = try Templates.folder()
        let names = DocumentText.Format.allCases.flatMap { format in
            ["document.\(format.suffix)"]
                + Language.allCases.map { "document.\($0.rawValue).\(format.suffix)" }
        }
        let places = DocumentText.places.sorted()
        let json = JSON.members([
            "folder": .string(folder),
            "templates": .array(
                names.map { name in
                    .members([
                        "name": .string(name),
                        "own": .bool(access(folder + "/" + name, F_OK) == 0),
                    ])
                }), "places": .texts(places),
        ])
        return Answer(json: json) { page in
            page.line("Your own templates belong in \(folder)", .strong)
            for name in names {
                let isOwn = access(folder + "/" + name, F_OK) == 0
                page.line("  \(name)  \(isOwn ? "yours" : "not there: ours is used")")
            }
            page.line("Begin with ours: jalon template show text", .faint)
            page.line("Places: " + places.filter { !$0.hasPrefix("label.") }.joined(separator: " "))
        }
    }
}

struct TemplateShow: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Print our template, to begin yours with.")

    @Argument(help: ArgumentHelp("text or markdown.", valueName: "format"))
    var format: String
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let text = DocumentText.standardText(try Templates.format(format))
        return Answer(json: .members(["text": .string(text)])) { page in
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                page.line(String(line))
            }
        }
    }
}
