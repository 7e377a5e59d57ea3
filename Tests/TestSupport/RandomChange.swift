package import Convergence

extension SeededRandom {
    /// A row id of any kind.
    package mutating func row() -> RowID {
        let kind = pick([RowID.Kind.random, .derived, .frozen])
        while true {
            if let row = RowID(kind, bytes: bytes(RowID.byteCount)) { return row }
        }
    }

    /// A lawful name.
    package mutating func name() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789_")
        return String(letters[pick(0...25)])
            + String((0..<pick(0...12)).map { _ in letters[pick(0...36)] })
    }

    /// A lawful text with everything that needs care: escapes, controls, all planes.
    package mutating func text() -> String {
        var text = ""
        for _ in 0..<pick(0...12) {
            switch pick(0...5) {
            case 0: text += pick(["\"", "\\", "/", "\n", "\r", "\t", "\u{8}", "\u{c}", "\u{1f}"])
            case 1: text += pick(["é", "e\u{301}", "\u{7f}", "\u{80}", "\u{2028}", "\u{feff}"])
            case 2: text += pick(["😀", "\u{10ffff}", "\u{ffff}", "\u{d7ff}", "\u{e000}", "中"])
            default: text += pick(["a", "Z", "0", " ", "{", "]", ",", ":"])
            }
        }
        return text
    }

    /// A lawful value.
    package mutating func value() -> Value {
        switch pick(0...5) {
        case 0: .null
        case 1: .integer(Int64(bitPattern: next()))
        case 2: .integer(pick([.min, .max, 0, -1, 1, 1 << 53, -(1 << 53) - 1]))
        default: .text(text())
        }
    }

    /// A lawful change.
    package mutating func change() -> Change {
        let context = (0..<pick(0...3)).map { _ in
            Change.ContextEntry(
                writer: bytes(32), number: Int64(pick(1...1_000_000)), id: bytes(32))
        }
        let operations = (0..<pick(1...4)).map { _ in operation() }
        return Change(
            number: Int64(pick(1...1_000_000)), stamp: Int64(next() >> 16), context: context,
            content: .operations(operations))
    }

    private mutating func operation() -> Operation {
        var names: [String] = []
        for _ in 0..<pick(1...4) {
            let name = name()
            if !names.contains(name) { names.append(name) }
        }
        switch pick(0...2) {
        case 0: return .remove(table: name(), row: row())
        case 1:
            return .add(
                table: name(), row: row(),
                deltas: names.map { .init($0, Int64(bitPattern: next())) })
        default:
            return .put(table: name(), row: row(), fields: names.map { .init($0, value()) })
        }
    }
}
