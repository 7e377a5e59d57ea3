import Billing
import Convergence

extension Failure {
    /// The words for a refusal of the business.
    init(_ failure: BillingFailure) {
        self =
            Self.typed(failure) ?? Self.named(failure) ?? Self.state(failure)
            ?? Self.issuing(failure)
            ?? Failure("this cannot be done: \(failure)", status: .failed)
    }

    /// What was typed.
    private static func typed(_ failure: BillingFailure) -> Failure? {
        switch failure {
        case .number(let field, let text, let fault): number(field, text, fault)
        case .date(let text, let fault): date(text, fault)
        case .terms(let text, let at):
            Failure(
                "“\(text)” are no terms of payment.", why: caret(text, at),
                tries: ["write 30d, net30, eom or eom+45d"], status: .badInput)
        case .currency(let text):
            Failure(
                "“\(text)” is no currency that this program knows.",
                tries: ["write its three letters, as in EUR or CHF"], status: .badInput)
        case .country(let text):
            Failure(
                "“\(text)” is no country.", tries: ["write its two letters, as in FR or DE"],
                status: .badInput)
        case .choice(let fault):
            Failure(
                "“\(fault.text)” cannot stand as \(fault.field.words).",
                why: nearest(fault),
                tries: ["write \(fault.allowed.joined(separator: ", "))"], status: .badInput)
        case .identifier(let kind, let text, let fault): identifier(kind, text, fault)
        case .query(let fault): query(fault)
        case .text(let field, let fault): self.text(field, fault)
        case .line(let text, .parts(let count)):
            Failure(
                "the line “\(text)” cannot be read.",
                why: "it has \(count) \(count == 1 ? "part" : "parts"); four or five are needed,"
                    + " with semicolons between, and the rate may be left out for a client with one",
                tries: [#"--line "Design; 3; 450.00; 20": name; quantity; price; VAT rate"#],
                status: .badInput)
        case .line(let text, .rateMissing):
            Failure(
                "“\(text)” does not say which VAT it is under.",
                why: "the lines have several rates, or there are none yet",
                tries: [#"--discount "50.00: loyalty; 20", or a percentage of everything"#],
                status: .badInput)
        case .category(let text):
            Failure(
                "“\(text)” is no VAT category.",
                tries: ["S standard, Z zero, E exempt, AE reverse charge, K, G or O"],
                status: .badInput)
        case .rateWithoutVAT(let category, let rate):
            Failure(
                "the VAT category \(category.rawValue) has no rate, but \(rate) % was given.",
                tries: ["write 0 as its rate, or S as its category"], status: .badInput)
        case .adjustmentOfNoLine(let category, let rate):
            Failure(
                "no line is under \(category.rawValue) \(rate.text) %, but a discount or a charge is.",
                why: "it would be of nothing, or take off VAT that nobody owes",
                tries: [#"--discount "10%: loyalty", of every line under its own VAT"#],
                status: .badInput)
        case .draftFile(let fault): draftFile(fault)
        case .amountTooLarge:
            Failure(
                "the amounts add up to more than these books can hold.",
                why: "sums go up to 100 000 000 000.00", status: .badInput)
        case .shares: Failure("there is nothing to share out.", status: .badInput)
        case .paymentNotPositive(let text):
            Failure(
                "a payment of “\(text)” cannot be entered.",
                why: "it must be more than nothing", status: .badInput)
        case .unitsOutOfRange(let text):
            Failure(
                "“\(text)” units cannot be used.",
                why: "a whole number other than zero is needed; a negative one gives units back",
                status: .badInput)
        default: nil
        }
    }

    /// What was named.
    private static func named(_ failure: BillingFailure) -> Failure? {
        switch failure {
        case .notFound(let kind, let text, let suggestions):
            return Failure(
                "no \(kind.rawValue) is called “\(text)”.",
                why: suggestions.isEmpty
                    ? []
                    : [
                        "did you mean \(suggestions.map { "“\($0.label)”" }.joined(separator: " or "))?"
                    ],
                tries: ["jalon \(kind.command) list"], status: .badInput)
        case .exists(let kind, let candidate):
            return Failure(
                "there is \("aeiou".contains(kind.rawValue.prefix(1)) ? "an" : "a") \(kind.rawValue)"
                    + " “\(candidate.label)” already.",
                tries: [
                    kind == .bill
                        ? "jalon bill list" : "jalon \(kind.command) edit \(candidate.label)"
                ], status: .failed)
        case .ambiguous(let kind, let text, let candidates):
            return Failure(
                "“\(text)” may be several \(kind.rawValue)s; nothing was changed.",
                why: choices(candidates), tries: ["use the whole name or the id"],
                status: .badInput)
        case .removed(let kind, let candidate):
            return Failure(
                "the \(kind.rawValue) “\(candidate.label)” was removed.",
                tries: kind == .client ? ["jalon client restore \(candidate.id)"] : [],
                status: .badInput)
        case .notRemoved(let kind, let candidate):
            return Failure(
                "the \(kind.rawValue) “\(candidate.label)” was not removed.",
                why: "there is nothing to restore", status: .failed)
        default: return nil
        }
    }

    /// What may have been meant by a word that is none of a list.
    private static func nearest(_ fault: ChoiceFault) -> [String] {
        let near = Nearest.to(fault.text, among: fault.allowed)
        return near.isEmpty ? [] : ["did you mean \(near.joined(separator: " or "))?"]
    }

    /// What the state of the books does not allow.
    private static func state(_ failure: BillingFailure) -> Failure? {
        switch failure {
        case .booksEmpty:
            Failure(
                "these books are still empty.",
                why: "they were joined, and nothing has been fetched yet", tries: ["jalon sync"],
                status: .failed)
        case .nothingToChange:
            Failure(
                "nothing was changed.", why: "no new value was given", tries: [UsageFailure.help()],
                status: .usage)
        case .alreadyIssued(let number):
            Failure(
                "invoice \(number) was issued and is never altered.",
                why: "an issued invoice is corrected by a credit note",
                tries: ["jalon invoice credit \(number)"], status: .failed)
        case .noLines:
            Failure(
                "the draft has no line.", why: "an invoice without a line cannot be issued",
                tries: [#"jalon invoice edit INVOICE --line "Design; 3; 450.00; 20""#],
                status: .failed)
        case .notIssued(let row):
            Failure(
                "invoice \(row.text) is a draft.", why: "only an issued invoice is paid",
                tries: ["jalon invoice issue \(row.text)"], status: .failed)
        case .noSuchLine(let number, let count):
            Failure(
                "the draft has no line \(number).",
                why: count == 1 ? "it has one line" : "it has \(count) lines",
                tries: ["jalon invoice show INVOICE"], status: .badInput)
        case .damaged(let table, let row, let field):
            Failure(
                "the \(field) of row \(row) in \(table) cannot be read.",
                why: "another program may have written it",
                tries: ["jalon doctor", "jalon log"], status: .badInput)
        case .contentTooLarge(let bytes, let limit):
            Failure(
                "the invoice is too large to be issued.",
                why: "it takes \(bytes) bytes of at most \(limit)",
                tries: ["split it into two invoices"], status: .badInput)
        case .conflictGone(let id):
            Failure(
                "the conflict \(id) is not there any more; nothing was changed.",
                why: "it was settled, or has changed since it was listed",
                tries: ["jalon conflicts"], status: .failed)
        case .issuedIsFrozen(let number):
            Failure(
                "invoice \(number) was issued and is never altered.",
                why: "the other value can be noted with keep; the remedy is a credit note",
                tries: ["jalon conflicts keep ID"], status: .failed)
        default: nil
        }
    }
}

extension EntityKind {
    /// The command whose things these are.
    var command: String { self == .account ? "me account" : rawValue }
}
