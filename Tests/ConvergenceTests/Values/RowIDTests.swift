import Convergence
import TestSupport
import Testing

@Suite struct RowIDTests {
    @Test func `bytes and text stand for each other`() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<500 {
            let bytes = random.bytes(RowID.byteCount)
            let kind = random.pick([RowID.Kind.random, .derived, .frozen])
            let row = try #require(RowID(kind, bytes: bytes))
            #expect(row.bytes == bytes)
            #expect(row.text.utf8.count == RowID.textLength)
            #expect(row.text == String(UnicodeScalar(kind.rawValue)) + Base32.encode(bytes))
            #expect(RowID(row.text) == row)
        }
    }

    @Test func `the order is that of kind and bytes`() throws {
        var random = SeededRandom(seed: 2)
        for _ in 0..<500 {
            let bytes = random.bytes(15)
            var other = bytes
            other[random.pick(0...14)] = UInt8(random.pick(0...255))
            let left = try #require(RowID(.random, bytes: bytes))
            let right = try #require(RowID(.random, bytes: other))
            #expect((left < right) == bytes.lexicographicallyPrecedes(other))
        }
        let derived = try #require(RowID(.derived, bytes: [UInt8](repeating: 255, count: 15)))
        let random15 = try #require(RowID(.random, bytes: [UInt8](repeating: 0, count: 15)))
        #expect(derived < random15)
    }

    @Test(arguments: [
        "", "r", "raaaaaaaaaaaaaaaaaaaaaaa", "raaaaaaaaaaaaaaaaaaaaaaaaa",
        "xaaaaaaaaaaaaaaaaaaaaaaaa", "Raaaaaaaaaaaaaaaaaaaaaaaa", "rAaaaaaaaaaaaaaaaaaaaaaaa",
        "raaaaaaaaaaaaaaaaaaaaaaa1", "raaaaaaaaaaaaaaaaaaaaaaa=", "ra aaaaaaaaaaaaaaaaaaaaaa",
        "raaaaaaaaaaaaaaaaaaaaaaé",
    ])
    func `any other text is no id`(text: String) {
        #expect(RowID(text) == nil)
    }

    @Test func `a part of a line out of its bounds is no id`() {
        let bytes = Array("raaaaaaaaaaaaaaaaaaaaaaaa".utf8)
        #expect(RowID(ascii: bytes, from: 0, to: 25) != nil)
        #expect(RowID(ascii: bytes, from: 1, to: 26) == nil)
        #expect(RowID(ascii: bytes, from: 0, to: 24) == nil)
        for count in [0, 14, 16] {
            #expect(RowID(.random, bytes: [UInt8](repeating: 0, count: count)) == nil)
        }
    }
}
