import Convergence
import TestSupport
import Testing
import Wire

@Suite struct SegmentLineTests {
    let forge: SegmentForge

    init() throws { forge = try SegmentForge() }

    @Test(arguments: [17, 18, 19, 20, 100, 1_000, 65_536])
    func `a segment comes back from its line and from its binary form`(_ bytes: Int) throws {
        for number in [Int64(1), 2, 7_000, Limits.numberMax] {
            let segment = try forge.segment(number, bodyBytes: bytes)
            #expect(try Segment(line: segment.line) == segment)
            #expect(Segment(encoded: segment.encoded) == segment)
            #expect(segment.isSignedBySealer)
        }
    }

    @Test func `a body may have as many bytes as the limit and not one more`() throws {
        for (bytes, fits) in [
            (Limits.bodyBytesMax - 1, true), (Limits.bodyBytesMax, true),
            (Limits.bodyBytesMax + 1, false), (16, false), (17, true),
        ] {
            let whole = try forge.segment(1)
            let body = [UInt8](repeating: 3, count: bytes)
            let made = Segment(
                header: whole.header, commitment: whole.commitment, signature: whole.signature,
                body: body)
            #expect((made != nil) == fits)
            if let made { #expect(made.line.count < Limits.lineBytesMax) }
        }
    }

    @Test func `a run may have as many changes as the limit and not one more`() throws {
        let max = Int64(Limits.changesPerSegmentMax)
        #expect(throws: Never.self) { try forge.segment(5, to: 5 + max - 2) }
        #expect(throws: Never.self) { try forge.segment(5, to: 5 + max - 1) }
        #expect(throws: Missing.self) { try forge.segment(5, to: 5 + max) }
    }

    @Test func `numbers go from one to the limit`() throws {
        #expect(throws: Missing.self) { try forge.segment(0) }
        #expect(throws: Never.self) { try forge.segment(1) }
        #expect(throws: Never.self) { try forge.segment(Limits.numberMax - 1) }
        #expect(throws: Never.self) { try forge.segment(Limits.numberMax) }
        #expect(throws: Missing.self) { try forge.segment(Limits.numberMax + 1) }
    }

    @Test func `every flipped bit of a line is found out`() throws {
        let line = try forge.segment(2, bodyBytes: 40).line
        for position in line.indices {
            for bit in 0..<8 {
                var bent = line
                bent[position] ^= 1 << bit
                guard let read = try? Segment(line: bent) else { continue }
                #expect(!read.isSignedBySealer, "bit \(bit) of byte \(position)")
            }
        }
    }

    @Test func `a line cut at any byte is no segment`() throws {
        let line = try forge.segment(2, bodyBytes: 40).line
        for count in line.indices {
            #expect(throws: WireFailure.self) { try Segment(line: Array(line[..<count])) }
        }
        #expect(throws: WireFailure.self) { try Segment(line: line + [0x20]) }
    }

    @Test func `only one text stands for a segment`() throws {
        let line = String(decoding: try forge.segment(1).line, as: UTF8.self)
        let bent = [
            line.replacing(",", with: ", "), line.replacing("\"epoch\":1", with: "\"epoch\":01"),
            line.replacing("\"epoch\":1", with: "\"epoch\":1.0"),
            line.replacing("\"epoch\":1", with: "\"epoch\":0"),
            line.replacing("\"epoch\":1", with: "\"epoch\":4294967296"),
            line.replacing("\"first\":1,\"last\":1", with: "\"last\":1,\"first\":1"),
            line.replacing("\"first\":1", with: "\"first\":2"),
            line.replacing("\"last\":1", with: "\"last\":99999999999999999999"),
            line.replacing("\"body\":\"", with: "\"body\":\"="),
            line.replacing("\"segment\":1", with: "\"segment\":2"),
            String(line.dropLast()) + ",\"more\":1}",
            line.replacing("\"writer\"", with: "\"wr\\u0069ter\""),
        ]
        for text in bent {
            #expect(text != line)
            #expect(throws: WireFailure.self) { try Segment(line: Array(text.utf8)) }
        }
    }

    @Test func `a sealer that is the writer is not said twice`() throws {
        let segment = try forge.segment(1)
        let name = "\"writer\":\"\(segment.header.writer.text)\""
        let line = String(decoding: segment.line, as: UTF8.self)
        let doubled = line.replacing(
            name, with: name + ",\"sealer\":\"\(segment.header.writer.text)\"")
        #expect(throws: WireFailure.self) { try Segment(line: Array(doubled.utf8)) }
    }

    @Test func `what stands before a first change is not said`() throws {
        let segment = try forge.segment(1)
        let zeros = ChangeID.origin.text
        let line = String(decoding: segment.line, as: UTF8.self)
        let spoken = line.replacing(",\"after\"", with: ",\"before\":\"\(zeros)\",\"after\"")
        #expect(spoken != line)
        #expect(throws: WireFailure.self) { try Segment(line: Array(spoken.utf8)) }
    }
}
