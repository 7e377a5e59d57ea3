import Testing

@testable import Billing

struct JSONTests {
    @Test func `what is written is read back`() throws {
        let value = JSON.members([
            "text": .string("quote \" backslash \\ line\n tab\t bell\u{7} é 👩‍💻 \u{202e}"),
            "null": .null, "yes": .bool(true),
            "number": .number("-1.50e+3"), "list": .array([.integer(1), .object([]), .array([])]),
        ])
        #expect(try JSON(reading: Array(value.text.utf8)) == value)
        #expect(JSON.string("\u{7}\u{7f}").text == #""\u0007\u007f""#)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\"}", "{\"a\":}", "01", "1.", "-", "+1", "nul", "\"", "\"\\x\"",
        "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"a\nb\"", "[1 2]", "1 1",
        "\"\\u00g0\"",
    ])
    func `what is no JSON is refused`(text: String) {
        #expect(throws: JSON.Fault.self) { try JSON(reading: Array(text.utf8)) }
    }

    @Test func `depth and bytes are checked`() throws {
        #expect(throws: JSON.Fault.self) {
            try JSON(reading: Array(repeating: UInt8(ascii: "["), count: 100_000))
        }
        #expect(throws: JSON.Fault.self) { try JSON(reading: [0x22, 0xff, 0x22]) }
        #expect(try JSON(reading: Array(#""\ud83d\ude00""#.utf8)) == .string("😀"))
    }
}
