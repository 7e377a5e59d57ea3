import Convergence
import Crypto
import Glibc
package import Wire

/// Seals runs of changes into segments and opens them again: `Protocol/segments.md`.
package struct Seal: Sendable {
    private let key: BooksKey
    /// The chain that gives the books' changes their ids.
    package let chain: ChangeChain

    /// The seal of these books.
    package init(_ key: BooksKey) {
        self.key = key
        chain = ChangeChain(key)
    }

    /// What a run of changes is, before it is sealed.
    package struct Run: Sendable {
        /// Who wrote the changes.
        package let writer: WriterID
        /// The number of the first.
        package let first: Int64
        /// The id before the first.
        package let before: ChangeID
        /// The id of the last.
        package let after: ChangeID
        /// The changes' exact lines, without ends-of-line.
        package let lines: [[UInt8]]
        /// What the sealer says of its books after the last, if it can.
        package let claim: Claim?

        /// Describes a run; the ids are the caller's word and are not checked here.
        package init(
            writer: WriterID, first: Int64, before: ChangeID, after: ChangeID, lines: [[UInt8]],
            claim: Claim?
        ) {
            self.writer = writer
            self.first = first
            self.before = before
            self.after = after
            self.lines = lines
            self.claim = claim
        }
    }

    /// Bytes of a run's text that a sealer aims at: a line of a segment stays far below its bound.
    package static let textBytesAim = 262_144

    /// Seals a run. `random` is 32 bytes; if they repeat, the salt still differs for another text.
    package func seal(
        _ run: Run, by sealer: WriterKey, random: [UInt8]
    ) throws(SealingFailure) -> Segment {
        var text: [UInt8] = []
        for line in run.lines {
            text.append(contentsOf: line)
            text.append(0x0a)
        }
        if let claim = run.claim { text.append(contentsOf: Self.line(of: claim)) }
        guard text.count <= Limits.inflatedBytesMax, let packed = Zlib.deflate(text) else {
            throw .limit
        }
        var plain: [UInt8] = []
        plain.append(bigEndian: UInt32(packed.count))
        plain.append(contentsOf: packed)
        let padded = Padding.size(of: plain.count)
        plain.append(contentsOf: repeatElement(0, count: padded - plain.count))
        return try seal(plain, run, by: sealer, random: random)
    }

    /// Seals a padded plaintext as what the run says of it.
    func seal(
        _ plain: [UInt8], _ run: Run, by sealer: WriterKey, random: [UInt8]
    ) throws(SealingFailure) -> Segment {
        func header(salt: [UInt8]) -> SegmentHeader? {
            SegmentHeader(
                books: key.books, epoch: BooksKey.epoch, writer: run.writer, sealer: sealer.writer,
                first: run.first, last: run.first + Int64(run.lines.count) - 1,
                before: run.before, after: run.after, salt: salt)
        }
        let unsalted = [UInt8](repeating: 0, count: SegmentHeader.saltBytes)
        guard let draft = header(salt: unsalted) else { throw .limit }
        var hmac = HMAC<SHA256>(key: key.saltKey)
        hmac.update(data: random)
        hmac.update(data: draft.bytesWithoutSalt)
        hmac.update(data: plain)
        let salt = Array(Array(hmac.finalize()).prefix(SegmentHeader.saltBytes))
        guard let header = header(salt: salt) else { throw .limit }
        let secrets = bodySecrets(salt: salt)
        guard
            let box = try? AES.GCM.seal(
                plain, using: secrets.key, nonce: secrets.nonce, authenticating: header.bytes)
        else { throw .limit }
        let body = Array(box.ciphertext) + Array(box.tag)
        let signed = Segment.signedBytes(
            header: header, commitment: secrets.commitment, body: body)
        let signature = try sealer.sign(signed)
        guard
            let segment = Segment(
                header: header, commitment: secrets.commitment, signature: signature, body: body)
        else { throw .limit }
        return segment
    }

    /// Opens a segment and checks seal, form, bounds, numbers and ids. The signature is not checked
    /// here.
    package func open(_ segment: Segment) throws(SealingFailure) -> OpenedSegment {
        let header = segment.header
        guard header.books == key.books, header.epoch == BooksKey.epoch else { throw .key }
        let secrets = bodySecrets(salt: header.salt)
        guard secrets.commitment == segment.commitment else { throw .key }
        let cut = segment.body.count - 16
        guard
            let box = try? AES.GCM.SealedBox(
                nonce: secrets.nonce, ciphertext: segment.body[..<cut], tag: segment.body[cut...]),
            let data = try? AES.GCM.open(box, using: secrets.key, authenticating: header.bytes)
        else { throw .seal }
        let text = try Self.text(of: Array(data))
        return try members(of: text, header)
    }

    private static func text(of plain: [UInt8]) throws(SealingFailure) -> [UInt8] {
        guard plain.count >= 4 else { throw .form }
        let count = plain[..<4].reduce(0) { $0 << 8 | Int($1) }
        guard count <= plain.count - 4, plain.count == Padding.size(of: count + 4),
            plain[(4 + count)...].allSatisfy({ $0 == 0 })
        else { throw .form }
        let packed = plain[4..<(4 + count)]
        guard let text = Zlib.inflate(packed, countMax: Limits.inflatedBytesMax) else {
            throw .form
        }
        return text
    }

    private func members(
        of text: [UInt8], _ header: SegmentHeader
    ) throws(SealingFailure) -> OpenedSegment {
        var members: [OpenedSegment.Member] = []
        let count = Int(header.last - header.first) + 1
        members.reserveCapacity(count)
        var id = header.before
        var start = 0
        while members.count < count {
            guard let end = Self.endOfLine(in: text, from: start),
                let change = try? Change(line: text, from: start, to: end),
                change.number == header.first + Int64(members.count),
                !change.context.contains(where: { $0.writer == header.writer.bytes })
            else { throw .form }
            id = chain.id(of: text[start..<end], after: id)
            members.append(OpenedSegment.Member(change: change, range: start..<end, id: id))
            start = end + 1
        }
        guard id == header.after else { throw .chain }
        let claim = try Self.claim(in: text, from: start)
        return OpenedSegment(header: header, text: text, members: members, claim: claim)
    }

    private static func endOfLine(in text: [UInt8], from start: Int) -> Int? {
        text.withUnsafeBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, 0x0a, bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    private static func line(of claim: Claim) -> [UInt8] {
        var line = Array(#"{"digest":""#.utf8)
        Base64URL.encode(claim.digest.bytes, to: &line)
        line.append(contentsOf: Array("\"}\n".utf8))
        return line
    }

    private static func claim(
        in text: [UInt8], from start: Int
    ) throws(SealingFailure) -> Claim? {
        guard start < text.count else { return nil }
        var scanner = Scanner(text, from: start)
        guard scanner.takes(#"{"digest":"#), let bytes = try? scanner.base64(count: 32),
            scanner.takes("}\n"), scanner.isAtEnd, let digest = Digest(bytes: bytes)
        else { throw .form }
        return Claim(digest: digest)
    }

    /// The body's key, nonce and commitment: HKDF-SHA256 of the epoch key under the salt.
    private func bodySecrets(
        salt: [UInt8]
    ) -> (key: SymmetricKey, nonce: AES.GCM.Nonce, commitment: [UInt8]) {
        let bytes = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key.epochKey, salt: salt, info: Array("jalon body 1".utf8),
            outputByteCount: 60
        ).withUnsafeBytes { Array($0) }
        // The salt gives each body a key of its own, so the nonce may be derived with it.
        let nonce = (try? AES.GCM.Nonce(data: bytes[32..<44])) ?? AES.GCM.Nonce()
        return (SymmetricKey(data: bytes[..<32]), nonce, Array(bytes[44...]))
    }
}
