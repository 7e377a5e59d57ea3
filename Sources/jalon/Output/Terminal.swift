import Glibc

/// What is known of the place where an answer is shown.
struct Terminal {
    /// The columns of a line; nil where no terminal is, and nothing is cut.
    let width: Int?
    /// Whether colours are wanted and understood.
    let hasColour: Bool

    /// A pipe or a file.
    static let none = Terminal(width: nil, hasColour: false)

    /// Whether somebody sits before it who can be asked.
    static var isAttended: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

    /// The terminal on a descriptor, if there is one.
    ///
    /// Colours obey https://no-color.org, `TERM=dumb` and `--no-color`.
    static func on(_ descriptor: Int32, noColour: Bool) -> Terminal {
        guard isatty(descriptor) == 1 else { return .none }
        let kind = Variable.text("TERM")
        let hasColour =
            !noColour && Variable.text("NO_COLOR") == nil && kind != nil && kind != "dumb"
        return Terminal(width: columns(of: descriptor), hasColour: hasColour)
    }

    private static func columns(of descriptor: Int32) -> Int? {
        if let text = Variable.text("COLUMNS"), let columns = Int(text), columns > 0 {
            return columns
        }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
