import Testing

@testable import jalon

struct `The lines of a failure` {
    @Test(arguments: ["x", "é", "👩‍👩‍👧", "e\u{301}\u{301}", "\u{1B}"])
    func `stay short, however long what they quote is`(_ typed: String) {
        let long = String(repeating: typed, count: 131_000)
        let failure = Failure("“\(long)” is no name.", why: long, tries: [long], status: .usage)
        let lines = failure.lines
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.unicodeScalars.count < 1_000 })
        #expect(lines[0].hasPrefix("jalon: “\(typed)"))
        #expect(lines[0].hasSuffix("is no name."))
    }

    @Test func `are whole as long as a person reads them`() {
        let what = String(repeating: "word ", count: 190)
        #expect(Failure(what, status: .failed).lines == ["jalon: \(what)"])
    }
}
