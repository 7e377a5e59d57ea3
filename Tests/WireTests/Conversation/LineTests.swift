import Convergence
import TestSupport
import Testing
import Wire

@Suite struct LineTests {
    static let generation = Generation(checked: [UInt8](repeating: 7, count: 16))
    static let mark = Mark(checked: Array(0..<32))
    static let hash = SegmentHash(checked: Array(32..<64))

    static let lines: [Line] =
        [
            .hello(books: SegmentForge.someBooks, .nowhere),
            .hello(
                books: SegmentForge.someBooks,
                Standing(generation: generation, position: 12, mark: mark)),
            .have([]), .have([hash]), .have([hash, hash]), .want([hash]), .done,
            .welcome(generation, matches: true), .welcome(generation, matches: false),
            .end(position: 0, mark: .origin, more: false),
            .end(position: Limits.numberMax, mark: mark, more: true),
        ]
        + Refusal.Code.allCases.flatMap {
            [Line.refused(Refusal($0)), .refused(Refusal($0, hash: hash))]
        }

    @Test(arguments: lines)
    func `a line comes back from its bytes`(_ line: Line) throws {
        #expect(try Line(line.encoded) == line)
    }

    @Test(arguments: lines)
    func `a line cut at any byte, or followed by one, is none`(_ line: Line) {
        let bytes = line.encoded
        for count in bytes.indices {
            #expect(throws: WireFailure.self) { try Line(Array(bytes[..<count])) }
        }
        for byte in [UInt8(0x20), 0x0a, 0x00, 0x7d] {
            #expect(throws: WireFailure.self) { try Line(bytes + [byte]) }
        }
    }

    @Test(arguments: lines)
    func `no flipped bit makes a line that writes itself otherwise`(_ line: Line) throws {
        let bytes = line.encoded
        for position in bytes.indices {
            for bit in 0..<8 {
                var bent = bytes
                bent[position] ^= 1 << bit
                guard let read = try? Line(bent) else { continue }
                #expect(read != line)
                #expect(read.encoded == bent)
            }
        }
    }

    @Test(arguments: [
        "", " ", "{}", "[]", "null", "{\"done\":{} }", "{\"done\":[]}", "{\"hello\":{\"jalon\":2}}",
        "{\"hello\":{\"jalon\":1,\"books\":\"AQIDBAUGBwgJCgsMDQ4PEB\"}}",
        "{\"end\":{\"position\":-1,\"mark\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"more\":false}}",
        "{\"end\":{\"position\":9007199254740993,\"mark\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\",\"more\":false}}",
        "{\"refused\":{\"kind\":\"never\",\"code\":\"token\"}}",
        "{\"refused\":{\"kind\":\"never\",\"code\":\"nonsense\"}}",
        "{\"refused\":{\"kind\":\"n\\u0065ver\",\"code\":\"form\"}}",
        "{\"refused\":{\"kind\":\"never\",\"code\":\"f\\u006frm\"}}",
        "{\"have\":[\"short\"]}", "{\"have\":[,]}", "<!DOCTYPE html>", "\u{FEFF}{\"done\":{}}",
    ])
    func `what is not exactly a line is none`(_ text: String) {
        #expect(throws: WireFailure.self) { try Line(Array(text.utf8)) }
    }

    @Test(arguments: [0, 2, 3, Int64.max])
    func `a first line of another version says so`(_ version: Int64) {
        for line in [
            "{\"hello\":{\"jalon\":\(version),\"anything\":[]}}",
            "{\"welcome\":{\"jalon\":\(version)}}",
        ] {
            #expect(throws: WireFailure.version(version)) { try Line(Array(line.utf8)) }
        }
    }

    @Test func `a list has as many hashes as the limit and not one more`() throws {
        for (count, fits) in [(999, true), (1_000, true), (1_001, false)] {
            let line = Line.have(Array(repeating: Self.hash, count: count))
            #expect((try? Line(line.encoded)) == (fits ? line : nil))
        }
    }

    @Test func `bytes that are no text are no line`() {
        for byte in UInt8.min...UInt8.max {
            #expect(throws: WireFailure.self) { try Line([byte]) }
            #expect(throws: WireFailure.self) { try Line(Array(#"{"done":{}}"#.utf8) + [byte]) }
        }
    }
}
