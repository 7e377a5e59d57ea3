import Convergence
import Sealing
import TestSupport
import Testing

/// Promise 10: the books come back from paper, and what is mistyped is found.
@Suite struct RecoverySheetTests {
    private static let digits = Array("abcdefghijklmnopqrstuvwxyz234567")

    @Test func `four lines give the secret back`() throws {
        for seed in 0..<UInt64(200) {
            var random = SeededRandom(seed: seed)
            let secret = random.bytes(32)
            let lines = RecoverySheet(secret: secret).lines
            #expect(lines.count == 4)
            #expect(try RecoverySheet(text: lines.joined(separator: "\n")).secret == secret)
        }
    }

    @Test func `other text between the lines, upper case and other spaces do not matter`() throws {
        let secret = [UInt8](7..<39)
        var text = "The books of Ana\n\nKeep this safe.\n"
        for line in RecoverySheet(secret: secret).lines {
            text +=
                "  " + line.uppercased().split(separator: " ").joined(separator: "\t ") + "\r\n--\n"
        }
        #expect(try RecoverySheet(text: text + "Bye").secret == secret)
    }

    @Test func `every single mistyped digit is found, for many secrets`() {
        for seed in 0..<UInt64(12) {
            var random = SeededRandom(seed: seed)
            let lines = RecoverySheet(secret: random.bytes(32)).lines.map { Array($0) }
            let number = random.pick(0...3)
            for place in lines[number].indices.dropFirst(3) where lines[number][place] != " " {
                for wrong in Self.digits + ["0", "1", "8", "9", "é"]
                where wrong != lines[number][place] {
                    var mistyped = lines
                    mistyped[number][place] = wrong
                    let text = mistyped.map { String($0) }.joined(separator: "\n")
                    guard (try? RecoverySheet(text: text)) == nil else {
                        Issue.record("seed \(seed) line \(number + 1): \(wrong) at \(place)")
                        return
                    }
                }
            }
        }
    }

    @Test func `any two mistyped digits of a line, and two that changed places, are found`() {
        var random = SeededRandom(seed: 4)
        for _ in 0..<3_000 {
            let lines = RecoverySheet(secret: random.bytes(32)).lines
            var mistyped = Array(lines[2])
            let places = mistyped.indices.dropFirst(3).filter { mistyped[$0] != " " }
            let (one, other) = (random.pick(places), random.pick(places))
            if random.happens(50) {
                mistyped.swapAt(one, other)
            } else {
                mistyped[one] = random.pick(Self.digits)
                mistyped[other] = random.pick(Self.digits)
            }
            let typed = String(mistyped)
            if typed == lines[2] { continue }
            let text = [lines[0], lines[1], typed, lines[3]].joined(separator: "\n")
            guard (try? RecoverySheet(text: text)) == nil else {
                Issue.record("\(lines[2]) read as \(typed)")
                return
            }
        }
    }

    @Test func `a line in the place of another is found`() throws {
        let lines = RecoverySheet(secret: [UInt8](0..<32)).lines
        for order in permutations(0..<4) where order != [0, 1, 2, 3] {
            let text = order.enumerated().map { place, line in
                "\(place + 1)" + lines[line].dropFirst()
            }.joined(separator: "\n")
            // The first place that another line took.
            let first = try some(order.enumerated().first { $0.offset != $0.element }).offset + 1
            #expect(throws: SealingFailure.sheet(line: first, .checksum)) {
                try RecoverySheet(text: text)
            }
        }
    }

    @Test(arguments: 1...4)
    func `the line that is wrong is named`(_ number: Int) {
        let sheet = RecoverySheet(secret: [UInt8](0..<32)).lines
        for (change, fault) in [
            ({ $0.dropLast() + ($0.last == "a" ? "b" : "a") }, InvitationFault.checksum),
            ({ $0.dropLast() + "1" }, .character), ({ $0.dropLast() + "" }, .cut),
            ({ $0 + "a" }, .cut), ({ _ in "" }, .cut),
        ] as [((String) -> String, InvitationFault)] {
            var lines = sheet
            lines[number - 1] = change(lines[number - 1])
            #expect(throws: SealingFailure.sheet(line: number, fault)) {
                try RecoverySheet(text: lines.joined(separator: "\n"))
            }
            // The first that is wrong is told first.
            lines[3] = "4  1"
            if number < 4 {
                #expect(throws: SealingFailure.sheet(line: number, fault)) {
                    try RecoverySheet(text: lines.joined(separator: "\n"))
                }
            }
        }
    }

    @Test func `what has no line of a sheet is none`() {
        for text in ["", "hello", "1", "5  aaaaa", "jalon2-aaaa", "12 aaaaa", "\n\n"] {
            #expect(!RecoverySheet.isBegun(in: text))
        }
        for text in ["1 a", "\t4  aaaaa", "Books\r\n2 x"] {
            #expect(RecoverySheet.isBegun(in: text))
        }
    }

    @Test func `a sheet that is cut is named as cut`() {
        let lines = RecoverySheet(secret: [UInt8](0..<32)).lines
        for missing in 0..<4 {
            var rest = lines
            rest.remove(at: missing)
            #expect(throws: SealingFailure.sheet(line: missing + 1, .cut)) {
                try RecoverySheet(text: rest.joined(separator: "\n"))
            }
        }
        let text = lines.joined(separator: "\n")
        let lineCount = lines[0].count + 1
        for count in 0..<text.count {
            // An end of line that is missing is no loss.
            let line = (count + 1) / lineCount + 1
            #expect(throws: SealingFailure.sheet(line: line, .cut)) {
                try RecoverySheet(text: String(text.prefix(count)))
            }
        }
    }
}
