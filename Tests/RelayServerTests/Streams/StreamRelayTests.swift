import Convergence
import RelayServer
import SyncClient
import TestSupport
import Testing
import Wire

/// A relay's half over streams.
@Suite struct StreamRelayTests {
    let folder: TemporaryFolder
    let forge: SegmentForge

    init() throws {
        folder = try TemporaryFolder()
        forge = try SegmentForge()
    }

    /// Serves an input that comes in parts of a size; the output.
    private func serve(
        _ input: [UInt8], partBytes: Int = 65_536, quotaBytes: Int64 = 1 << 30
    ) throws -> String {
        let store = try RelayStore(
            folder: DataFolder(folder.data), isServing: false, random: RelayRandom.bytes)
        defer { store.close() }
        let relay = StreamRelay(store: store, quotaBytes: quotaBytes, now: { 1_000 })
        var rest = input[...]
        var output: [UInt8] = []
        try relay.serve(
            read: {
                defer { rest = rest.dropFirst(partBytes) }
                return Array(rest.prefix(partBytes))
            }, write: { output += $0 })
        return String(decoding: output, as: UTF8.self)
    }

    private func request(_ lines: [Line]) -> [UInt8] {
        let hello = Line.hello(books: forge.books, .nowhere)
        return ([hello] + lines + [.done]).flatMap { $0.encoded + [0x0a] } + [0x0a]
    }

    private func lines(_ answer: Substring) throws -> [Line] {
        try answer.split(separator: "\n").map { try Line(Array($0.utf8)) }
    }

    @Test(arguments: [1, 7, 65_536])
    func `several requests are answered one after the other, each with an empty line at its end`(
        _ partBytes: Int
    ) throws {
        let segments = try forge.segments(2)
        let output = try serve(
            request([.segment(segments[0])]) + request([.segment(segments[1])]),
            partBytes: partBytes)
        #expect(output.hasSuffix("\n\n"))
        let answers = output.dropLast(2).split(separator: "\n\n")
        #expect(answers.count == 2)
        guard case .welcome(_, true) = try lines(answers[0]).first else {
            Issue.record("no welcome")
            return
        }
        // Both start nowhere: the second is given what the first sent.
        #expect(try lines(answers[1]).contains(.segment(segments[0])))
        guard case .end(let position, _, false) = try lines(answers[1]).last else {
            Issue.record("no end")
            return
        }
        #expect(position == 2)
    }

    @Test func `what comes later finds what came before`() throws {
        let segment = try forge.segment(1)
        _ = try serve(request([.segment(segment)]))
        let answer = try serve(request([]))
        #expect(try lines(answer[...]).contains(.segment(segment)))
    }

    @Test func `a full quota refuses the rest and gives what is there`() throws {
        let segments = try forge.segments(3)
        let answer = try serve(
            request(segments.map(Line.segment)),
            quotaBytes: Int64(segments[0].encoded.count + 10))
        #expect(
            try lines(answer[...]).contains(.refused(Refusal(.quota, hash: segments[1].hash))))
        #expect(
            try lines(answer[...]).contains(.refused(Refusal(.quota, hash: segments[2].hash))))
        #expect(try lines(answer[...]).contains(.have([segments[0].hash])))
    }

    @Test(arguments: [
        ("hello\n", Refusal.Code.form), ("{\"done\":{}}\n", .form), ("{\"hello\":", .form),
        ("{\"hello\":{\"jalon\":2}}\n", .version),
    ])
    func `what cannot be understood is refused, and nothing is stored`(
        _ input: String, _ code: Refusal.Code
    ) throws {
        let output = try serve(Array(input.utf8))
        #expect(try lines(output[...]) == [.refused(Refusal(code))])
        #expect(output.hasSuffix("\n\n"))
    }

    @Test func `a request that ends early stores nothing`() throws {
        let whole = request([.segment(try forge.segment(1))])
        for count in stride(from: 100, to: whole.count - 2, by: 50) {
            let output = try serve(Array(whole.prefix(count)))
            #expect(try lines(output[...]) == [.refused(Refusal(.form))])
        }
        guard case .end(0, _, false) = try lines(try serve(request([]))[...]).last else {
            Issue.record("something was stored")
            return
        }
    }

    @Test func `a line without an end and a request without one are bounded`() throws {
        let endless = [UInt8](repeating: 0x61, count: Limits.lineBytesMax + 10)
        #expect(try lines(try serve(endless)[...]) == [.refused(Refusal(.size))])
        let hello = Line.hello(books: forge.books, .nowhere).encoded + [0x0a]
        let segment = try forge.segment(1, bodyBytes: Limits.bodyBytesMax).line + [0x0a]
        let many = hello + Array(repeatElement(segment, count: 5).joined())
        #expect(try lines(try serve(many)[...]) == [.refused(Refusal(.size))])
    }
}
