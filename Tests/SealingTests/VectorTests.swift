import Convergence
import TestSupport
import Testing
import Wire

@testable import Sealing

/// `Protocol/vectors`, as far as keys, seals, invitations and recovery sheets go.
@Suite struct VectorTests {
    @Test(arguments: Vector.all(for: .sealing))
    func `what another implementation wrote holds here`(vector: Vector) throws {
        switch vector.topic {
        case "secret": try checkSecret(vector)
        case "writer": try checkWriter(vector)
        case "admission": try checkAdmission(vector)
        case "chain": try checkChain(vector)
        case "invitation": try checkInvitation(vector)
        case "invitation-cut":
            #expect(try invitation(vector).text == vector.text("text"), "\(vector)")
        case "invitation-read":
            try checkFault(vector) { try Invitation(text: vector.text("text")) }
        case "sheet":
            let sheet = RecoverySheet(secret: try vector.bytes("secret"))
            #expect(try sheet.lines == vector["lines"].list().map { try $0.text() }, "\(vector)")
        case "sheet-read": try checkSheet(vector)
        case "padding":
            let padded = Padding.size(of: try Int(vector.integer("size")))
            #expect(try padded == Int(vector.integer("padded")), "\(vector)")
        case "segment": try checkSegment(vector)
        case "segment-open": try checkOpening(vector)
        default: Issue.record("a topic that nobody checks: \(vector)")
        }
    }

    private func key(_ vector: Vector) throws -> BooksKey {
        try some(BooksKey(secret: vector.bytes("secret")))
    }

    // MARK: - Keys

    private func checkSecret(_ vector: Vector) throws {
        let key = try key(vector)
        #expect(try key.books.text == vector.text("books"), "\(vector)")
        #expect(try bytes(of: key.chainKey) == vector.bytes("chainKey"), "\(vector)")
        #expect(try bytes(of: key.saltKey) == vector.bytes("saltKey"), "\(vector)")
        #expect(try bytes(of: key.epochKey) == vector.bytes("epochKey"), "\(vector)")
        let admission = try key.admission(token: [UInt8](repeating: 0, count: 32))
        #expect(try admission.key == vector.bytes("admissionKey"), "\(vector)")
    }

    private func checkWriter(_ vector: Vector) throws {
        let key = try WriterKey(seed: vector.bytes("seed"))
        #expect(try key.writer.bytes == vector.bytes("key"), "\(vector)")
        #expect(try key.writer.text == vector.text("text"), "\(vector)")
        #expect(try Base32.encode(key.writer.bytes.prefix(10)) == vector.text("short"), "\(vector)")
    }

    /// Signatures may be made with other random bytes, so the proof is checked, not compared.
    private func checkAdmission(_ vector: Vector) throws {
        func bytes(_ name: String) throws -> [UInt8] {
            try some(Base64URL.decode(try vector.text(name)))
        }
        let key = try key(vector)
        let made = try key.admission(token: vector.bytes("token"))
        #expect(try made.key == bytes("key"), "\(vector)")
        #expect(try made.tokenHash == bytes("tokenHash"), "\(vector)")
        #expect(made.fault(for: key.books) == nil, "\(vector)")
        let given = try some(
            Admission(key: bytes("key"), tokenHash: bytes("tokenHash"), proof: bytes("proof")))
        #expect(given.fault(for: key.books) == nil, "\(vector)")
    }

    private func checkChain(_ vector: Vector) throws {
        let id = ChangeChain(try key(vector)).id(
            of: try vector.line, after: ChangeID(checked: try vector.bytes("previous")))
        #expect(try id.bytes == vector.bytes("id"), "\(vector)")
    }

    // MARK: - Invitations and sheets

    private func invitation(_ vector: Vector) throws -> Invitation {
        Invitation(
            secret: try vector.bytes("secret"), name: try vector.text("books"),
            relays: try vector["relays"].list().map { json in
                let relay = try json.list()
                return Invitation.Relay(name: try relay[0].text(), address: try relay[1].text())
            })
    }

