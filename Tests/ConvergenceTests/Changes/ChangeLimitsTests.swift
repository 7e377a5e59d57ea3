import Convergence
import Testing

/// Every bound, one below, at and one above it.
@Suite struct ChangeLimitsTests {
    private static let row = "raaaaaaaaaaaaaaaaaaaaaaaa"

    private func content(_ operations: String) throws -> Change.Content {
        try Change(line: Array(#"{"n":1,"t":0,"o":[\#(operations)]}"#.utf8)).content
    }

    private func isLawful(_ operations: String) throws -> Bool {
        if case .operations = try content(operations) { true } else { false }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `bytes of a text`(beyond: Int, isLawful: Bool) throws {
        let count = Limits.textBytesMax + beyond
        let text = String(repeating: "x", count: count)
        let put = #"["put","thing","\#(Self.row)",{"f":"\#(text)"}]"#
        #expect(try self.isLawful(put) == isLawful)
        if !isLawful { #expect(try content(put) == .unlawful(.text)) }
        #expect(text.isLawfulText == isLawful)
        // Bytes count, not characters.
        let wide = String(repeating: "é", count: count / 2) + (count % 2 == 1 ? "x" : "")
        #expect(wide.isLawfulText == isLawful)
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `bytes of a name`(beyond: Int, isLawful: Bool) throws {
        let name = String(repeating: "n", count: Limits.nameBytesMax + beyond)
        #expect(try self.isLawful(#"["remove","\#(name)","\#(Self.row)"]"#) == isLawful)
        #expect(try self.isLawful(#"["add","thing","\#(Self.row)",{"\#(name)":1}]"#) == isLawful)
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `fields of an operation`(beyond: Int, isLawful: Bool) throws {
        let fields = (0..<Limits.fieldsPerOperationMax + beyond).map { #""f\#($0)":1"# }
        let list = fields.joined(separator: ",")
        for kind in ["put", "add"] {
            #expect(
                try self.isLawful(#"["\#(kind)","thing","\#(Self.row)",{\#(list)}]"#) == isLawful)
        }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `operations of a change`(beyond: Int, isLawful: Bool) throws {
        let one = #"["add","t","\#(Self.row)",{"c":1}]"#
        let all = Array(repeating: one, count: Limits.operationsPerChangeMax + beyond)
        let read = try content(all.joined(separator: ","))
        if isLawful {
            guard case .operations(let operations) = read else {
                Issue.record("\(read)")
                return
            }
            #expect(operations.count == all.count)
        } else {
            #expect(read == .unlawful(.count))
        }
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `bytes of a change`(beyond: Int, isRead: Bool) throws {
        // Nine long texts, and a last one that fills up to the bound.
        let head = #"{"n":1,"t":0,"o":[["put","thing","\#(Self.row)",{"#
        var fields = ""
        for number in 0..<7 {
            fields += #""f\#(number)":"\#(String(repeating: "x", count: 65_000))","#
        }
        fields += #""z":""#
        let tail = #""}]]}"#
        let rest =
            Limits.changeBytesMax + beyond - head.utf8.count - fields.utf8.count - tail.utf8.count
        let line = Array((head + fields + String(repeating: "x", count: rest) + tail).utf8)
        #expect(line.count == Limits.changeBytesMax + beyond)
        #expect(((try? Change(line: line)) != nil) == isRead)
    }

    @Test(arguments: [(-1, true), (0, true), (1, false)])
    func `depth of what is not understood`(beyond: Int, isRead: Bool) throws {
        let depth = Limits.nestingMax + beyond
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            // The innermost value is one deeper than the brackets around it.
            let nested =
                String(repeating: open, count: depth - 1) + "1"
                + String(repeating: close, count: depth - 1)
            let line = #"{"n":1,"t":0,"o":[],"x":\#(nested)}"#
            #expect(((try? Change(line: Array(line.utf8))) != nil) == isRead)
        }
    }

    @Test func `depth never exhausts the stack`() {
        let nested = String(repeating: "[", count: 400_000)
        let line = #"{"n":1,"t":0,"o":[\#(nested)"#
        #expect((try? Change(line: Array(line.utf8))) == nil)
    }

    @Test func `entries of a context are bounded by the bytes of a change before their own bound`()
    {
        let key = String(repeating: "A", count: 43)
        let entry = #"["\#(key)",1,"\#(key)"]"#
        #expect(entry.utf8.count * Limits.contextEntriesMax > Limits.changeBytesMax)
    }
}
