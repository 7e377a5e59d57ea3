import Convergence
import Testing

/// Which lines are read at all, and which of those mean something: every implementation has to
/// decide alike.
@Suite struct StrictFormTests {
    private static let row = "raaaaaaaaaaaaaaaaaaaaaaaa"
    private static let key = String(repeating: "A", count: 43)

    private static func line(_ operations: String, n: String = "1", t: String = "0") -> String {
        #"{"n":\#(n),"t":\#(t),"o":[\#(operations)]}"#
    }

    private static func put(_ fields: String) -> String {
        line(#"["put","thing","\#(row)",{\#(fields)}]"#)
    }

    private static let remove = #"["remove","thing","\#(row)"]"#

    private func content(_ line: String) throws -> Change.Content {
        try Change(line: Array(line.utf8)).content
    }

    @Test(arguments: [
        "", "{", "null", "[]", #"{"n":1}"#, #"{"n":1,"t":0}"#, #"{"t":0,"n":1,"o":[]}"#,
        #" {"n":1,"t":0,"o":[]}"#, #"{"n":1,"t":0,"o":[]} "#, #"{"n": 1,"t":0,"o":[]}"#,
        #"{"n":1,"t":0,"o":[]}x"#, #"{"n":1,"t":0,"o":[],}"#, #"{"n":1,"t":0,"o":[]"#,
        #"{"n":1,"t":0,"c":[],"o":[]}"#, #"{"n":1,"t":0,"o":[,]}"#, #"{"n":1,"t":0,"o":[1,]}"#,
        #"{"n":1,"t":0,"o":[],"x"}"#, #"{"n":1,"t":0,"o":[],"x":}"#, #"{"n":1,"t":0,"o":[],x:1}"#,
        #"{"n":1,"t":0,"o":[],"x":tru}"#, #"{"n":1,"t":0,"o":[],"x":01}"#,
        #"{"n":1,"t":0,"o":[],"x":1.}"#, #"{"n":1,"t":0,"o":[],"x":.5}"#,
        #"{"n":1,"t":0,"o":[],"x":1e}"#, #"{"n":1,"t":0,"o":[],"x":+1}"#,
        #"{"n":1,"t":0,"o":[],"x":NaN}"#, #"{"n":1,"t":0,"o":[],"x":[1,]}"#,
        #"{"n":1,"t":0,"o":[],"x":{"a":1,}}"#, #"{"n":1,"t":0,"o":[],"x":{"a"}}"#,
    ])
    func `anything but the one form is refused`(line: String) {
        #expect(throws: ScanFault.self) { try Change(line: Array(line.utf8)) }
    }

    @Test(arguments: [
        "0", "-1", "-0", "01", "00", "1.0", "1e0", "1E0", "+1", "", " 1", "\"1\"", "null",
        "9007199254740993", "9223372036854775808", "18446744073709551617",
        "99999999999999999999999999",
    ])
    func `a number of another form or size is refused`(number: String) {
        #expect(throws: ScanFault.self) {
            try Change(line: Array(Self.line(Self.remove, n: number).utf8))
        }
    }

