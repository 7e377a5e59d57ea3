import Billing

/// Something that is wrong, and what to type about it.
struct Diagnosis {
    /// A stable word for programs.
    let code: String
    let what: String
    let command: String

    var json: JSON {
        .members(["code": .string(code), "what": .string(what), "try": .string(command)])
    }

    func write(on page: inout Page) {
        page.line(what, .bad)
        page.line("  try: \(command)")
    }
}
