import Billing

extension Failure {
    /// Conditions, an order or a grouping that cannot be read.
    static func query(_ fault: QueryFault) -> Failure {
        let example = #"--where "status=overdue or due and open>100""#
        return switch fault {
        case .tooLong(let limit):
            Failure(
                "the conditions are too long.", why: "at most \(limit) characters are read",
                status: .badInput)
        case .openQuote:
            Failure(
                "a quote in the conditions is not closed.",
                tries: [#"--where 'client="Barnes and Noble"'"#], status: .badInput)
        case .empty(let beside):
            Failure(
                "nothing stands beside “\(beside)”.",
                tries: [beside == "," ? "--sort client,-due" : example], status: .badInput)
        case .noSign(let text):
            Failure(
                "“\(text)” is no condition.",
                why: "a field, a sign and a value are needed; the signs are = != < <= > >= and ~;"
                    + " a value that holds “and” or “or” stands in quotes",
                tries: [example], status: .badInput)
        case .sign(let sign, let field):
            Failure(
                "“\(sign)” says nothing about \(field) and that value.",
                why: sign == "~"
                    ? "~ finds a part of a text"
                    : "only numbers, amounts, dates and texts are before or behind another",
                tries: [example], status: .badInput)
        case .orOfFields(let text):
            Failure(
                "“\(text)” cannot stand behind “or”.",
                why: "or divides values of one field, and joins conditions",
                tries: [#"--where "status=overdue or due and client~blum""#], status: .badInput)
        case .field(let text, let known): unknown(text, "field of this list", known)
        case .value(let text, let field, let known): unknown(text, field, known)
        }
    }

    private static func unknown(_ text: String, _ what: String, _ known: [String]) -> Failure {
        let near = Nearest.to(text, among: known)
        return Failure(
            "“\(text)” is no \(what).",
            why: near.isEmpty ? [] : ["did you mean \(near.joined(separator: " or "))?"],
            tries: known.isEmpty ? [] : ["one of \(known.joined(separator: ", "))"],
            status: .badInput)
    }
}
