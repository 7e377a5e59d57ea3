import Foundation
import RelayServer
import TestSupport
import Testing

@Suite struct EnrolmentTests {
    let secret: EnrolmentSecret

    init() throws { secret = try some(EnrolmentSecret(bytes: [UInt8](repeating: 4, count: 32))) }

    @Test func `an enrolment holds for the secret that made it, in either case of letters`() throws
    {
        let enrolment = Enrolment(nonce: Array(0..<10), secret: secret)
        #expect(Enrolment(text: enrolment.text, secret: secret) == enrolment)
        #expect(Enrolment(text: enrolment.text.uppercased(), secret: secret) == enrolment)
        #expect(enrolment.text.hasPrefix("jalon-enrol-"))
        #expect(enrolment.text.utf8.count == 60)
    }

    @Test func `an enrolment of another secret does not hold`() throws {
        let other = try some(EnrolmentSecret(bytes: [UInt8](repeating: 5, count: 32)))
        let text = Enrolment(nonce: Array(0..<10), secret: other).text
        #expect(Enrolment(text: text, secret: secret) == nil)
    }

    @Test func `an enrolment with any other letter, or cut, does not hold`() {
        let text = Array(Enrolment(nonce: Array(0..<10), secret: secret).text)
        for position in text.indices {
            var bent = text
            bent[position] = bent[position] == "b" ? "c" : "b"
            #expect(Enrolment(text: String(bent), secret: secret) == nil, "letter \(position)")
            #expect(Enrolment(text: String(text[..<position]), secret: secret) == nil)
        }
    }

    @Test func `the secret's file is made once, its owner's only, and read again`() throws {
        let folder = try TemporaryFolder()
        let made = try EnrolmentSecret(file: folder.secret)
        let text = Enrolment(nonce: Array(0..<10), secret: made).text
        let again = try EnrolmentSecret(file: folder.secret)
        #expect(Enrolment(text: text, secret: again) != nil)
        let rights = try FileManager.default.attributesOfItem(atPath: folder.secret)
        #expect(rights[.posixPermissions] as? Int == 0o600)
    }

    @Test func `of many starts at once none finds half a secret, and all have the same`()
        async throws
    {
        for _ in 0..<50 {
            let folder = try TemporaryFolder()
            let file = folder.secret
            let texts = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let secret = try EnrolmentSecret(file: file)
                        return Enrolment(nonce: Array(0..<10), secret: secret).text
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(texts.count == 1)
            let names = try FileManager.default.contentsOfDirectory(
                atPath: folder.path + "/state")
            #expect(!names.contains { $0.contains(".new") })
        }
    }

    @Test func `a secret's making that was cut off leaves nothing in the way of the next start`()
        throws
    {
        let folder = try TemporaryFolder()
        _ = try EnrolmentSecret(file: folder.secret)
        try FileManager.default.moveItem(
            atPath: folder.secret, toPath: folder.secret + ".new.aaaaaaaa")
        try Data().write(to: URL(fileURLWithPath: folder.secret + ".new.bbbbbbbb"))
        let made = try EnrolmentSecret(file: folder.secret)
        let again = try EnrolmentSecret(file: folder.secret)
        let text = Enrolment(nonce: Array(0..<10), secret: made).text
        #expect(Enrolment(text: text, secret: again) != nil)
    }

    @Test func `a secret that cannot be read is not taken for none`() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/secret"
        // A folder can be opened and not be read, like a file on a disk that fails.
        try FileManager.default.createDirectory(
            atPath: file, withIntermediateDirectories: false)
        let failure = RelayFailure.files(path: file, reason: String(cString: strerror(EISDIR)))
        #expect(throws: failure) { try EnrolmentSecret(file: file) }
    }

    @Test func `a file that holds no secret is refused and kept`() throws {
        let folder = try TemporaryFolder()
        let file = folder.path + "/secret"
        try Data("nonsense".utf8).write(to: URL(fileURLWithPath: file))
        #expect(throws: RelayFailure.badSecret(path: file)) { try EnrolmentSecret(file: file) }
        #expect(FileManager.default.contents(atPath: file) == Data("nonsense".utf8))
    }
}
