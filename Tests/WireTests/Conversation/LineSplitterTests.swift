import Convergence
import Testing
import Wire

@Suite struct LineSplitterTests {
    @Test func `lines come out whole however their bytes are cut`() throws {
        let bytes = Array("one\n\ntwo\nthree\nrest".utf8)
        for cut in 0...bytes.count {
            var splitter = LineSplitter()
            var lines = try splitter.take(bytes[..<cut])
            lines += try splitter.take(bytes[cut...])
            #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["one", "two", "three"])
            #expect(splitter.remainder == Array("rest".utf8))
        }
    }

    @Test func `a line is as long as the limit, its end included, and not one byte longer`() throws
    {
        for (length, fits) in [
            (Limits.lineBytesMax - 2, true), (Limits.lineBytesMax - 1, true),
            (Limits.lineBytesMax, false),
        ] {
            let line = [UInt8](repeating: 0x61, count: length)
            var whole = LineSplitter()
            #expect((try? whole.take(line + [0x0a]))?.map(\.count) == (fits ? [length] : nil))
            var parts = LineSplitter()
            let first = try parts.take(line.prefix(1_000))
            #expect(first.isEmpty)
            #expect(
                (try? parts.take(line.dropFirst(1_000) + [0x0a]))?.map(\.count)
                    == (fits ? [length] : nil))
        }
    }

    @Test func `an endless line is given up before its end`() throws {
        var splitter = LineSplitter()
        let part = [UInt8](repeating: 0x61, count: 65_536)
        var count = 0
        while (try? splitter.take(part)) != nil { count += 1 }
        #expect(count == 15)
    }
}
