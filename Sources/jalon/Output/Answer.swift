import Billing

/// What a command found out or did, for a program and for a person.
struct Answer {
    let json: () -> JSON
    let text: (inout Page) -> Void
    /// The status of a command that succeeded: 0, or 2 where a check found something.
    var status = ExitStatus.done
    /// For whom the text is: rows instead of a page where another program reads it.
    var form = AnswerForm.page
    /// The rows, names first; nil takes those of the page's tables.
    var rows: (() -> [[String]])?

    init(
        json: @escaping @autoclosure () -> JSON, status: ExitStatus = .done,
        text: @escaping (inout Page) -> Void
    ) {
        self.json = json
        self.text = text
        self.status = status
    }

    /// An answer that is one line for a person.
    init(json: @escaping @autoclosure () -> JSON, line: String) {
        self.init(json: json()) { $0.line(line) }
    }
}
