import Convergence
import Sealing
import TestSupport
import Testing
import Wire

@Suite struct KeyTests {
    @Test func `the books' id follows from the secret alone`() throws {
        let secret = [UInt8](0..<32)
        let key = try #require(BooksKey(secret: secret))
        #expect(try #require(BooksKey(secret: secret)).books == key.books)
        #expect(key.books.bytes.count == 16)
        var other = secret
        for bit in 0..<256 {
            other[bit / 8] ^= 1 << (bit % 8)
            #expect(try #require(BooksKey(secret: other)).books != key.books)
            other[bit / 8] ^= 1 << (bit % 8)
        }
    }

    @Test(arguments: [0, 31, 33]) func `a secret has 32 bytes`(count: Int) {
        #expect(BooksKey(secret: [UInt8](repeating: 1, count: count)) == nil)
        #expect(throws: SealingFailure.signingKey) {
            try WriterKey(seed: [UInt8](repeating: 1, count: count))
        }
    }

    @Test func `a change's id covers its bytes, all before it and the key`() throws {
        let chain = ChangeChain(try some(BooksKey(secret: [UInt8](0..<32))))
        let other = ChangeChain(try some(BooksKey(secret: [UInt8](1..<33))))
        let line = Array("line".utf8)
        let id = chain.id(of: line, after: .origin)
        #expect(chain.id(of: line[...], after: .origin) == id)
        #expect(chain.id(of: line.lazy.map { $0 }, after: .origin) == id)
        #expect(chain.id(of: line, after: id) != id)
        #expect(chain.id(of: line + [0], after: .origin) != id)
        #expect(other.id(of: line, after: .origin) != id)
    }

    @Test func `an admission proves the key for one token and these books`() throws {
        let key = try some(BooksKey(secret: [UInt8](0..<32)))
        let other = try some(BooksKey(secret: [UInt8](1..<33)))
        let admission = try key.admission(token: [UInt8](repeating: 5, count: 32))
        #expect(admission.fault(for: key.books) == nil)
        #expect(admission.fault(for: other.books) == .key)
        let second = try key.admission(token: [UInt8](repeating: 6, count: 32))
        let mixed = try some(
            Admission(key: admission.key, tokenHash: second.tokenHash, proof: admission.proof))
        #expect(mixed.fault(for: key.books) == .proof)
    }
}
