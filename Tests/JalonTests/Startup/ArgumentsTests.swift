import Testing

@testable import jalon

struct `The words of a command line` {
    @Test func `options of every command may stand before the command`() {
        #expect(
            Arguments.hoisted(["--books", "/b", "--json", "client", "list"])
                == ["client", "list", "--books", "/b", "--json"])
        #expect(
            Arguments.hoisted(["--books=/b", "pay", "F1", "2"]) == ["pay", "F1", "2", "--books=/b"])
        #expect(
            Arguments.hoisted(["--json", "client", "add", "--", "-x-"])
                == ["client", "add", "--json", "--", "-x-"])
        #expect(Arguments.hoisted(["client", "--json"]) == ["client", "--json"])
    }

    @Test func `a mistyped word finds its neighbours`() {
        let names = ["client", "invoice", "payment", "pay", "package"]
        #expect(Nearest.to("clinet", among: names) == ["client"])
        #expect(Nearest.to("inv", among: names) == ["invoice"])
        #expect(Nearest.to("zzzzzz", among: names).isEmpty)
    }
}
