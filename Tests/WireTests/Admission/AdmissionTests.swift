import Sealing
import TestSupport
import Testing
import Wire

@Suite struct AdmissionTests {
    let key: BooksKey
    let token = [UInt8](repeating: 5, count: 32)

    init() throws { key = try some(BooksKey(secret: [UInt8](repeating: 1, count: 32))) }

    @Test func `a proof of the books' key holds for these books`() throws {
        #expect(try key.admission(token: token).fault(for: key.books) == nil)
    }

    @Test func `a proof of other books' key does not`() throws {
        let other = try some(BooksKey(secret: [UInt8](repeating: 2, count: 32)))
        #expect(try other.admission(token: token).fault(for: key.books) == .key)
    }

    @Test func `a proof for another token does not`() throws {
        let mine = try key.admission(token: token)
        let stolen = try some(
            Admission(key: mine.key, tokenHash: [UInt8](repeating: 9, count: 32), proof: mine.proof)
        )
        #expect(stolen.fault(for: key.books) == .proof)
    }

    @Test func `parts of a wrong size make no admission`() throws {
        let whole = try key.admission(token: token)
        #expect(Admission(key: [], tokenHash: whole.tokenHash, proof: whole.proof) == nil)
        #expect(Admission(key: whole.key, tokenHash: [1], proof: whole.proof) == nil)
        #expect(
            Admission(key: whole.key, tokenHash: whole.tokenHash, proof: whole.proof + [0]) == nil)
    }
}
