/// A piece of text and how it is meant.
struct Cell: ExpressibleByStringLiteral, Equatable {
    /// What a colour means here; the same everywhere.
    enum Style {
        case plain
        case strong
        case faint
        case good
        case warning
        case bad
        /// Black on white whatever the terminal has, as what a camera reads.
        case printed

        /// The SGR parameters of ECMA-48; nil changes nothing.
        var code: String? {
            switch self {
            case .plain: nil
            case .strong: "1"
            case .faint: "2"
            case .good: "32"
            case .warning: "33"
            case .bad: "31"
            case .printed: "30;107"
            }
        }
    }

    let text: String
    let style: Style

    init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }

    init(stringLiteral value: String) { self.init(value) }

    /// The text, made safe already by the caller, in its colour if there are colours.
    static func painted(_ safe: String, _ style: Style, colour: Bool) -> String {
        guard colour, let code = style.code, !safe.isEmpty else { return safe }
        return "\u{1B}[\(code)m\(safe)\u{1B}[0m"
    }
}
