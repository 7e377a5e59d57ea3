import Billing
import Glibc

/// Where answers and notices go: the answer to standard output, everything else to standard error.
struct Output {
    let wantsJSON: Bool
    let terminal: Terminal
    private let isNoticeColoured: Bool

    init(wantsJSON: Bool, noColour: Bool) {
        self.wantsJSON = wantsJSON
        terminal = Terminal.on(STDOUT_FILENO, noColour: noColour)
        isNoticeColoured = Terminal.on(STDERR_FILENO, noColour: noColour).hasColour
    }

    /// Writes an answer whole, or fails: half an answer is never taken for one.
    func answer(_ answer: Answer) throws(Failure) {
        if wantsJSON {
            try Self.write(answer.json().document, to: STDOUT_FILENO)
        } else if answer.form != .page {
            try Self.write(Self.lines(answer), to: STDOUT_FILENO)
        } else {
            var page = Page(terminal)
            answer.text(&page)
            try Self.write(page.bytes, to: STDOUT_FILENO)
        }
    }

    /// The rows of an answer, a line for each, safe for a terminal like everything else.
    private static func lines(_ answer: Answer) -> [UInt8] {
        var page = Page(.none, keepsRows: true)
        if answer.rows == nil { answer.text(&page) }
        let rows = (answer.rows?() ?? page.rows).map { $0.map(SafeText.shown) }
        switch answer.form {
        case .csv(let isRaw): return Array(CSV.text(rows, isRaw: isRaw, lineEnd: "\n").utf8)
        case .page, .plain:
            return Array(
                rows.dropFirst().map { $0.joined(separator: "\t") + "\n" }.joined().utf8)
        }
    }

    /// Says something beside the answer.
    func notice(_ text: String) {
        let safe = Cell.painted(SafeText.shown(text), .faint, colour: isNoticeColoured)
        // Where notices cannot be written there is nobody to tell.
        try? Self.write(Array((safe + "\n").utf8), to: STDERR_FILENO)
    }

    /// Asks for something; the line that was typed, without its end.
    func ask(_ what: String) throws(Failure) -> String {
        try? Self.write(Array("\(what): ".utf8), to: STDERR_FILENO)
        return try Streams.line(limit: 4096, what: "the \(what)")
    }

    /// Says what went wrong, one line each for what, why and what to type.
    func report(_ failure: Failure) { Self.report(failure, colour: isNoticeColoured) }

    /// The same, before it is known what the command line asks for.
    static func report(_ failure: Failure, colour: Bool) {
        for (index, line) in failure.lines.enumerated() {
            let style: Cell.Style = index == 0 ? .bad : .plain
            let painted = Cell.painted(SafeText.shown(line), style, colour: colour)
            try? write(Array((painted + "\n").utf8), to: STDERR_FILENO)
        }
    }

    /// Says how far something is, on a terminal only and always on the same line.
    func progress(_ text: String) {
        guard isatty(STDERR_FILENO) == 1, !wantsJSON else { return }
        try? Self.write(Array("\r\u{1B}[K\(SafeText.shown(text))\r".utf8), to: STDERR_FILENO)
    }

    /// Writes all bytes; a full disk and a closed pipe are failures.
    static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var offset = 0
        while offset < bytes.count {
            let written = bytes[offset...].withUnsafeBytes {
                Glibc.write(descriptor, $0.baseAddress, $0.count)
            }
            if written >= 0 {
                offset += written
            } else if errno != EINTR {
                throw Failure.output(errno)
            }
        }
    }
}
