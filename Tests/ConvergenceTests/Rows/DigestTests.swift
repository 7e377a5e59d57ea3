import Convergence
import TestSupport
import Testing

@Suite struct DigestTests {
    @Test func `the order of rows does not matter`() {
        var random = SeededRandom(seed: 1)
        let hashes = (0..<50).map { _ in random.bytes(32) }
        var one = Digest()
        for hash in hashes { hash.withUnsafeBytes { one.add($0) } }
        for _ in 0..<20 {
            var other = Digest()
            for hash in hashes.shuffled(using: &random) { hash.withUnsafeBytes { other.add($0) } }
            #expect(other == one)
            #expect(other.bytes == one.bytes)
        }
    }

    @Test func `what is taken away was as if never added`() {
        var random = SeededRandom(seed: 2)
        for _ in 0..<2_000 {
            var digest = Digest()
            let kept = (0..<random.pick(0...3)).map { _ in random.bytes(32) }
            let gone = (0..<random.pick(1...3)).map { _ in random.bytes(32) }
            for hash in (kept + gone).shuffled(using: &random) {
                hash.withUnsafeBytes { digest.add($0) }
            }
            for hash in gone { hash.withUnsafeBytes { digest.subtract($0) } }
            var expected = Digest()
            for hash in kept { hash.withUnsafeBytes { expected.add($0) } }
            #expect(digest == expected)
        }
    }

    @Test func `carries and borrows go through all four limbs`() {
        let one = [UInt8](repeating: 0, count: 31) + [1]
        let all = [UInt8](repeating: 0xff, count: 32)
        var digest = Digest()
        all.withUnsafeBytes { digest.add($0) }
        #expect(digest.bytes == all)
        one.withUnsafeBytes { digest.add($0) }
        #expect(digest == Digest())
        one.withUnsafeBytes { digest.subtract($0) }
        #expect(digest.bytes == all)
    }

    @Test func `the bytes are read back, and only 32 of them`() throws {
        var random = SeededRandom(seed: 3)
        let bytes = random.bytes(32)
        #expect(try #require(Digest(bytes: bytes)).bytes == bytes)
        for count in [0, 31, 33] { #expect(Digest(bytes: random.bytes(count)) == nil) }
    }

    @Test func `people compare the first 80 bits as sixteen digits`() throws {
        let digest = try #require(Digest(bytes: [UInt8](0..<32)))
        #expect(digest.text == "aaaqeayeaudaocaj")
    }
}