    @Test(arguments: ["-1", "01", "0.5", "562949953421313", "9223372036854775807"])
    func `a stamp of another form or size is refused`(stamp: String) {
        #expect(throws: ScanFault.self) {
            try Change(line: Array(Self.line(Self.remove, t: stamp).utf8))
        }
    }

    @Test func `numbers and stamps reach exactly to their bounds`() throws {
        let last = Self.line(Self.remove, n: "9007199254740992", t: "562949953421312")
        let change = try Change(line: Array(last.utf8))
        #expect(change.number == Limits.numberMax)
        #expect(change.stamp == Limits.stampMax)
    }

    @Test(arguments: [
        #"["remove","thing","\#(row)",]"#, #"["remove","thing",]"#, #"["remove",]"#,
        #"["put","thing","\#(row)",{"f":1},]"#, #"["put","thing","\#(row)",]"#,
        #"["put","thing",]"#, #"["put",]"#, #"["put","thing","\#(row)",{"f":1,}]"#,
        #"["put","thing","\#(row)",{"f":}]"#, #"["put","thing","\#(row)",{"f"}]"#,
        #"["put","thing","\#(row)",{,}]"#, #"["put","thing","\#(row)",{f:1}]"#,
        #"["put","thing","\#(row)",{"f":1}"#, #"["put","thing" ,"\#(row)",{"f":1}]"#,
        #"["put","thing","\#(row)" {"f":1}]"#, #"["add","thing","short",]"#,
        #"["add","thing","\#(row)",{"c":1}}"#, #"["put","thing","\#(row)",{"f":01}]"#,
        #"["put","thing","\#(row)",{"f":-}]"#, #"["put","thing","\#(row)",{"f":1.}]"#,
    ])
    func `an operation of another form is refused`(operation: String) {
        #expect(throws: ScanFault.self) {
            try Change(line: Array(Self.line(operation).utf8))
        }
    }

    @Test(arguments: [
        #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\udc00""#, #""\ud800\u0041""#,
        #""\ud800\ud800""#, #""\ud800x""#, #""\""#, "\"\n\"", "\"\t\"", "\"\u{1}\"", #""a"#,
        #""\uD83D\uDE0""#, #""\U0041""#, #""\u""#, #""\ud83d\"#,
    ])
    func `a text with a broken escape or a bare control is refused`(text: String) {
        #expect(throws: ScanFault.self) { try Change(line: Array(Self.put(#""f":"# + text).utf8)) }
    }

    @Test(arguments: [
        (#""\u0041""#, "A"), (#""\/""#, "/"), (#""\ud83d\ude00""#, "😀"), (#""\uD83D\uDE00""#, "😀"),
        (#""\u00E9""#, "é"), (#""\b\f\n\r\t\"\\""#, "\u{8}\u{c}\n\r\t\"\\"),
        (#""\uffff""#, "\u{ffff}"),
    ])
    func `escapes stand for their characters`(text: String, value: String) throws {
        let read = try content(Self.put(#""f":"# + text))
        guard case .operations(let operations) = read,
            case .put(_, _, let fields) = operations[0]
        else {
            Issue.record("\(read)")
            return
        }
        #expect(fields[0].value == .text(value))
    }

    @Test(
        arguments: [
            [0xff], [0xc0, 0x80], [0xc3], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80],
            [0xe2, 0x82], [0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xc1, 0xbf],
        ] as [[UInt8]])
    func `a text that is not UTF-8 is refused, also where it is not understood`(bytes: [UInt8]) {
        let inside = Array(Self.put(#""f":"@""#).utf8)
        let beside = Array(#"{"n":1,"t":0,"o":[],"x":"@"}"#.utf8)
        for line in [inside, beside] {
            var line = line
            guard let place = line.firstIndex(of: 0x40) else { continue }
            line.replaceSubrange(place...place, with: bytes)
            #expect(throws: ScanFault.self) { try Change(line: line) }
        }
    }

    @Test(arguments: [
        #"["give","thing","\#(row)",{"f":1}]"#, #"["put"]"#, #"["put",1]"#, #"["put",[]]"#,
        #"["put","thing"]"#, #"["put","thing",5,{"f":1}]"#, #"["put","thing","\#(row)"]"#,
        #"["put","thing","\#(row)",[1]]"#, #"["put","thing","\#(row)",{"f":true}]"#,
        #"["put","thing","\#(row)",{"f":1.5}]"#, #"["put","thing","\#(row)",{"f":[1]}]"#,
        #"["put","thing","\#(row)",{"f":{"a":1}}]"#, #"["put","thing","\#(row)",{"f":1},2]"#,
        #"["put","thing","\#(row)",{"f":9223372036854775808}]"#,
        #"["put","thing","\#(row)",{"f":-0}]"#, #"["put","thing","\#(row)",{"f":1e3}]"#,
        #"["add","thing","\#(row)",{"c":"1"}]"#, #"["add","thing","\#(row)",{"c":null}]"#,
        #"["add","thing","\#(row)",{"c":1.5}]"#, #"["remove","thing","\#(row)",5]"#,
        #"["remove","thing","\#(row)",{"why":"late"}]"#, #"["remove"]"#, "{}", "5", "null", "[]",
        #""put""#,
    ])
    func `what a later version may say is kept as not understood`(operation: String) throws {
        #expect(try content(Self.line(operation)) == .unknown)
        #expect(try content(Self.line("\(Self.remove),\(operation)")) == .unknown)
        #expect(try content(Self.line("\(operation),\(Self.remove)")) == .unknown)
    }

    @Test func `a key of a later version is kept as not understood`() throws {
        let more = #"{"n":1,"t":0,"o":[\#(Self.remove)],"x":[1.5,{"a":null}],"y":true}"#
        #expect(try content(more) == .unknown)
    }

    @Test(arguments: [
        (#"["put","Thing","\#(row)",{"f":1}]"#, Change.Fault.name),
        (#"["put","","\#(row)",{"f":1}]"#, .name), (#"["put","thing","\#(row)",{"F":1}]"#, .name),
        (#"["put","thing","\#(row)",{"1f":1}]"#, .name),
        (#"["add","thing","\#(row)",{"":1}]"#, .name), (#"["remove","thi ng","\#(row)"]"#, .name),
        (#"["remove","thing","raa"]"#, .row),
        (#"["put","thing","x\#(row.dropFirst())",{"f":1}]"#, .row),
        (#"["remove","thing","R\#(row.dropFirst())"]"#, .row), (#"["put","thing","bad"]"#, .row),
        (#"["put","thing","\#(row)",{}]"#, .fields), (#"["add","thing","\#(row)",{}]"#, .fields),
        (#"["put","thing","\#(row)",{"f":1,"f":2}]"#, .fields),
        (#"["put","thing","\#(row)",{"f":"\u0000"}]"#, .text),
        (#"\#(remove),\#(remove)"#, .mixed),
        (#"["put","thing","\#(row)",{"f":1}],\#(remove)"#, .mixed),
        (#"\#(remove),["add","thing","\#(row)",{"c":1}]"#, .mixed), ("", .count),
    ])
    func `what breaks a rule of every version is kept without effect`(
        operations: String, fault: Change.Fault
    ) throws {
        #expect(try content(Self.line(operations)) == .unlawful(fault))
    }

    @Test func `puts and adds of one row, and removes of others, go together`() throws {
        let other = "d" + Self.row.dropFirst()
        let operations =
            #"["put","thing","\#(Self.row)",{"f":1}],["add","thing","\#(Self.row)",{"f":1}],"#
            + #"["remove","thing","\#(other)"],["remove","paper","\#(Self.row)"]"#
        guard case .operations(let read) = try content(Self.line(operations)) else {
            Issue.record("not lawful")
            return
        }
        #expect(read.count == 4)
    }

    @Test(arguments: [
        #"["short",1,"\#(key)"]"#, #"["\#(key)",0,"\#(key)"]"#, #"["\#(key)",1]"#,
        #"["\#(key)",1,"\#(key)",2]"#, #"["\#(key)",1,"\#(key)="]"#, #"["\#(key)",-1,"\#(key)"]"#,
        #"["\#(key.dropLast())B",1,"\#(key)"]"#, #"[1,1,1]"#, "",
        #"["\#(key)",1,"\#(key)"],"#,
    ])
    func `a context of another form is refused`(entries: String) {
        let line = #"{"n":1,"t":0,"c":[\#(entries)],"o":[\#(Self.remove)]}"#
        #expect(throws: ScanFault.self) { try Change(line: Array(line.utf8)) }
    }
}