    private func checkInvitation(_ vector: Vector) throws {
        let invitation = try invitation(vector)
        #expect(try invitation.text == vector.text("text"), "\(vector)")
        #expect(try Invitation(text: vector.text("text")) == invitation, "\(vector)")
    }

    private func checkSheet(_ vector: Vector) throws {
        let text = try vector.text("text")
        guard vector.members["fault"] == nil else {
            try checkFault(vector) { try RecoverySheet(text: text) }
            return
        }
        #expect(try RecoverySheet(text: text).secret == vector.bytes("secret"), "\(vector)")
    }

    private func checkFault(_ vector: Vector, _ read: () throws -> some Sendable) throws {
        let expected = try vector["fault"]
        do {
            _ = try read()
            #expect(expected.isNull, "\(vector)")
        } catch let failure as SealingFailure {
            let fault = try expected.object()
            let kind = try Self.fault(fault)
            let line = try fault["line"].map { Int(try $0.integer()) }
            #expect(
                failure == line.map { .sheet(line: $0, kind) } ?? .invitation(kind), "\(vector)")
        }
    }

    private static func fault(_ members: [String: JSON]) throws -> InvitationFault {
        switch try some(members["kind"]).text() {
        case "unknown": .unknown
        case "character": .character
        case "cut": .cut
        case "checksum": .checksum
        default: .version(Int(try some(members["version"]).integer()))
        }
    }

    // MARK: - Segments

    /// The stream of another zlib is another one, so the segment is put together from its parts.
    private func checkSegment(_ vector: Vector) throws {
        let segment = try Segment(line: Array(vector.text("line").utf8))
        #expect(try segment.header.bytes == vector.bytes("header"), "\(vector)")
        #expect(try segment.commitment == vector.bytes("commitment"), "\(vector)")
        #expect(try segment.signature == vector.bytes("signature"), "\(vector)")
        #expect(try segment.body == vector.bytes("body"), "\(vector)")
        #expect(try segment.hash.bytes == vector.bytes("hash"), "\(vector)")
        #expect(segment.isSignedBySealer, "\(vector)")
        let seal = Seal(try key(vector))
        let texts = try vector["texts"].list().map { Array(try $0.text().utf8) }
        let claim = try vector["claim"]
        let digest = try claim.isNull ? nil : some(Digest(bytes: claim.bytes()))
        let opened = try seal.open(segment)
        #expect(opened.members.map { Array(opened.text[$0.range]) } == texts, "\(vector)")
        #expect(opened.claim?.digest == digest, "\(vector)")
        let run = Seal.Run(
            writer: segment.header.writer, first: try vector.integer("first"),
            before: ChangeID(checked: try vector.bytes("before")), after: segment.header.after,
            lines: texts, claim: digest.map { Claim(digest: $0) })
        let sealer = try WriterKey(seed: vector.bytes("sealerSeed"))
        let same = try seal.seal(
            packed(vector), run, by: sealer, random: vector.bytes("random"))
        #expect(same.header == segment.header, "\(vector)")
        #expect(same.commitment == segment.commitment, "\(vector)")
        #expect(same.body == segment.body, "\(vector)")
        #expect(same.isSignedBySealer, "\(vector)")
    }

    private func packed(_ vector: Vector) throws -> [UInt8] {
        let stream = try vector.bytes("stream")
        var plain: [UInt8] = []
        plain.append(bigEndian: UInt32(stream.count))
        plain += stream
        return plain + [UInt8](repeating: 0, count: Padding.size(of: plain.count) - plain.count)
    }

    private func checkOpening(_ vector: Vector) throws {
        let segment = try Segment(line: Array(vector.text("line").utf8))
        let expected = try vector["fault"]
        let fault = fault(of: segment, Seal(try key(vector)))
        #expect(try fault == (expected.isNull ? nil : expected.text()), "\(vector)")
    }

    private func fault(of segment: Segment, _ seal: Seal) -> String? {
        guard segment.isSignedBySealer else { return "signature" }
        do {
            _ = try seal.open(segment)
            return nil
        } catch {
            switch error {
            case .key: return "key"
            case .seal: return "seal"
            case .form: return "form"
            case .chain: return "chain"
            default: return "\(error)"
            }
        }
    }
}
