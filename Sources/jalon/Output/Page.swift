/// An answer for a person: lines and tables in their order.
///
/// Whatever is put on a page may come from the data: it is made safe for a terminal here.
struct Page {
    private let terminal: Terminal
    private(set) var bytes: [UInt8] = []
    /// The headings of the tables and their rows, one table after the other.
    private(set) var rows: [[String]] = []
    /// Whether the rows are wanted beside the lines, or in their place.
    private let keepsRows: Bool

    /// Whether colours are seen.
    var hasColour: Bool { terminal.hasColour }

    init(_ terminal: Terminal, keepsRows: Bool = false) {
        self.terminal = terminal
        self.keepsRows = keepsRows
    }

    /// Adds one line; a line break within the text is shown, not obeyed.
    mutating func line(_ text: String = "", _ style: Cell.Style = .plain) {
        write(Cell.painted(SafeText.shown(text), style, colour: terminal.hasColour))
    }

    /// Adds a table, or `none` where it would have no rows.
    mutating func table(_ table: Table, none: String) {
        if keepsRows {
            if rows.isEmpty { rows.append(table.columns.map { $0.heading.lowercased() }) }
            rows += table.rows.map { $0.map(\.text) }
            return
        }
        guard !table.rows.isEmpty else { return line(none) }
        for line in table.lines(terminal) { write(line) }
    }

    /// Adds names and values, aligned; values that are nil or empty are left out.
    mutating func facts(_ facts: [(name: String, value: String?)]) {
        let shown = facts.filter { $0.value?.isEmpty == false }
        let width = shown.map { DisplayWidth.of($0.name) }.max() ?? 0
        for fact in shown {
            let gap = String(repeating: " ", count: width - DisplayWidth.of(fact.name) + 2)
            let name = Cell.painted(fact.name, .faint, colour: terminal.hasColour)
            write(name + gap + SafeText.shown(fact.value ?? ""))
        }
    }

    private mutating func write(_ line: String) {
        bytes.append(contentsOf: line.utf8)
        bytes.append(UInt8(ascii: "\n"))
    }
}
