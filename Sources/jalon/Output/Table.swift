/// Rows in aligned columns.
struct Table {
    /// A column's heading and the side on which its texts stand.
    struct Column {
        let heading: String
        let isRight: Bool
        /// When the column is left out where the lines would not fit: 1 is the first; nil never.
        let drops: Int?

        static func left(_ heading: String, drops: Int? = nil) -> Column {
            Column(heading: heading, isRight: false, drops: drops)
        }
        static func right(_ heading: String, drops: Int? = nil) -> Column {
            Column(heading: heading, isRight: true, drops: drops)
        }
    }

    let columns: [Column]
    private(set) var rows: [[Cell]] = []

    private static let gap = 2
    /// A column is never cut below this: a minute of a day stays whole, and of a name enough.
    private static let narrowest = 16

    init(_ columns: [Column]) { self.columns = columns }

    mutating func add(_ cells: [Cell]) {
        precondition(cells.count == columns.count, "a row has a cell for every column")
        rows.append(cells)
    }

    /// The lines of the table.
    ///
    /// On a terminal the widest left-hand column is cut until the lines fit, and columns that may be
    /// left out are. Where that would not do, each row is told whole, in lines of its own.
    func lines(_ terminal: Terminal) -> [String] {
        let texts = rows.map { $0.map { SafeText.shown($0.text) } }
        var widths = columns.map { DisplayWidth.of($0.heading) }
        for row in texts {
            for (index, text) in row.enumerated() {
                widths[index] = max(widths[index], DisplayWidth.of(text))
            }
        }
        var kept = Array(columns.indices)
        if let limit = terminal.width {
            while !fit(&widths, of: kept, to: limit) {
                let next = kept.filter { columns[$0].drops != nil }
                    .min { columns[$0].drops ?? 0 < columns[$1].drops ?? 0 }
                guard let next else { return blocks(texts, terminal) }
                kept.removeAll { $0 == next }
            }
        }
        let headings = columns.map { Cell($0.heading, .faint) }
        var result = [line(headings, columns.map(\.heading), widths, kept, terminal)]
        for (row, safe) in zip(rows, texts) {
            result.append(line(row, safe, widths, kept, terminal))
        }
        return result
    }

    /// Whether the columns that are kept fit, after cutting what may be cut; where they do not, the
    /// widths stay.
    private func fit(_ widths: inout [Int], of kept: [Int], to limit: Int) -> Bool {
        var cut = widths
        var excess = kept.reduce(0) { $0 + widths[$1] } + Self.gap * (kept.count - 1) - limit
        while excess > 0 {
            let candidates = kept.filter { !columns[$0].isRight }
            guard let widest = candidates.max(by: { cut[$0] < cut[$1] }),
                cut[widest] > Self.narrowest
            else { return false }
            let others = candidates.filter { $0 != widest }.map { cut[$0] }.max() ?? 0
            let floor = max(Self.narrowest, min(others, cut[widest] - 1))
            let less = min(excess, cut[widest] - floor)
            cut[widest] -= less
            excess -= less
        }
        widths = cut
        return true
    }

    /// A line for each cell that says something, behind its heading; an empty line between two rows.
    private func blocks(_ texts: [[String]], _ terminal: Terminal) -> [String] {
        let width = columns.map { DisplayWidth.of($0.heading) }.max() ?? 0
        let told: [[String]] = zip(rows, texts).map { row, safe in
            columns.indices.filter { !safe[$0].isEmpty }.map { index in
                let heading = columns[index].heading
                let padding = width + Self.gap - DisplayWidth.of(heading)
                return Cell.painted(heading, .faint, colour: terminal.hasColour)
                    + String(repeating: " ", count: padding)
                    + Cell.painted(safe[index], row[index].style, colour: terminal.hasColour)
            }
        }
        return Array(told.joined(separator: [""]))
    }

    private func line(
        _ cells: [Cell], _ safe: [String], _ widths: [Int], _ kept: [Int], _ terminal: Terminal
    ) -> String {
        var result = ""
        var pending = 0
        for index in kept {
            let cell = cells[index]
            let text = DisplayWidth.cut(safe[index], to: widths[index])
            let padding = widths[index] - DisplayWidth.of(text)
            if columns[index].isRight { pending += padding }
            if !text.isEmpty {
                result += String(repeating: " ", count: pending)
                result += Cell.painted(text, cell.style, colour: terminal.hasColour)
                pending = 0
            }
            if !columns[index].isRight { pending += padding }
            pending += Self.gap
        }
        return result
    }
}
