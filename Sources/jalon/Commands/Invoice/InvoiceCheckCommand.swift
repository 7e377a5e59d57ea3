import ArgumentParser
import Billing

struct InvoiceCheckCommand: LocalCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "See what a draft lacks before anybody gets it.",
        discussion: "Exit code 2 if something is missing. Nothing is changed.")

    @Argument(help: ArgumentHelp("The draft's id, or its client.", valueName: "invoice"))
    var invoice: String
    @Option(help: ArgumentHelp("The date of issue to check for.", valueName: "date"))
    var on: String?
    @OptionGroup var common: CommonOptions

    func answer(_ session: Session) throws -> Answer {
        let date = try session.date(on) ?? session.today
        let check = try session.read {
            try Invoices.check($0, try Lookup.draft($0, invoice, for: .reading).invoice, on: date)
        }
        return Answer(json: check.json, status: check.gaps.isEmpty ? .done : .findings) { page in
            for gap in check.gaps {
                page.line("It lacks \(gap.words).", check.isRefused ? .bad : .warning)
                page.line("  \(gap.command)", .faint)
            }
            for warning in check.warnings { page.line(warning.words, .warning) }
            if check.gaps.isEmpty {
                page.line("Nothing is missing. Issue it: jalon invoice issue \(invoice)", .good)
            }
        }
    }
}

extension InvoiceCheck.Warning {
    /// What is to be thought of.
    var words: String {
        switch self {
        case .termsTooLong(let due, let limit):
            "It falls due on \(due.iso); between businesses the law allows up to \(limit.iso)."
        case .periodicTermsTooLong(let due, let limit):
            "It falls due on \(due.iso); for a period the law allows up to \(limit.iso)."
        case .cutoffMissed(let sendBy, let paid):
            "The client's cut-off is past: sent by \(sendBy.iso), it is paid on \(paid.iso)."
        case .oneAtATime(let other):
            "The client takes one invoice at a time, and \(other) is already there for it."
        case .nothingToPay: "There is nothing to be paid on it."
        case .noOwner:
            "Nobody sees to it, and it will not be issued: jalon me set --owner NAME"
        case .supplyUndated:
            "No day or period of the supply is named: --delivered DATE, or --from-day and --to-day."
        }
    }
}
