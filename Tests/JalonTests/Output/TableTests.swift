import Testing

@testable import jalon

struct `A table` {
    private func table() -> Table {
        var table = Table([.left("CLIENT"), .right("DUE"), .left("STATUS")])
        table.add(["株式会社", "9.00", Cell("overdue", .bad)])
        table.add(["Blum & Sons of the long street", "1200.00", Cell("paid", .good)])
        return table
    }

    @Test func `aligns wide and narrow letters`() {
        #expect(
            table().lines(.none) == [
                "CLIENT                              DUE  STATUS",
                "株式会社                           9.00  overdue",
                "Blum & Sons of the long street  1200.00  paid",
            ])
    }

    @Test func `is cut in its widest text to fit a terminal and nowhere else`() {
        let narrow = table().lines(Terminal(width: 36, hasColour: false))
        #expect(
            narrow == [
                "CLIENT                  DUE  STATUS",
                "株式会社               9.00  overdue",
                "Blum & Sons of th…  1200.00  paid",
            ])
        #expect(narrow.allSatisfy { DisplayWidth.of($0) <= 36 })
    }

    @Test func `tells each row in lines of its own where a cut would hide too much`() {
        let narrow = table().lines(Terminal(width: 30, hasColour: false))
        #expect(
            narrow == [
                "CLIENT  株式会社",
                "DUE     9.00",
                "STATUS  overdue",
                "",
                "CLIENT  Blum & Sons of the long street",
                "DUE     1200.00",
                "STATUS  paid",
            ])
    }

    @Test
    func `leaves out columns that may go, one by one, before it tells rows in lines of their own`()
    {
        var table = Table([
            .left("NUMBER"), .left("ISSUED", drops: 2), .left("NOTE", drops: 1), .right("OPEN"),
        ])
        table.add(["F-0001", "2026-03-02", "a note of some length", "100.00"])
        func lines(_ width: Int) -> [String] {
            table.lines(Terminal(width: width, hasColour: false))
        }
        #expect(lines(49)[1] == "F-0001  2026-03-02  a note of some length  100.00")
        // A text is cut first.
        #expect(lines(44)[1] == "F-0001  2026-03-02  a note of some …  100.00")
        #expect(lines(43) == ["NUMBER  ISSUED        OPEN", "F-0001  2026-03-02  100.00"])
        #expect(lines(26)[1] == "F-0001  2026-03-02  100.00")
        #expect(lines(25) == ["NUMBER    OPEN", "F-0001  100.00"])
        #expect(
            lines(13) == [
                "NUMBER  F-0001", "ISSUED  2026-03-02", "NOTE    a note of some length",
                "OPEN    100.00",
            ])
    }

    @Test func `leaves out of such lines what says nothing`() {
        var table = Table([.left("NAME"), .left("EMAIL OF THE CLIENT")])
        table.add(["Blum", ""])
        #expect(table.lines(Terminal(width: 10, hasColour: false)) == ["NAME                 Blum"])
    }

    @Test func `never loses an amount however narrow the window`() {
        for width in 1...60 {
            let lines = table().lines(Terminal(width: width, hasColour: false))
            #expect(lines.contains { $0.contains("1200.00") })
        }
    }

    @Test func `has colours only where they are wanted`() {
        let plain = table().lines(.none).joined()
        let coloured = table().lines(Terminal(width: 80, hasColour: true)).joined()
        #expect(!plain.contains("\u{1B}"))
        #expect(coloured.contains("\u{1B}[31moverdue\u{1B}[0m"))
    }

    /// Each below U+0300 that is to be seen takes one column; what follows from the fast way must be what
    /// the graphemes say.
    @Test func `the width of simple texts is that of their graphemes`() {
        for value in UInt32(0)..<0x400 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let text = "a\(Character(scalar))b"
            let graphemes = text.reduce(0) { $0 + DisplayWidth.of($1) }
            #expect(DisplayWidth.of(text) == graphemes, "U+\(String(value, radix: 16))")
            let isSimple = DisplayWidth.ofSimple(text) != nil
            #expect(!isSimple || !SafeText.isUnsafe(scalar), "U+\(String(value, radix: 16))")
            #expect(isSimple || value >= 0x300 || SafeText.isUnsafe(scalar), "U+\(value)")
        }
    }

    @Test func `a list of ten thousand names is drawn as one of two`() {
        var table = Table([.left("NAME"), .right("AMOUNT"), .left("STATUS")])
        for number in 1...10_000 {
            table.add([Cell("Société Générale"), Cell("\(number).00"), Cell("paid", .good)])
        }
        let lines = table.lines(.none)
        #expect(lines.count == 10_001)
        #expect(lines[0] == "NAME                AMOUNT  STATUS")
        #expect(lines[1] == "Société Générale      1.00  paid")
        #expect(lines[10_000] == "Société Générale  10000.00  paid")
    }
}
