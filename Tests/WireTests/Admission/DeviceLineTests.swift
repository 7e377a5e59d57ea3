import Testing
import Wire

@Suite struct DeviceLineTests {
    @Test(arguments: ["", "field phone", "a \"quoted\" \\ name", "n\u{E9}e \u{1F4F1}"])
    func `a line reads as it was written`(_ name: String) throws {
        let line = DeviceLine(name: name, position: 17)
        #expect(try DeviceLine(line.encoded) == line)
    }

    @Test func `its bytes are those of the protocol`() {
        let text = String(
            decoding: DeviceLine(name: "field phone", position: 17).encoded, as: UTF8.self)
        #expect(text == "{\"device\":\"field phone\",\"position\":17}")
    }

    @Test(arguments: [
        "", "{}", "{\"device\":\"a\"}", "{\"device\":\"a\",\"position\":-1}",
        "{\"device\":\"a\",\"position\":9007199254740993}",
        "{\"device\":\"a\",\"position\":1.5}", "{\"device\":\"a\",\"position\":1} ",
        "{\"device\":null,\"position\":1}",
    ])
    func `what is not exactly a line is none`(_ text: String) {
        #expect(throws: WireFailure.self) { try DeviceLine(Array(text.utf8)) }
    }

    @Test func `a name has at most 600 bytes`() throws {
        for (count, fits) in [(599, true), (600, true), (601, false)] {
            let line = DeviceLine(name: String(repeating: "x", count: count), position: 0).encoded
            #expect(((try? DeviceLine(line)) != nil) == fits)
        }
    }
}
