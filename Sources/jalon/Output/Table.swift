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
        let texts = rows.map { $0.map { Shown($0.text) } }
        let headings = columns.map { Shown($0.heading) }
        var widths = headings.map(\.width)
        for row in texts {
            for index in widths.indices { widths[index] = max(widths[index], row[index].width) }
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
        let colour = terminal.hasColour
        var result: [String] = []
        result.reserveCapacity(rows.count + 1)
        result.append(
            line(headings, widths, kept, colour: colour) { _ in .faint })
        for (row, shown) in zip(rows, texts) {
            result.append(
                line(shown, widths, kept, colour: colour) { row[$0].style })
        }
        return result
    }

    /// A text as it is shown, and the columns that it takes: measured once.
    private struct Shown {
        let text: String
        let width: Int

        init(_ text: String) {
            if let width = DisplayWidth.ofSimple(text) {
                self.text = text
                self.width = width
            } else {
                self.text = SafeText.shown(text)
                width = DisplayWidth.of(self.text)
            }
        }
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
    private func blocks(_ texts: [[Shown]], _ terminal: Terminal) -> [String] {
        let width = columns.map { DisplayWidth.of($0.heading) }.max() ?? 0
        let told: [[String]] = zip(rows, texts).map { row, safe in
            columns.indices.filter { !safe[$0].text.isEmpty }.map { index in
                let heading = columns[index].heading
                let padding = width + Self.gap - DisplayWidth.of(heading)
                return Cell.painted(heading, .faint, colour: terminal.hasColour)
                    + String(repeating: " ", count: padding)
                    + Cell.painted(safe[index].text, row[index].style, colour: terminal.hasColour)
            }
        }
        return Array(told.joined(separator: [""]))
    }

    /// One line, each cell between the codes of its style where there are colours.
    private func line(
        _ cells: [Shown], _ widths: [Int], _ kept: [Int], colour: Bool, style: (Int) -> Cell.Style
    ) -> String {
        // Bytes: a list has ten thousands of cells, and joining strings costs more than their texts.
        var line: [UInt8] = []
        line.reserveCapacity(kept.reduce(0) { $0 + 2 * widths[$1] + Self.gap })
        var pending = 0
        for index in kept {
            var (text, width) = (cells[index].text, cells[index].width)
            if width > widths[index] {
                text = DisplayWidth.cut(text, to: widths[index])
                width = DisplayWidth.of(text)
            }
            let padding = widths[index] - width
            if columns[index].isRight { pending += padding }
            if !text.isEmpty {
                line.append(contentsOf: repeatElement(UInt8(ascii: " "), count: pending))
                let painted = colour ? Cell.painted(text, style(index), colour: true) : text
                line.append(contentsOf: painted.utf8)
                pending = 0
            }
            if !columns[index].isRight { pending += padding }
            pending += Self.gap
        }
        return String(decoding: line, as: UTF8.self)
    }
}
