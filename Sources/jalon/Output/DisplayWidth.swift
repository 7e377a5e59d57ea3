/// How many columns of a terminal a text takes.
enum DisplayWidth {
    /// The columns of a whole text, grapheme by grapheme.
    static func of(_ text: String) -> Int {
        ofSimple(text) ?? text.reduce(0) { $0 + of($1) }
    }

    /// The columns of a text whose characters are all below U+0300 and to be seen: each is a grapheme
    /// and takes one. nil for any other text. Nearly all texts of Latin letters are so, and lists have
    /// tens of thousands of them.
    static func ofSimple(_ text: String) -> Int? {
        var text = text
        return text.withUTF8 { bytes in
            var columns = 0
            var lead: UInt8 = 0
            for byte in bytes {
                switch byte {
                case 0x20..<0x7F: columns += 1
                case 0x80..<0xC0:
                    // U+0080 to U+009F are controls, U+00AD is a hyphen that may not be seen.
                    if lead == 0xC2, byte < 0xA0 || byte == 0xAD { return nil }
                    columns += 1
                case 0xC2..<0xCC: lead = byte
                default: return nil
                }
            }
            return columns
        }
    }

    /// The columns of one grapheme: 0, 1 or 2.
    static func of(_ character: Character) -> Int {
        var width = 0
        for scalar in character.unicodeScalars {
            // VARIATION SELECTOR-16 asks for the picture, which is wide.
            if scalar.value == 0xFE0F { return 2 }
            width = max(width, of(scalar))
        }
        return width
    }

    private static func of(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return scalar.value < 0x20 ? 0 : 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        if scalar.properties.isEmojiPresentation { return 2 }
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// The blocks whose characters are Wide or Fullwidth in Unicode's EastAsianWidth.txt; narrow or
    /// unassigned characters between them are rare enough to be counted along.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F,  // Hangul Jamo initials
        0x2E80...0x303E,  // CJK radicals, Kangxi, punctuation
        0x3041...0x33FF,  // Kana, Bopomofo, Hangul compatibility, CJK compatibility
        0x3400...0x4DBF, 0x4E00...0x9FFF,  // CJK ideographs
        0xA000...0xA4CF,  // Yi
        0xA960...0xA97C,  // Hangul Jamo extended
        0xAC00...0xD7A3,  // Hangul syllables
        0xF900...0xFAFF,  // CJK compatibility ideographs
        0xFE10...0xFE19, 0xFE30...0xFE6F,  // vertical and small forms
        0xFF00...0xFF60, 0xFFE0...0xFFE6,  // fullwidth forms
        0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,  // Tangut, Kana supplements
        0x1F200...0x1F2FF,  // enclosed ideographs
        0x1F1E6...0x1F1FF,  // regional indicators: a flag is one grapheme
        0x20000...0x3FFFD,  // CJK extensions
    ]

    /// As much of the text as fits, with `…` at the end if anything was left out.
    static func cut(_ text: String, to columns: Int) -> String {
        guard of(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in text {
            let width = of(character)
            guard used + width <= columns - 1 else { break }
            kept.append(character)
            used += width
        }
        return kept + "…"
    }
}
