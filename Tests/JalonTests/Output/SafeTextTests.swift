import Testing

@testable import jalon

struct `Text for a terminal` {
    @Test func `no character of Unicode reaches a terminal that it would act on`() {
        var dangerous: [Unicode.Scalar] = []
        for value in UInt32(0)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let shown = SafeText.shown("a\(scalar)b").unicodeScalars
            let acts = shown.contains {
                $0.value < 0x20 || (0x7F...0x9F).contains($0.value)
                    || (0x202A...0x202E).contains($0.value) || (0x2066...0x2069).contains($0.value)
            }
            if acts { dangerous.append(scalar) }
        }
        #expect(dangerous.isEmpty)
    }

    @Test func `what is replaced can be seen`() {
        #expect(SafeText.shown("a\u{1B}[31mb") == "a^[[31mb")
        #expect(SafeText.shown("evil\u{202E}txt") == "evil<U+202E>txt")
        #expect(SafeText.shown("one\ntwo") == "one^Jtwo")
        #expect(SafeText.shown("\u{7F}\u{9B}") == "^?<U+009B>")
    }

    @Test func `ordinary letters of any script stay as they are`() {
        for text in ["Café", "Zoë", "株式会社", "👩‍👩‍👧", "שלום", "Łódź", "🇫🇷"] {
            #expect(SafeText.shown(text) == text)
        }
    }
}

struct `The width of text` {
    @Test(arguments: [
        ("abc", 3), ("Café", 4), ("Cafe\u{301}", 4), ("株式会社", 8), ("👩‍👩‍👧", 2), ("🇫🇷", 2),
        ("☎\u{FE0F}", 2), ("한글", 4), ("ｱ", 1), ("Ａ", 2), ("€", 1), ("a\u{300}\u{301}\u{302}", 1),
    ])
    func `is counted by grapheme`(text: String, width: Int) {
        #expect(DisplayWidth.of(text) == width)
    }

    @Test func `cut text never takes more columns than it was given`() {
        for columns in 0...9 {
            #expect(DisplayWidth.of(DisplayWidth.cut("a株b式c会", to: columns)) <= columns)
        }
        #expect(DisplayWidth.cut("株式会社", to: 5) == "株式…")
        #expect(DisplayWidth.cut("short", to: 5) == "short")
    }
}
